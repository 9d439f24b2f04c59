#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "annals/catalog/configured.h"
#include "annals/catalog/kind.h"
#include "annals/ddl/counterparts_internal.h"

namespace annals::ddl {
namespace {

class Counterparts {
 public:
  Counterparts(const CatalogView& now, const CatalogView& then) : now_(now), then_(then) {}

  // Whatever an object needs to have a counterpart is looked at before it.
  NewIds Find() {
    ForEach({ObjectKind::kSchema, ObjectKind::kZone}, [&](const auto& one) { Pair(one); });
    ForEach({ObjectKind::kTable}, [&](const ObjectDescriptor& table) {
      Pair(table);
      PairColumns(*As<TableDescriptor>(table));
    });
    then_.ForEachObject([&](const ObjectDescriptor& object) {
      if (object.kind() != ObjectKind::kTable) Pair(object);
    });
    return std::move(ids_);
  }

 private:
  template <typename Visit>
  void ForEach(std::initializer_list<ObjectKind> kinds, Visit visit) {
    then_.ForEachObject([&](const ObjectDescriptor& object) {
      if (std::ranges::find(kinds, object.kind()) != kinds.end()) visit(object);
    });
  }

  void Pair(const ObjectDescriptor& object) {
    if (now_.Find(object.id()) || !object.has_name()) return;
    const ObjectId parent = ids_.Of(object.parent());
    const ObjectDescriptor other = now_.Find(NameScope::Of(object.kind(), parent), object.name());
    if (!other || other.kind() != object.kind() || then_.Find(other.id())) return;
    if (CanBecome(object, other)) ids_.objects[object.id()] = other.id();
  }

  // Whether all is the same that no ALTER changes.
  bool CanBecome(const ObjectDescriptor& wanted, const ObjectDescriptor& other) const {
    if (const auto zone = As<ZoneDescriptor>(wanted)) {
      return CanBecome(*zone, *As<ZoneDescriptor>(other));
    }
    if (const auto table = As<TableDescriptor>(wanted)) {
      return CanBecome(*table, *As<TableDescriptor>(other));
    }
    if (const auto index = As<IndexDescriptor>(wanted)) {
      return CanBecome(*index, *As<IndexDescriptor>(other));
    }
    if (const auto configured = As<ConfiguredDescriptor>(wanted)) {
      return CanBecome(*configured, *As<ConfiguredDescriptor>(other));
    }
    return true;
  }

  bool CanBecome(const ZoneDescriptor& wanted, const ZoneDescriptor& other) const {
    return wanted.partitions() == other.partitions() && wanted.consistency() == other.consistency();
  }

  // The table has no counterpart yet, so its columns are the same by their names.
  bool CanBecome(const TableDescriptor& wanted, const TableDescriptor& other) const {
    return ids_.Of(wanted.zone_id()) == other.zone_id() &&
           wanted.storage_profile() == other.storage_profile() &&
           KeyKind(then_, wanted) == KeyKind(now_, other) &&
           Names(wanted, wanted.primary_key()) == Names(other, other.primary_key()) &&
           Names(wanted, wanted.colocation()) == Names(other, other.colocation());
  }

  // Nothing without a key.
  static std::optional<IndexKind> KeyKind(const CatalogView& catalog,
                                          const TableDescriptor& table) {
    const auto key = catalog.Get<IndexDescriptor>(table.key_index_id());
    return key ? std::optional(key->index_kind()) : std::nullopt;
  }

  static std::vector<std::string_view> Names(const TableDescriptor& table,
                                             const std::vector<ColumnId>& columns) {
    std::vector<std::string_view> names;
    for (const ColumnId id : columns) names.push_back(table.FindColumn(id)->name());
    return names;
  }

  bool CanBecome(const IndexDescriptor& wanted, const IndexDescriptor& other) const {
    std::vector<IndexColumn> columns = wanted.columns();
    for (IndexColumn& column : columns) column.id = ids_.Of(wanted.table_id(), column.id);
    return ids_.Of(wanted.table_id()) == other.table_id() && columns == other.columns() &&
           wanted.index_kind() == other.index_kind() && wanted.unique() == other.unique();
  }

  // What is referred to for life has to be referred to by the other one.
  bool CanBecome(const ConfiguredDescriptor& wanted, const ConfiguredDescriptor& other) const {
    if (wanted.type() != other.type()) return false;
    for (const OptionDescriptor& option : wanted.options()) {
      const OptionDefinition* const defined =
          FindOption(wanted.kind(), wanted.type(), option.key());
      if (option.ref() == kNoObject || defined == nullptr || defined->alterable) continue;
      const auto theirs = other.FindOption(option.key());
      if (!theirs || theirs->ref() != ids_.Of(option.ref())) return false;
    }
    return true;
  }

  // The columns of `table` that are not the same by id.
  void PairColumns(const TableDescriptor& table) {
    const auto other = now_.Get<TableDescriptor>(ids_.Of(table.id()));
    if (!other) return;
    const bool same_table = other->id() == table.id();
    uint16_t next = std::max(other->next_column_id().value, table.next_column_id().value);
    std::map<ColumnId, ColumnId>& ids = ids_.columns[table.id()];
    for (const ColumnDescriptor column : table.columns()) {
      if (same_table && other->FindColumn(column.id())) continue;
      const auto named = other->FindColumn(column.name());
      const bool has_own = named && same_table && table.FindColumn(named->id());
      ids[column.id()] = named && !has_own ? named->id() : ColumnId{next++};
    }
  }

  const CatalogView& now_;
  const CatalogView& then_;
  NewIds ids_;
};

}  // namespace

NewIds CounterpartsOf(const CatalogView& now, const CatalogView& then) {
  return Counterparts(now, then).Find();
}

}  // namespace annals::ddl
