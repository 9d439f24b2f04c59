#include "annals/catalog/update.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/schemas/status.h"
#include "annals_fbs/update_generated.h"

namespace annals {
namespace {

// --- Values to tables.

std::vector<uint8_t> Bytes(const std::string& text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  return {bytes, bytes + text.size()};
}

std::vector<uint16_t> RawIds(const std::vector<ColumnId>& ids) {
  std::vector<uint16_t> raw;
  for (ColumnId id : ids) raw.push_back(id.value);
  return raw;
}

fbs::NewObjectT ToTable(const NewObject& entry) {
  fbs::NewObjectT table;
  table.object = Bytes(entry.object);
  return table;
}

fbs::DropObjectT ToTable(const DropObject& entry) {
  fbs::DropObjectT table;
  table.object_id = entry.id.value;
  table.cascade = entry.cascade;
  return table;
}

fbs::RenameObjectT ToTable(const RenameObject& entry) {
  fbs::RenameObjectT table;
  table.object_id = entry.id.value;
  table.name = entry.name;
  table.automatic_name = entry.automatic_name;
  return table;
}

fbs::ReplaceObjectT ToTable(const ReplaceObject& entry) {
  fbs::ReplaceObjectT table;
  table.object = Bytes(entry.object);
  return table;
}

fbs::NewColumnsT ToTable(const NewColumns& entry) {
  fbs::NewColumnsT table;
  table.object_id = entry.table.value;
  for (const Column& column : entry.columns) {
    table.columns.push_back(std::make_unique<fbs::ColumnT>(ToTable(column)));
  }
  return table;
}

fbs::DropColumnsT ToTable(const DropColumns& entry) {
  fbs::DropColumnsT table;
  table.object_id = entry.table.value;
  table.column_ids = RawIds(entry.columns);
  return table;
}

fbs::AlterColumnT ToTable(const AlterColumn& entry) {
  fbs::AlterColumnT table;
  table.object_id = entry.table.value;
  table.column = std::make_unique<fbs::ColumnT>(ToTable(entry.column));
  return table;
}

fbs::RenameColumnT ToTable(const RenameColumn& entry) {
  fbs::RenameColumnT table;
  table.object_id = entry.table.value;
  table.column_id = entry.column.value;
  table.name = entry.name;
  return table;
}

fbs::SetPrimaryKeyT ToTable(const SetPrimaryKey& entry) {
  fbs::SetPrimaryKeyT table;
  table.object_id = entry.table.value;
  table.columns = RawIds(entry.columns);
  table.colocation = RawIds(entry.colocation);
  table.index_id = entry.index.value;
  return table;
}

fbs::SetTablePropertiesT ToTable(const SetTableProperties& entry) {
  fbs::SetTablePropertiesT table;
  table.object_id = entry.table.value;
  if (entry.stale_rows_fraction) table.stale_rows_fraction = *entry.stale_rows_fraction;
  if (entry.min_stale_rows_count) table.min_stale_rows_count = *entry.min_stale_rows_count;
  return table;
}

fbs::SetIndexStatusT ToTable(const SetIndexStatus& entry) {
  fbs::SetIndexStatusT table;
  table.object_id = entry.index.value;
  table.status = static_cast<fbs::IndexStatus>(entry.status);
  return table;
}

fbs::SetDefaultZoneT ToTable(const SetDefaultZone& entry) {
  fbs::SetDefaultZoneT table;
  table.object_id = entry.zone.value;
  return table;
}

// --- Tables to values. All that is read here has passed the verifier.

absl::Status Damaged(std::string_view what) { return MakeError(Reason::DAMAGED, what); }

std::string Text(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

std::vector<ColumnId> Ids(const flatbuffers::Vector<uint16_t>& raw) {
  std::vector<ColumnId> ids;
  for (uint16_t id : raw) ids.push_back({id});
  return ids;
}

absl::StatusOr<Column> ReadColumn(const fbs::Column* column) {
  if (column == nullptr || column->name() == nullptr) return Damaged("a column has no name");
  if (fbs::EnumNameTypeId(column->type())[0] == '\0' ||
      fbs::EnumNameTypeId(column->default_type())[0] == '\0' ||
      column->default_kind() > fbs::DefaultKind::MAX) {
    return Damaged(absl::StrCat("column \"", column->name()->str(), "\" has a value out of range"));
  }
  return FromTable(*column);
}

// The update's verifier has been through the nested buffer.
absl::StatusOr<std::string> ReadObject(const flatbuffers::Vector<uint8_t>& object) {
  std::string bytes(reinterpret_cast<const char*>(object.data()), object.size());
  ANNALS_RETURN_IF_ERROR(CheckVerifiedObject(bytes));
  return bytes;
}

absl::StatusOr<UpdateEntry> Read(const fbs::NewObject& table) {
  ANNALS_ASSIGN_OR_RETURN(std::string object, ReadObject(*table.object()));
  return NewObject{std::move(object)};
}

absl::StatusOr<UpdateEntry> Read(const fbs::DropObject& table) {
  return DropObject{{table.object_id()}, table.cascade()};
}

absl::StatusOr<UpdateEntry> Read(const fbs::RenameObject& table) {
  return RenameObject{{table.object_id()}, Text(table.name()), table.automatic_name()};
}

absl::StatusOr<UpdateEntry> Read(const fbs::ReplaceObject& table) {
  ANNALS_ASSIGN_OR_RETURN(std::string object, ReadObject(*table.object()));
  return ReplaceObject{std::move(object)};
}

absl::StatusOr<UpdateEntry> Read(const fbs::NewColumns& table) {
  NewColumns entry{{table.object_id()}, {}};
  for (const fbs::Column* column : *table.columns()) {
    ANNALS_ASSIGN_OR_RETURN(Column value, ReadColumn(column));
    entry.columns.push_back(std::move(value));
  }
  return entry;
}

absl::StatusOr<UpdateEntry> Read(const fbs::DropColumns& table) {
  return DropColumns{{table.object_id()}, Ids(*table.column_ids())};
}

absl::StatusOr<UpdateEntry> Read(const fbs::AlterColumn& table) {
  ANNALS_ASSIGN_OR_RETURN(Column column, ReadColumn(table.column()));
  return AlterColumn{{table.object_id()}, std::move(column)};
}

absl::StatusOr<UpdateEntry> Read(const fbs::RenameColumn& table) {
  return RenameColumn{{table.object_id()}, {table.column_id()}, Text(table.name())};
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetPrimaryKey& table) {
  return SetPrimaryKey{
      {table.object_id()}, Ids(*table.columns()), Ids(*table.colocation()), {table.index_id()}};
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetTableProperties& table) {
  SetTableProperties entry{{table.object_id()}, std::nullopt, std::nullopt};
  if (const auto fraction = table.stale_rows_fraction()) entry.stale_rows_fraction = *fraction;
  if (const auto count = table.min_stale_rows_count()) entry.min_stale_rows_count = *count;
  return entry;
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetIndexStatus& table) {
  if (table.status() == fbs::IndexStatus::None || table.status() > fbs::IndexStatus::MAX) {
    return Damaged(
        absl::StrCat("index status number ", static_cast<int>(table.status()), " does not exist"));
  }
  return SetIndexStatus{{table.object_id()}, static_cast<IndexStatus>(table.status())};
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetDefaultZone& table) {
  return SetDefaultZone{{table.object_id()}};
}

template <typename T>
absl::StatusOr<UpdateEntry> ReadAs(const void* table) {
  return Read(*static_cast<const T*>(table));
}

absl::StatusOr<UpdateEntry> ReadEntry(fbs::Entry type, const void* table) {
  if (type == fbs::Entry::NONE || (type <= fbs::Entry::MAX && table == nullptr)) {
    return Damaged("it is empty");
  }
  switch (type) {
    case fbs::Entry::NewObject:
      return ReadAs<fbs::NewObject>(table);
    case fbs::Entry::DropObject:
      return ReadAs<fbs::DropObject>(table);
    case fbs::Entry::RenameObject:
      return ReadAs<fbs::RenameObject>(table);
    case fbs::Entry::ReplaceObject:
      return ReadAs<fbs::ReplaceObject>(table);
    case fbs::Entry::NewColumns:
      return ReadAs<fbs::NewColumns>(table);
    case fbs::Entry::DropColumns:
      return ReadAs<fbs::DropColumns>(table);
    case fbs::Entry::AlterColumn:
      return ReadAs<fbs::AlterColumn>(table);
    case fbs::Entry::RenameColumn:
      return ReadAs<fbs::RenameColumn>(table);
    case fbs::Entry::SetIndexStatus:
      return ReadAs<fbs::SetIndexStatus>(table);
    case fbs::Entry::SetPrimaryKey:
      return ReadAs<fbs::SetPrimaryKey>(table);
    case fbs::Entry::SetTableProperties:
      return ReadAs<fbs::SetTableProperties>(table);
    case fbs::Entry::SetDefaultZone:
      return ReadAs<fbs::SetDefaultZone>(table);
    case fbs::Entry::SetOptions:
    case fbs::Entry::NONE:
      break;
  }
  return MakeError(Reason::NEWER_FORMAT,
                   absl::StrCat("entry kind ", static_cast<int>(type),
                                " is not known to this release; it needs a newer annals"));
}

}  // namespace

std::string_view EntryName(const UpdateEntry& entry) {
  // In the order of the variant.
  static constexpr std::array<std::string_view, std::variant_size_v<UpdateEntry>> kNames = {
      "NewObject",     "DropObject",         "RenameObject",   "ReplaceObject",
      "NewColumns",    "DropColumns",        "AlterColumn",    "RenameColumn",
      "SetPrimaryKey", "SetTableProperties", "SetIndexStatus", "SetDefaultZone"};
  return kNames[entry.index()];
}

std::string EncodeUpdate(const VersionedUpdate& update) {
  fbs::VersionedUpdateT table;
  table.timestamp = update.timestamp.raw();
  table.activation = update.activation.raw();
  table.policy = static_cast<fbs::Policy>(update.policy);
  table.next_object_id = update.next_object_id.value;
  table.entries.reserve(update.entries.size());
  for (const UpdateEntry& entry : update.entries) {
    std::visit([&](const auto& value) { table.entries.emplace_back().Set(ToTable(value)); }, entry);
  }
  table.author = update.author;
  table.message = update.message;
  table.statement = update.statement;
  flatbuffers::FlatBufferBuilder builder(4096);
  builder.Finish(fbs::VersionedUpdate::Pack(builder, &table));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// The verifier is made of hundreds of functions of a few instructions each.
[[gnu::flatten]] static bool IsWhole(std::string_view payload) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
                                 /*max_depth=*/64, /*max_tables=*/10'000'000);
  return verifier.VerifyBuffer<fbs::VersionedUpdate>();
}

absl::StatusOr<VersionedUpdate> DecodeUpdate(std::string_view payload) {
  if (!IsWhole(payload)) {
    return Damaged("the update is no whole FlatBuffer");
  }
  const auto& table = *flatbuffers::GetRoot<fbs::VersionedUpdate>(payload.data());
  if (table.policy() == fbs::Policy::None || table.policy() > fbs::Policy::MAX) {
    return Damaged(
        absl::StrCat("policy number ", static_cast<int>(table.policy()), " does not exist"));
  }
  VersionedUpdate update{.timestamp = HybridTimestamp::FromRaw(table.timestamp()),
                         .activation = HybridTimestamp::FromRaw(table.activation()),
                         .policy = static_cast<Policy>(table.policy()),
                         .next_object_id = {table.next_object_id()},
                         .entries = {},
                         .author = Text(table.author()),
                         .message = Text(table.message()),
                         .statement = Text(table.statement())};
  if (update.timestamp.raw() == 0 || update.activation < update.timestamp) {
    return Damaged(absl::StrCat("timestamp ", update.timestamp.raw(), " with activation ",
                                update.activation.raw(), " cannot be"));
  }
  const size_t count = table.entries() == nullptr ? 0 : table.entries()->size();
  update.entries.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto at = static_cast<flatbuffers::uoffset_t>(i);
    auto entry =
        ReadEntry(table.entries_type()->GetEnum<fbs::Entry>(at), table.entries()->GetAs<void>(at));
    if (!entry.ok()) return WithContext(entry.status(), absl::StrCat("entry ", i + 1));
    update.entries.push_back(*std::move(entry));
  }
  return update;
}

}  // namespace annals
