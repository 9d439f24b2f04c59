// The payload of a record, from anybody: it is read or refused, and what is read is
// applied or refused, without a crash, whatever the bytes. What was read encodes to a
// fixed point; what was applied can be installed and read.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annals/catalog/apply.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/update.h"
#include "annals/catalog/versioned_store.h"

namespace annals {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// A schema, a zone, a table with a key, an index.
std::vector<UpdateEntry> BaseEntries() {
  ZoneFields zone{.id = {1}, .name = "Default"};
  zone.storage_profiles = {"default"};
  TableFields table{.id = {2}, .name = "T", .schema = {0}, .zone = {1}};
  for (const char* name : {"A", "B", "C"}) {
    Column column;
    column.name = name;
    column.type = TypeId::kInt32;
    table.columns.push_back(column);
  }
  table.primary_key = table.colocation = {{0}};
  table.key_index = {3};
  IndexFields key{.id = {3}, .name = "T_PK", .schema = {0}, .table = {2}};
  key.columns = {{{0}, {}}};
  IndexFields index{.id = {4}, .name = "I", .schema = {0}, .table = {2}};
  index.columns = {{{1}, {}}};
  return {NewObject{BuildObject(SchemaFields{{0}, "S"})},
          NewObject{BuildObject(zone)},
          SetDefaultZone{{1}},
          NewObject{BuildObject(table)},
          NewObject{BuildObject(key)},
          NewObject{BuildObject(index)}};
}

// Version 1.
Delta Base() {
  const EmptyCatalog empty;
  CatalogDraft draft(empty, {1}, HybridTimestamp(1, 0));
  Require(Apply({.next_object_id = {5}, .entries = BaseEntries()}, draft).ok());
  return std::move(draft).TakeDelta();
}

// Updates that fit the base, for the fuzzer to begin with.
std::vector<std::string> Seeds() {
  Column column;
  column.id = {1};
  column.name = "D";
  column.type = TypeId::kInt64;
  SystemViewFields view{.id = {5}, .name = "V", .schema = {0}, .columns = {column}};
  ZoneFields zone{.id = {1}, .name = "Z", .partitions = 3};
  zone.storage_profiles = {"a", "b"};
  IndexFields index{.id = {6}, .name = "J", .schema = {0}, .table = {2}};
  index.columns = {{{2}, {true, true}}, {{0}, {}}};
  const std::vector<std::vector<UpdateEntry>> lists = {
      {NewObject{BuildObject(view)}, ReplaceObject{BuildObject(zone)}},
      {NewObject{BuildObject(index)}, SetPrimaryKey{{2}, {{2}, {0}}, {{0}}, {6}}},
      {NewColumns{{2}, {column}}, RenameColumn{{2}, {2}, "E"}, DropColumns{{2}, {{3}}}},
      {AlterColumn{{2}, column}, SetTableProperties{{2}, 0.5, 3}, RenameObject{{2}, "U", true}},
      {SetIndexStatus{{4}, IndexStatus::kStopping}, RenameObject{{3}, "I"}, DropObject{{4}}},
      {DropObject{{0}, true}},
      {SetPrimaryKey{{2}, {}, {}, kNoObject}, DropObject{{3}}, DropObject{{2}, true}}};
  std::vector<std::string> seeds;
  for (const auto& entries : lists) {
    seeds.push_back(EncodeUpdate({.timestamp = HybridTimestamp(2, 0),
                                  .activation = HybridTimestamp(2, 0),
                                  .next_object_id = {9},
                                  .entries = entries,
                                  .author = "a",
                                  .statement = "s"}));
  }
  return seeds;
}

void ApplyAndRead(const VersionedUpdate& update) {
  static const Delta base = Base();
  const auto store = VersionedStore::Create();
  store->Install(base, HybridTimestamp(1, 0));
  store->Activate({1}, HybridTimestamp(1, 0));
  const Catalog before = store->Latest();
  CatalogDraft draft(before, {2}, HybridTimestamp(2, 0));
  if (!Apply(update, draft).ok()) return;
  const std::string planned = CanonicalLines(draft);
  // Ids cost memory by their height: what is far away is not installed here.
  if (update.next_object_id.value > 100'000) return;
  store->Install(std::move(draft).TakeDelta(), HybridTimestamp(2, 0));
  const Catalog after = store->Latest();
  Require(CanonicalLines(after) == planned);
  after.ForEachObject([&](const ObjectDescriptor& object) {
    Require(CheckObject(object.bytes()).ok());
    const ObjectDescriptor named = after.Find(object.scope(), object.name());
    Require(!object.has_name() || named.id() == object.id());
    for (ObjectId ref : object.refs()) Require(static_cast<bool>(after.Find(ref)));
    if (const auto table = As<TableDescriptor>(object)) {
      for (uint32_t version = 0; version < 4; ++version) (void)table->ColumnsAt(version);
      for (const ColumnDescriptor column : table->columns()) {
        Require(table->FindColumn(column.name())->id() == column.id());
      }
    }
  });
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);  // Aligned.
  const auto update = annals::DecodeUpdate(bytes);
  if (!update.ok()) return 0;
  const std::string encoded = annals::EncodeUpdate(*update);
  const auto again = annals::DecodeUpdate(encoded);
  annals::Require(again.ok() && annals::EncodeUpdate(*again) == encoded);
  annals::ApplyAndRead(*update);
  return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// Begins anew with a good update now and then; else as the fuzzer likes.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  static const std::vector<std::string> seeds = annals::Seeds();
  if (size >= 16 && seed % 64 != 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string& begin = seeds[seed / 64 % seeds.size()];
  if (begin.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(begin.begin(), begin.end(), data);
  return begin.size();
}
