#include "annals/catalog/diff.h"

#include <algorithm>
#include <iterator>
#include <optional>

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
  }
  return "changed";
}

std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after,
                               std::vector<ObjectId> ids) {
  std::sort(ids.begin(), ids.end());
  std::vector<ObjectChange> dropped;
  std::vector<ObjectChange> others;
  for (ObjectId id : ids) {
    const auto change = Compare(id, before.Find(id), after.Find(id));
    if (!change) continue;
    (change->kind == ObjectChange::Kind::kDropped ? dropped : others).push_back(*change);
  }
  std::reverse(dropped.begin(), dropped.end());
  dropped.insert(dropped.end(), others.begin(), others.end());
  return dropped;
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
