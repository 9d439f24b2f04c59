#include "annals/catalog/update.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/schemas/status.h"
#include "annals_fbs/update_generated.h"

namespace annals {
namespace {

// --- Values to tables, in the order in which the object API would write them.

using Builder = flatbuffers::FlatBufferBuilder;
using Written = flatbuffers::Offset<void>;

auto WriteObject(Builder& builder, const std::string& object) {
  constexpr size_t kAlignment = 8;  // As the schema says.
  builder.ForceVectorAlignment(object.size(), sizeof(uint8_t), kAlignment);
  return builder.CreateVector(reinterpret_cast<const uint8_t*>(object.data()), object.size());
}

auto WriteIds(Builder& builder, const std::vector<ColumnId>& ids) {
  return builder.CreateVector<uint16_t>(ids.size(), [&](size_t i) { return ids[i].value; });
}

flatbuffers::Offset<fbs::Column> WriteColumn(Builder& builder, const Column& column) {
  const fbs::ColumnT table = ToTable(column);
  return fbs::CreateColumn(builder, &table);
}

// For people; most are empty.
flatbuffers::Offset<flatbuffers::String> WriteText(Builder& builder, const std::string& text) {
  return text.empty() ? 0 : builder.CreateString(text);
}

Written Write(Builder& builder, const NewObject& entry) {
  return fbs::CreateNewObject(builder, WriteObject(builder, entry.object)).Union();
}

Written Write(Builder& builder, const DropObject& entry) {
  return fbs::CreateDropObject(builder, entry.id.value, entry.cascade).Union();
}

Written Write(Builder& builder, const RenameObject& entry) {
  const auto name = builder.CreateString(entry.name);
  return fbs::CreateRenameObject(builder, entry.id.value, name, entry.automatic_name).Union();
}

Written Write(Builder& builder, const ReplaceObject& entry) {
  return fbs::CreateReplaceObject(builder, WriteObject(builder, entry.object)).Union();
}

Written Write(Builder& builder, const NewColumns& entry) {
  const auto columns = builder.CreateVector<flatbuffers::Offset<fbs::Column>>(
      entry.columns.size(), [&](size_t i) { return WriteColumn(builder, entry.columns[i]); });
  return fbs::CreateNewColumns(builder, entry.table.value, columns).Union();
}

Written Write(Builder& builder, const DropColumns& entry) {
  const auto columns = WriteIds(builder, entry.columns);
  return fbs::CreateDropColumns(builder, entry.table.value, columns).Union();
}

Written Write(Builder& builder, const AlterColumn& entry) {
  const auto column = WriteColumn(builder, entry.column);
  return fbs::CreateAlterColumn(builder, entry.table.value, column).Union();
}

Written Write(Builder& builder, const RenameColumn& entry) {
  const auto name = builder.CreateString(entry.name);
  return fbs::CreateRenameColumn(builder, entry.table.value, entry.column.value, name).Union();
}

Written Write(Builder& builder, const SetPrimaryKey& entry) {
  const auto columns = WriteIds(builder, entry.columns);
  const auto colocation = WriteIds(builder, entry.colocation);
  return fbs::CreateSetPrimaryKey(builder, entry.table.value, columns, colocation,
                                  entry.index.value)
      .Union();
}

Written Write(Builder& builder, const SetTableProperties& entry) {
  flatbuffers::Optional<double> fraction;
  flatbuffers::Optional<int64_t> count;
  if (entry.stale_rows_fraction) fraction = *entry.stale_rows_fraction;
  if (entry.min_stale_rows_count) count = *entry.min_stale_rows_count;
  return fbs::CreateSetTableProperties(builder, entry.table.value, fraction, count).Union();
}

Written Write(Builder& builder, const SetIndexStatus& entry) {
  const auto status = static_cast<fbs::IndexStatus>(entry.status);
  return fbs::CreateSetIndexStatus(builder, entry.index.value, status).Union();
}

Written Write(Builder& builder, const SetDefaultZone& entry) {
  return fbs::CreateSetDefaultZone(builder, entry.zone.value).Union();
}

Written Write(Builder& builder, const SetOptions& entry) {
  std::vector<flatbuffers::Offset<fbs::Option>> set;
  for (const Option& option : entry.set) {
    const auto key = builder.CreateString(option.key);
    const auto value = WriteText(builder, option.value);
    set.push_back(fbs::CreateOption(builder, key, value, option.ref.value));
  }
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fbs::Option>>> options;
  if (!set.empty()) options = builder.CreateVector(set);
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>> reset;
  if (!entry.reset.empty()) reset = builder.CreateVectorOfStrings(entry.reset);
  return fbs::CreateSetOptions(builder, entry.object.value, options, reset).Union();
}

// --- Tables to values. All that is read here has passed the verifier.

absl::Status DamagedUpdate(std::string_view what) { return MakeError(Reason::DAMAGED, what); }

std::string Text(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

std::vector<ColumnId> Ids(const flatbuffers::Vector<uint16_t>& raw) {
  std::vector<ColumnId> ids;
  for (uint16_t id : raw) ids.push_back({id});
  return ids;
}

absl::StatusOr<Column> ReadColumn(const fbs::Column* column) {
  if (column == nullptr || column->name() == nullptr) return DamagedUpdate("a column has no name");
  if (fbs::EnumNameTypeId(column->type())[0] == '\0' ||
      fbs::EnumNameTypeId(column->default_type())[0] == '\0' ||
      column->default_kind() > fbs::DefaultKind::MAX) {
    return DamagedUpdate(
        absl::StrCat("column \"", column->name()->str(), "\" has a value out of range"));
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
    return DamagedUpdate(
        absl::StrCat("index status number ", static_cast<int>(table.status()), " does not exist"));
  }
  return SetIndexStatus{{table.object_id()}, static_cast<IndexStatus>(table.status())};
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetDefaultZone& table) {
  return SetDefaultZone{{table.object_id()}};
}

absl::StatusOr<UpdateEntry> Read(const fbs::SetOptions& table) {
  SetOptions entry{{table.object_id()}, {}, {}};
  if (table.set() != nullptr) {
    for (const fbs::Option* option : *table.set()) {
      if (option->key() == nullptr) return DamagedUpdate("an option has no key");
      entry.set.push_back({Text(option->key()), Text(option->value()), {option->ref()}});
    }
  }
  if (table.reset() != nullptr) {
    for (const flatbuffers::String* key : *table.reset()) entry.reset.push_back(Text(key));
  }
  return entry;
}

template <typename T>
absl::StatusOr<UpdateEntry> ReadAs(const void* table) {
  return Read(*static_cast<const T*>(table));
}

absl::StatusOr<UpdateEntry> ReadEntry(fbs::Entry type, const void* table) {
  if (type == fbs::Entry::NONE || (type <= fbs::Entry::MAX && table == nullptr)) {
    return DamagedUpdate("it is empty");
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
      return ReadAs<fbs::SetOptions>(table);
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
      "NewObject",      "DropObject",     "RenameObject", "ReplaceObject", "NewColumns",
      "DropColumns",    "AlterColumn",    "RenameColumn", "SetPrimaryKey", "SetTableProperties",
      "SetIndexStatus", "SetDefaultZone", "SetOptions"};
  return kNames[entry.index()];
}

std::string EncodeUpdate(const VersionedUpdate& update) {
  // In the order of the variant.
  static constexpr std::array<fbs::Entry, std::variant_size_v<UpdateEntry>> kTypes = {
      fbs::Entry::NewObject,          fbs::Entry::DropObject,     fbs::Entry::RenameObject,
      fbs::Entry::ReplaceObject,      fbs::Entry::NewColumns,     fbs::Entry::DropColumns,
      fbs::Entry::AlterColumn,        fbs::Entry::RenameColumn,   fbs::Entry::SetPrimaryKey,
      fbs::Entry::SetTableProperties, fbs::Entry::SetIndexStatus, fbs::Entry::SetDefaultZone,
      fbs::Entry::SetOptions};
  const auto& entries = update.entries;
  Builder builder(1024);
  flatbuffers::Offset<flatbuffers::Vector<fbs::Entry>> types;
  flatbuffers::Offset<flatbuffers::Vector<Written>> tables;
  if (!entries.empty()) {
    types = builder.CreateVector<fbs::Entry>(entries.size(),
                                             [&](size_t i) { return kTypes[entries[i].index()]; });
    tables = builder.CreateVector<Written>(entries.size(), [&](size_t i) {
      return std::visit([&](const auto& value) { return Write(builder, value); }, entries[i]);
    });
  }
  const auto author = WriteText(builder, update.author);
  const auto message = WriteText(builder, update.message);
  const auto statement = WriteText(builder, update.statement);
  builder.Finish(fbs::CreateVersionedUpdate(
      builder, update.timestamp.raw(), update.activation.raw(),
      static_cast<fbs::Policy>(update.policy), update.next_object_id.value, types, tables, author,
      message, statement));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// The verifier is made of hundreds of functions of a few instructions each.
[[gnu::flatten]] static bool IsWholeUpdate(std::string_view payload) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
                                 /*max_depth=*/64, /*max_tables=*/10'000'000);
  return verifier.VerifyBuffer<fbs::VersionedUpdate>();
}

absl::StatusOr<VersionedUpdate> DecodeUpdate(std::string_view payload) {
  if (!IsWholeUpdate(payload)) {
    return DamagedUpdate("the update is no whole FlatBuffer");
  }
  const auto& table = *flatbuffers::GetRoot<fbs::VersionedUpdate>(payload.data());
  if (table.policy() == fbs::Policy::None || table.policy() > fbs::Policy::MAX) {
    return DamagedUpdate(
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
    return DamagedUpdate(absl::StrCat("timestamp ", update.timestamp.raw(), " with activation ",
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
