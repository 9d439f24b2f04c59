#include "annals/catalog/diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "annals/catalog/configured.h"
#include "annals/catalog/object_tables_internal.h"

namespace annals {
namespace {

bool OnlyNameDiffers(const ObjectDescriptor& before, const ObjectDescriptor& after) {
  if (before.name() == after.name()) return false;
  fbs::ObjectT renamed = UnpackObject(before.bytes());
  renamed.name = std::string(after.name());
  if (auto* index = renamed.body.AsIndexBody()) {
    index->automatic_name = IndexDescriptor(after).automatic_name();
  }
  if (auto* zone = renamed.body.AsZoneBody()) zone->automatic = ZoneDescriptor(after).automatic();
  return PackObject(renamed) == after.bytes();
}

std::optional<ObjectChange> Compare(ObjectId id, const ObjectDescriptor& before,
                                    const ObjectDescriptor& after) {
  using Kind = ObjectChange::Kind;
  if (!before && !after) return std::nullopt;
  if (!before) return ObjectChange{Kind::kCreated, id, before, after};
  if (!after) return ObjectChange{Kind::kDropped, id, before, after};
  if (before.bytes() == after.bytes()) return std::nullopt;
  return ObjectChange{OnlyNameDiffers(before, after) ? Kind::kRenamed : Kind::kAltered, id, before,
                      after};
}

std::optional<IndexStatus> StatusOf(const std::optional<IndexDescriptor>& index) {
  return index ? std::optional(index->status()) : std::nullopt;
}

std::map<ColumnId, ColumnDescriptor> LivingColumns(const ObjectDescriptor& object) {
  std::map<ColumnId, ColumnDescriptor> by_id;
  const auto add = [&](const ColumnList& columns) {
    for (const ColumnDescriptor column : columns) by_id.emplace(column.id(), column);
  };
  if (const auto table = As<TableDescriptor>(object)) add(table->columns());
  if (const auto view = As<SystemViewDescriptor>(object)) add(view->columns());
  if (const auto configured = As<ConfiguredDescriptor>(object)) add(configured->columns());
  return by_id;
}

// What a column is, apart from when it became so.
Column Essence(const ColumnDescriptor& descriptor) {
  Column column = descriptor.ToColumn();
  column.since = column.until = 0;
  return column;
}

std::optional<ObjectChange::Kind> Compare(const std::optional<ColumnDescriptor>& before,
                                          const std::optional<ColumnDescriptor>& after) {
  using Kind = ObjectChange::Kind;
  if (!before) return Kind::kCreated;
  if (!after) return Kind::kDropped;
  Column old_one = Essence(*before);
  const Column new_one = Essence(*after);
  if (old_one == new_one) return std::nullopt;
  old_one.name = new_one.name;
  return old_one == new_one ? Kind::kRenamed : Kind::kAltered;
}

// `changes`, which are by id, so that each object comes after all those among them that
// it needs, and otherwise by id. No recursion: a chain of needs may be long.
std::vector<ObjectChange> NeededFirst(const std::vector<ObjectChange>& changes) {
  enum class State : uint8_t { kNew, kOpen, kPlaced };
  std::vector<State> states(changes.size(), State::kNew);
  std::vector<size_t> stack;
  const auto push = [&](ObjectId id) {
    const auto found = std::lower_bound(
        changes.begin(), changes.end(), id,
        [](const ObjectChange& change, ObjectId wanted) { return change.id < wanted; });
    if (found == changes.end() || found->id != id) return;
    const auto at = static_cast<size_t>(found - changes.begin());
    if (states[at] == State::kNew) stack.push_back(at);
  };
  std::vector<ObjectChange> ordered;
  ordered.reserve(changes.size());
  for (const ObjectChange& change : changes) {
    push(change.id);
    while (!stack.empty()) {
      const size_t at = stack.back();
      if (states[at] == State::kNew) {
        states[at] = State::kOpen;
        push(changes[at].object().parent());
        for (ObjectId ref : changes[at].object().refs()) push(ref);
        continue;
      }
      stack.pop_back();
      if (states[at] == State::kOpen) ordered.push_back(changes[at]);
      states[at] = State::kPlaced;
    }
  }
  return ordered;
}

std::vector<ObjectId> AllIds(const CatalogView& catalog) {
  std::vector<ObjectId> ids;
  catalog.ForEachObject([&](const ObjectDescriptor& object) { ids.push_back(object.id()); });
  return ids;
}

}  // namespace

std::string_view ChangeName(ObjectChange::Kind kind) {
  switch (kind) {
    case ObjectChange::Kind::kCreated:
      return "created";
    case ObjectChange::Kind::kAltered:
      return "altered";
    case ObjectChange::Kind::kRenamed:
      return "renamed";
    case ObjectChange::Kind::kDropped:
      return "dropped";
    case ObjectChange::Kind::kAffected:
      return "affected";
  }
  return "changed";
}

std::optional<IndexStatusChange> StatusChangeOf(const ObjectChange& change) {
  const auto before = StatusOf(change.Before<IndexDescriptor>());
  const auto after = StatusOf(change.After<IndexDescriptor>());
  if (before == after) return std::nullopt;
  return IndexStatusChange{before, after};
}

std::vector<ColumnChange> ColumnChangesOf(const ObjectChange& change) {
  const std::map<ColumnId, ColumnDescriptor> before = LivingColumns(change.before);
  const std::map<ColumnId, ColumnDescriptor> after = LivingColumns(change.after);
  std::set<ColumnId> ids;
  for (const auto& [id, column] : before) ids.insert(id);
  for (const auto& [id, column] : after) ids.insert(id);
  const auto find = [](const auto& columns, ColumnId id) {
    const auto found = columns.find(id);
    return found == columns.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<ColumnChange> changes;
  for (ColumnId id : ids) {
    ColumnChange one{{}, id, find(before, id), find(after, id)};
    const auto kind = Compare(one.before, one.after);
    if (!kind) continue;
    one.kind = *kind;
    changes.push_back(one);
  }
  return changes;
}

std::optional<DefaultZoneChange> DefaultZoneChangeOf(const CatalogView& before,
                                                     const CatalogView& after) {
  if (before.default_zone_id() == after.default_zone_id()) return std::nullopt;
  return DefaultZoneChange{before.DefaultZone(), after.DefaultZone()};
}

std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after,
                               std::vector<ObjectId> ids, const std::vector<ObjectId>& affected) {
  const std::set<ObjectId> told(affected.begin(), affected.end());
  ids.insert(ids.end(), affected.begin(), affected.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<ObjectChange> dropped;
  std::vector<ObjectChange> others;
  for (ObjectId id : ids) {
    const ObjectDescriptor old_one = before.Find(id);
    const ObjectDescriptor new_one = after.Find(id);
    auto change = Compare(id, old_one, new_one);
    if (!change && new_one && told.contains(id)) {
      change = ObjectChange{ObjectChange::Kind::kAffected, id, old_one, new_one};
    }
    if (!change) continue;
    (change->kind == ObjectChange::Kind::kDropped ? dropped : others).push_back(*change);
  }
  std::vector<ObjectChange> ordered = NeededFirst(dropped);
  std::reverse(ordered.begin(), ordered.end());
  for (const ObjectChange& change : NeededFirst(others)) ordered.push_back(change);
  return ordered;
}

std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after) {
  std::vector<ObjectId> ids;
  const std::vector<ObjectId> old_ids = AllIds(before);
  const std::vector<ObjectId> new_ids = AllIds(after);
  std::set_union(old_ids.begin(), old_ids.end(), new_ids.begin(), new_ids.end(),
                 std::back_inserter(ids));
  return Diff(before, after, std::move(ids));
}

}  // namespace annals
