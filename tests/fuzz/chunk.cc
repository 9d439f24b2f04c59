// The payload of a chunk of a snapshot, from anybody, behind checksums that are right: it is
// read or refused, without a crash, whatever the bytes. A catalog that is made of it can be
// read.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annals/annals.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/versioned_store.h"
#include "annals/log/record.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Sealed(std::string_view payload) {
  return SealRecord({.kind = RecordKind::kChunk, .version = {7}}, payload);
}

SnapshotRoot RootOf(std::string_view chunk) {
  SnapshotRoot root;
  root.version = {7};
  root.attempt = std::string(32, '0');
  root.update.update.next_object_id = {1000};
  root.chunks = {{chunk.size(), Sha256Hash::Of(chunk)}};
  return root;
}

void Read(SnapshotRoot root, SnapshotChunk chunk) {
  root.object_count = chunk.objects.size();
  std::vector<SnapshotChunk> chunks;
  chunks.push_back(std::move(chunk));
  const auto snapshot = AssembleSnapshot(root, std::move(chunks));
  if (!snapshot.ok()) return;
  const auto store = VersionedStore::Create();
  if (!store->Rebase(snapshot->image).ok()) return;
  const Catalog catalog = store->Latest();
  Require(!CanonicalLines(catalog).empty() || root.object_count == 0);
}

// The payload of the chunk of a real snapshot.
std::string Seed() {
  std::unique_ptr<UpdateLog> log = NewMemoryLog();
  const UpdateLog& kept = *log;
  auto opened = CatalogManager::Open(std::move(log), {});
  Require(opened.ok());
  CatalogManager& manager = **opened;
  const ColumnDefinition id{.name = "ID", .type = {.id = TypeId::kInt32}};
  Require(manager.Execute(CreateSchema{.name = "S"}).ok());
  Require(
      manager
          .Execute(CreateTable{.name = "T", .columns = {id}, .primary_key = HashPrimaryKey({"ID"})})
          .ok());
  const CatalogVersion version = manager.Latest().version();
  Require(manager.Snapshot(version).ok());
  const auto info = ReadSnapshotInfo(kept, version);
  Require(info.ok());
  const auto bytes = kept.ReadChunk(version, info->attempt, 0);
  Require(bytes.ok());
  return std::string(OpenRecord("chunk", *bytes)->payload);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace annals;
  const std::string bytes = Sealed({reinterpret_cast<const char*>(data), size});
  const SnapshotRoot root = RootOf(bytes);
  auto chunk = OpenSnapshotChunk(root, 0, bytes);
  if (const auto record = OpenRecord("chunk", bytes); record.ok()) {
    const bool has_fields = FieldsOfPayload("chunk", *record).ok();
    Require(has_fields == chunk.ok());
  }
  if (chunk.ok()) Read(root, *std::move(chunk));
  return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// Begins anew with a good chunk now and then; else as the fuzzer likes.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  static const std::string good = annals::Seed();
  if ((size >= 16 && seed % 64 != 0) || good.size() > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::copy(good.begin(), good.end(), data);
  return good.size();
}
