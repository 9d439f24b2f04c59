#include "annals/commands/drop_zone.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/commands/dependents.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status DropZone::Validate(Policy /*policy*/) const { return CheckName(name, "zone name"); }

absl::StatusOr<UpdateEntries> DropZone::Plan(PlanContext& context) const {
  const CatalogView& catalog = context.catalog();
  const auto zone = FindZone(catalog, name);
  if (!zone.ok()) return Missing(zone.status(), if_exists);
  if (catalog.default_zone_id() == zone->id()) {
    return MakeError(Reason::ZONE_IS_DEFAULT,
                     absl::StrCat("zone ", Quoted(name),
                                  " is the default zone; make another one the default first"));
  }
  std::vector<ObjectDescriptor> tables;
  catalog.ForEachDependent(zone->id(),
                           [&](const ObjectDescriptor& object) { tables.push_back(object); });
  if (!tables.empty()) {
    return MakeError(Reason::ZONE_IN_USE,
                     absl::StrCat("zone ", Quoted(name), " is used by ", ObjectList(tables),
                                  "; drop what lies in it first"));
  }
  return UpdateEntries{DropObject{zone->id()}};
}

}  // namespace annals
