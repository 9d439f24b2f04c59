#include "annals/engine/event.h"

#include <utility>

namespace annals {
namespace {

CatalogEvent Make(Catalog before, Catalog after, std::vector<ObjectChange> changes) {
  auto default_zone = DefaultZoneChangeOf(before, after);
  return {std::move(before), std::move(after), std::move(changes), default_zone};
}

}  // namespace

CatalogEvent EventBetween(Catalog before, Catalog after) {
  auto changes = Diff(before, after);
  return Make(std::move(before), std::move(after), std::move(changes));
}

CatalogEvent EventBetween(Catalog before, Catalog after, std::vector<ObjectId> ids) {
  auto changes = Diff(before, after, std::move(ids));
  return Make(std::move(before), std::move(after), std::move(changes));
}

}  // namespace annals
