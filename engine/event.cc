#include "annals/engine/event.h"

#include <utility>

#include "annals/catalog/dependents.h"

namespace annals {
namespace {

CatalogEvent Make(Catalog before, Catalog after, std::vector<ObjectChange> changes) {
  auto default_zone = DefaultZoneChangeOf(before, after);
  return {std::move(before), std::move(after), std::move(changes), default_zone};
}

}  // namespace

CatalogEvent EventBetween(Catalog before, Catalog after) {
  auto changes = Diff(before, after);
  std::vector<ObjectId> ids;
  for (const ObjectChange& change : changes) ids.push_back(change.id);
  // From nothing all are new: nothing is affected.
  if (before.version() == CatalogVersion{0}) {
    return Make(std::move(before), std::move(after), std::move(changes));
  }
  return EventBetween(std::move(before), std::move(after), std::move(ids));
}

CatalogEvent EventBetween(Catalog before, Catalog after, std::vector<ObjectId> ids) {
  const std::vector<ObjectId> affected = AffectedBy(before, after, ids);
  auto changes = Diff(before, after, std::move(ids), affected);
  return Make(std::move(before), std::move(after), std::move(changes));
}

}  // namespace annals
