#include "annals/catalog/apply.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status DoesNotFit(std::string_view what) { return MakeError(Reason::DAMAGED, what); }

absl::StatusOr<ObjectDescriptor> Existing(const CatalogDraft& draft, ObjectId id) {
  const ObjectDescriptor object = draft.Find(id);
  if (!object) return DoesNotFit(absl::StrCat("object ", id.value, " does not exist"));
  return object;
}

template <typename D>
absl::StatusOr<D> ExistingAs(const CatalogDraft& draft, ObjectId id) {
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object, Existing(draft, id));
  if (object.kind() != D::kKind) {
    return DoesNotFit(absl::StrCat("object ", id.value, " (", ToAbsl(KindName(object.kind())),
                                   ") is no ", ToAbsl(KindName(D::kKind))));
  }
  return D(object);
}

// Names are unique in their scope, and what an object depends on is there.

absl::Status CheckNameFree(const CatalogDraft& draft, const ObjectDescriptor& object) {
  if (!object.has_name()) return absl::OkStatus();
  const ObjectDescriptor owner = draft.Find(object.scope(), object.name());
  if (!owner || owner.id() == object.id()) return absl::OkStatus();
  return DoesNotFit(absl::StrCat("the name \"", ToAbsl(object.name()), "\" of object ",
                                 object.id().value, " is taken by object ", owner.id().value));
}

// Nothing refers to itself, through whomever.
absl::Status CheckNoCycle(const CatalogDraft& draft, const ObjectDescriptor& object) {
  std::set<ObjectId> seen;
  std::vector<ObjectId> todo;
  const auto add_refs = [&](const ObjectDescriptor& one) {
    for (ObjectId ref : one.refs()) {
      if (seen.insert(ref).second) todo.push_back(ref);
    }
  };
  add_refs(object);
  while (!todo.empty()) {
    const ObjectId next = todo.back();
    todo.pop_back();
    if (next == object.id()) {
      return DoesNotFit(absl::StrCat("object ", object.id().value, " refers to itself"));
    }
    add_refs(draft.Find(next));
  }
  return absl::OkStatus();
}

absl::Status CheckLinks(const CatalogDraft& draft, const ObjectDescriptor& object) {
  const ObjectId parent = object.parent();
  if (parent != kNoObject && !draft.Get<SchemaDescriptor>(parent)) {
    return DoesNotFit(absl::StrCat("object ", object.id().value, " lives in schema ", parent.value,
                                   ", which does not exist"));
  }
  // The zone of a table and the table of an index are among the refs.
  std::optional<ObjectId> owner;
  if (const auto table = As<TableDescriptor>(object)) {
    owner = table->zone_id();
    if (!draft.Get<ZoneDescriptor>(*owner) || !object.RefersTo(*owner)) {
      return DoesNotFit(absl::StrCat("table ", object.id().value, " is in zone ", owner->value,
                                     ", which is no zone that it refers to"));
    }
  }
  if (const auto index = As<IndexDescriptor>(object)) {
    owner = index->table_id();
    const auto table = draft.Get<TableDescriptor>(*owner);
    if (!table || !object.RefersTo(*owner)) {
      return DoesNotFit(absl::StrCat("index ", object.id().value, " is of table ", owner->value,
                                     ", which is no table that it refers to"));
    }
    for (const IndexColumn& column : index->columns()) {
      if (!table->FindColumnEver(column.id)) {
        return DoesNotFit(absl::StrCat("index ", object.id().value, " uses column id ",
                                       column.id.value, ", which its table never had"));
      }
    }
  }
  for (ObjectId ref : object.refs()) {
    if (ref != owner && !draft.Find(ref)) {
      return DoesNotFit(absl::StrCat("object ", object.id().value, " refers to object ", ref.value,
                                     ", which does not exist"));
    }
  }
  return IsConfigured(object.kind()) ? CheckNoCycle(draft, object) : absl::OkStatus();
}

// Puts a changed object: everything of it that may be wrong is checked again.
absl::Status PutChanged(CatalogDraft& draft, const fbs::ObjectT& object) {
  std::string bytes = PackObject(object);
  ANNALS_RETURN_IF_ERROR(CheckObject(bytes));
  draft.Put(std::move(bytes));
  return absl::OkStatus();
}

// --- One function an entry.

absl::Status ApplyEntry(NewObject entry, CatalogDraft& draft) {
  const ObjectDescriptor object(entry.object, draft.version(), {});
  if (draft.Find(object.id())) {
    return DoesNotFit(absl::StrCat("object ", object.id().value, " exists already"));
  }
  ANNALS_RETURN_IF_ERROR(CheckNameFree(draft, object));
  ANNALS_RETURN_IF_ERROR(CheckLinks(draft, object));
  draft.Put(std::move(entry.object));
  return absl::OkStatus();
}

// `id`, what lives in it and what depends on it, all the way.
void Collect(const CatalogDraft& draft, ObjectId id, std::set<ObjectId>& collected) {
  std::vector<ObjectId> todo = {id};
  while (!todo.empty()) {
    const ObjectId next = todo.back();
    todo.pop_back();
    if (!collected.insert(next).second) continue;
    const auto add = [&](const ObjectDescriptor& one) { todo.push_back(one.id()); };
    draft.ForEachChild(next, add);
    draft.ForEachDependent(next, add);
  }
}

absl::Status ApplyEntry(const DropObject& entry, CatalogDraft& draft) {
  ANNALS_RETURN_IF_ERROR(Existing(draft, entry.id).status());
  std::set<ObjectId> gone;
  Collect(draft, entry.id, gone);
  if (!entry.cascade && gone.size() > 1) {
    return DoesNotFit(absl::StrCat("object ", entry.id.value, " has ", gone.size() - 1,
                                   " dependents and is dropped without them"));
  }
  if (gone.contains(draft.default_zone_id())) {
    return DoesNotFit(absl::StrCat("zone ", draft.default_zone_id().value,
                                   " is the default zone and cannot be dropped"));
  }
  for (ObjectId id : gone) {
    const auto index = draft.Get<IndexDescriptor>(id);
    if (!index || gone.contains(index->table_id())) continue;
    const auto table = draft.Get<TableDescriptor>(index->table_id());
    if (table && table->key_index_id() == id) {
      return DoesNotFit(
          absl::StrCat("index ", id.value, " is the key index of table ", index->table_id().value));
    }
  }
  for (ObjectId id : gone) draft.Drop(id);
  return absl::OkStatus();
}

absl::Status ApplyEntry(const RenameObject& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor old, Existing(draft, entry.id));
  fbs::ObjectT object = UnpackObject(old.bytes());
  object.name = entry.name;
  if (auto* index = object.body.AsIndexBody()) index->automatic_name = entry.automatic_name;
  if (auto* zone = object.body.AsZoneBody()) zone->automatic = false;
  std::string bytes = PackObject(object);
  ANNALS_RETURN_IF_ERROR(CheckObject(bytes));
  ANNALS_RETURN_IF_ERROR(CheckNameFree(draft, ObjectDescriptor(bytes, draft.version(), {})));
  draft.Put(std::move(bytes));
  return absl::OkStatus();
}

absl::Status ApplyEntry(ReplaceObject entry, CatalogDraft& draft) {
  const ObjectDescriptor object(entry.object, draft.version(), {});
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor old, Existing(draft, object.id()));
  if (old.kind() != object.kind() || old.parent() != object.parent()) {
    return DoesNotFit(absl::StrCat("object ", object.id().value,
                                   " is replaced by one of another kind or schema"));
  }
  ANNALS_RETURN_IF_ERROR(CheckNameFree(draft, object));
  ANNALS_RETURN_IF_ERROR(CheckLinks(draft, object));
  draft.Put(std::move(entry.object));
  return absl::OkStatus();
}

// --- Tables. Their columns and keys carry their life with them: what changes is
// closed at the new table version, and opened anew.

struct OpenTable {
  fbs::ObjectT object;
  fbs::TableBodyT* body = nullptr;

  uint32_t NewVersion() { return ++body->table_version; }
};

absl::StatusOr<OpenTable> Open(const CatalogDraft& draft, ObjectId id) {
  ANNALS_ASSIGN_OR_RETURN(const TableDescriptor table, ExistingAs<TableDescriptor>(draft, id));
  OpenTable open{UnpackObject(table.bytes())};
  open.body = open.object.body.AsTableBody();
  return open;
}

absl::Status Close(CatalogDraft& draft, OpenTable& table) {
  HashNames(*table.body);
  return PutChanged(draft, table.object);
}

using ColumnPtr = std::unique_ptr<fbs::ColumnT>;

std::vector<ColumnPtr>::iterator FindColumn(OpenTable& table, uint16_t id) {
  return std::find_if(table.body->columns.begin(), table.body->columns.end(),
                      [&](const ColumnPtr& column) { return column->column_id == id; });
}

absl::Status CheckColumnNameFree(const OpenTable& table, const std::string& name,
                                 std::optional<uint16_t> owner = std::nullopt) {
  for (const ColumnPtr& column : table.body->columns) {
    if (column->name == name && column->column_id != owner) {
      return DoesNotFit(
          absl::StrCat("table ", table.object.id, " has a column \"", name, "\" already"));
    }
  }
  return absl::OkStatus();
}

absl::Status NoSuchColumn(const OpenTable& table, uint16_t id) {
  return DoesNotFit(absl::StrCat("table ", table.object.id, " has no column with id ", id));
}

// Ends a column's record at `version`; one that began there leaves no trace.
void CloseRecord(OpenTable& table, ColumnPtr column, uint32_t version) {
  if (column->since == version) return;
  column->until = version;
  table.body->past_columns.push_back(std::move(column));
}

// Gives the column at `at` a new record that `change` makes of the old one.
template <typename Change>
void Reopen(OpenTable& table, std::vector<ColumnPtr>::iterator at, uint32_t version,
            Change change) {
  auto next = std::make_unique<fbs::ColumnT>(**at);
  change(*next);
  next->since = version;
  next->until = 0;
  CloseRecord(table, std::exchange(*at, std::move(next)), version);
}

absl::Status ApplyEntry(const NewColumns& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  if (entry.columns.empty()) return DoesNotFit("no columns are added");
  const uint32_t version = table.NewVersion();
  for (const Column& column : entry.columns) {
    ANNALS_RETURN_IF_ERROR(CheckColumnNameFree(table, column.name));
    auto added = std::make_unique<fbs::ColumnT>(ToTable(column));
    if (table.body->next_column_id == UINT16_MAX) {
      return DoesNotFit(absl::StrCat("table ", table.object.id, " has no column ids left"));
    }
    added->column_id = table.body->next_column_id++;
    added->since = version;
    added->until = 0;
    table.body->columns.push_back(std::move(added));
  }
  return Close(draft, table);
}

absl::Status CheckColumnUnused(const CatalogDraft& draft, const OpenTable& table, ColumnId id) {
  const auto& key = *table.body->key;
  if (std::find(key.columns.begin(), key.columns.end(), id.value) != key.columns.end()) {
    return DoesNotFit(absl::StrCat("column id ", id.value, " is part of the primary key"));
  }
  for (const IndexDescriptor& index : draft.Indexes({table.object.id})) {
    const auto columns = index.columns();
    if (index.alive() && std::any_of(columns.begin(), columns.end(),
                                     [&](const IndexColumn& one) { return one.id == id; })) {
      return DoesNotFit(
          absl::StrCat("column id ", id.value, " is used by index ", index.id().value));
    }
  }
  return absl::OkStatus();
}

absl::Status ApplyEntry(const DropColumns& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  if (entry.columns.empty()) return DoesNotFit("no columns are dropped");
  const uint32_t version = table.NewVersion();
  for (ColumnId id : entry.columns) {
    const auto at = FindColumn(table, id.value);
    if (at == table.body->columns.end()) return NoSuchColumn(table, id.value);
    ANNALS_RETURN_IF_ERROR(CheckColumnUnused(draft, table, id));
    CloseRecord(table, std::move(*at), version);
    table.body->columns.erase(at);
  }
  return Close(draft, table);
}

absl::Status ApplyEntry(const AlterColumn& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  const auto at = FindColumn(table, entry.column.id.value);
  if (at == table.body->columns.end()) return NoSuchColumn(table, entry.column.id.value);
  ANNALS_RETURN_IF_ERROR(CheckColumnNameFree(table, entry.column.name, entry.column.id.value));
  Reopen(table, at, table.NewVersion(),
         [&](fbs::ColumnT& column) { column = ToTable(entry.column); });
  return Close(draft, table);
}

absl::Status ApplyEntry(const RenameColumn& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  const auto at = FindColumn(table, entry.column.value);
  if (at == table.body->columns.end()) return NoSuchColumn(table, entry.column.value);
  ANNALS_RETURN_IF_ERROR(CheckColumnNameFree(table, entry.name, entry.column.value));
  Reopen(table, at, table.NewVersion(), [&](fbs::ColumnT& column) { column.name = entry.name; });
  return Close(draft, table);
}

absl::Status CheckKeyIndex(const CatalogDraft& draft, const SetPrimaryKey& entry) {
  if (entry.columns.empty() != (entry.index == kNoObject)) {
    return DoesNotFit("a primary key has columns and an index, or neither");
  }
  if (entry.index == kNoObject) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(const auto index, ExistingAs<IndexDescriptor>(draft, entry.index));
  if (index.table_id() == entry.table) return absl::OkStatus();
  return DoesNotFit(absl::StrCat("index ", entry.index.value, " is of another table"));
}

absl::Status ApplyEntry(const SetPrimaryKey& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  ANNALS_RETURN_IF_ERROR(CheckKeyIndex(draft, entry));
  const uint32_t version = table.NewVersion();
  auto key = std::make_unique<fbs::KeyT>();
  key->since = version;
  for (ColumnId id : entry.columns) {
    const auto at = FindColumn(table, id.value);
    if (at == table.body->columns.end()) return NoSuchColumn(table, id.value);
    if ((*at)->nullable) {
      Reopen(table, at, version, [](fbs::ColumnT& column) { column.nullable = false; });
    }
    key->columns.push_back(id.value);
  }
  for (ColumnId id : entry.colocation) key->colocation.push_back(id.value);
  auto old = std::exchange(table.body->key, std::move(key));
  if (old->since != version) {
    old->until = version;
    table.body->past_keys.push_back(std::move(old));
  }
  table.body->key_index_id = entry.index.value;
  return Close(draft, table);
}

absl::Status ApplyEntry(const SetTableProperties& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(OpenTable table, Open(draft, entry.table));
  if (entry.stale_rows_fraction) {
    const double fraction = *entry.stale_rows_fraction;
    if (!std::isfinite(fraction) || fraction < 0 || fraction > 1) {
      return DoesNotFit(absl::StrCat("a fraction of ", fraction, " stale rows cannot be"));
    }
    table.body->stale_rows_fraction = fraction;
  }
  if (entry.min_stale_rows_count) table.body->min_stale_rows_count = *entry.min_stale_rows_count;
  return PutChanged(draft, table.object);
}

absl::Status ApplyEntry(const SetIndexStatus& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(const auto index, ExistingAs<IndexDescriptor>(draft, entry.index));
  if (!index.alive()) {
    return DoesNotFit(absl::StrCat("index ", entry.index.value, " is stopping already"));
  }
  const auto table = draft.Get<TableDescriptor>(index.table_id());
  if (entry.status == IndexStatus::kStopping && table && table->key_index_id() == entry.index) {
    return DoesNotFit(absl::StrCat("index ", entry.index.value, " is a key index"));
  }
  fbs::ObjectT object = UnpackObject(index.bytes());
  object.body.AsIndexBody()->status = static_cast<fbs::IndexStatus>(entry.status);
  return PutChanged(draft, object);
}

absl::Status ApplyEntry(const SetDefaultZone& entry, CatalogDraft& draft) {
  ANNALS_RETURN_IF_ERROR(ExistingAs<ZoneDescriptor>(draft, entry.zone).status());
  draft.set_default_zone_id(entry.zone);
  return absl::OkStatus();
}

// --- Configured objects.

void SetOption(const Option& option, ConfiguredFields& fields) {
  std::erase_if(fields.options, [&](const Option& old) { return old.key == option.key; });
  fields.options.push_back(option);
}

absl::Status ApplyEntry(const SetOptions& entry, CatalogDraft& draft) {
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object, Existing(draft, entry.object));
  const auto old = As<ConfiguredDescriptor>(object);
  if (!old) {
    return DoesNotFit(absl::StrCat("object ", entry.object.value, " (",
                                   ToAbsl(KindName(object.kind())), ") has no options"));
  }
  ConfiguredFields fields = old->ToFields();
  for (const std::string& key : entry.reset) {
    if (std::erase_if(fields.options, [&](const Option& one) { return one.key == key; }) > 0) {
      continue;
    }
    return DoesNotFit(absl::StrCat("object ", entry.object.value, " has no option \"", key,
                                   "\" that could be reset"));
  }
  for (const Option& option : entry.set) SetOption(option, fields);
  std::string bytes = BuildObject(std::move(fields));
  ANNALS_RETURN_IF_ERROR(CheckObject(bytes));
  ANNALS_RETURN_IF_ERROR(CheckLinks(draft, ObjectDescriptor(bytes, draft.version(), {})));
  draft.Put(std::move(bytes));
  return absl::OkStatus();
}

// The table whose key `entry` gives it: its key index may come by a later entry.
std::optional<ObjectId> TableGivenKey(const UpdateEntry& entry) {
  if (const auto* made = std::get_if<NewObject>(&entry)) {
    return ObjectDescriptor(made->object, {}, {}).id();
  }
  if (const auto* replaced = std::get_if<ReplaceObject>(&entry)) {
    return ObjectDescriptor(replaced->object, {}, {}).id();
  }
  if (const auto* set = std::get_if<SetPrimaryKey>(&entry)) return set->table;
  return std::nullopt;
}

absl::Status CheckKeyIndexIsThere(ObjectId id, const CatalogDraft& draft) {
  const auto table = draft.Get<TableDescriptor>(id);
  if (!table || table->key_index_id() == kNoObject) return absl::OkStatus();
  const auto index = draft.Get<IndexDescriptor>(table->key_index_id());
  if (index && index->alive() && index->table_id() == table->id()) return absl::OkStatus();
  return DoesNotFit(absl::StrCat("object ", table->key_index_id().value, " is no index of table ",
                                 table->id().value, ", whose key index it is to be"));
}

// The counter covers every id that was given, and is never lowered.
absl::Status CheckCounter(const VersionedUpdate& update, const CatalogDraft& draft) {
  if (update.next_object_id < draft.next_object_id()) {
    return DoesNotFit(absl::StrCat("the object-id counter goes back from ",
                                   draft.next_object_id().value, " to ",
                                   update.next_object_id.value));
  }
  for (const UpdateEntry& entry : update.entries) {
    const auto* made = std::get_if<NewObject>(&entry);
    if (made == nullptr) continue;
    const ObjectId id = ObjectDescriptor(made->object, {}, {}).id();
    if (id < draft.next_object_id() || id >= update.next_object_id) {
      return DoesNotFit(absl::StrCat("new object ", id.value, " has an id outside of ",
                                     draft.next_object_id().value, " to ",
                                     update.next_object_id.value));
    }
  }
  return absl::OkStatus();
}

absl::Status OfEntry(const absl::Status& status, size_t index, std::string_view name) {
  return WithContext(status, absl::StrCat("entry ", index + 1, " (", ToAbsl(name), ")"));
}

}  // namespace

absl::Status Apply(UpdateEntry entry, CatalogDraft& draft) {
  return std::visit([&](auto& value) { return ApplyEntry(std::move(value), draft); }, entry);
}

absl::Status Apply(VersionedUpdate update, CatalogDraft& draft) {
  ANNALS_RETURN_IF_ERROR(CheckCounter(update, draft));
  struct GivenKey {
    ObjectId table;
    size_t entry;
    std::string_view name;
  };
  absl::InlinedVector<GivenKey, 4> given;
  for (size_t i = 0; i < update.entries.size(); ++i) {
    UpdateEntry& entry = update.entries[i];
    const std::string_view name = EntryName(entry);
    if (const auto table = TableGivenKey(entry)) given.push_back({*table, i, name});
    const absl::Status applied = Apply(std::move(entry), draft);
    if (!applied.ok()) return OfEntry(applied, i, name);
  }
  for (const GivenKey& one : given) {
    const absl::Status there = CheckKeyIndexIsThere(one.table, draft);
    if (!there.ok()) return OfEntry(there, one.entry, one.name);
  }
  draft.set_next_object_id(update.next_object_id);
  return absl::OkStatus();
}

}  // namespace annals
