#include "annals/commands/drop_configured.h"

#include "absl/strings/str_cat.h"
#include "annals/catalog/dependents.h"
#include "annals/commands/configured_rules.h"
#include "annals/commands/lookup.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// All of them, as who wants to drop an object has to deal with each.
std::string Listed(const CatalogView& catalog, const std::vector<ObjectDescriptor>& objects) {
  constexpr size_t kShown = 100;
  std::string list;
  for (size_t i = 0; i < objects.size() && i < kShown; ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", NameOf(catalog, objects[i]));
  }
  if (objects.size() > kShown) absl::StrAppend(&list, " and ", objects.size() - kShown, " more");
  return list;
}

}  // namespace

absl::Status DropConfigured::Validate(Policy /*policy*/) const {
  return CheckConfiguredName(kind, schema, name);
}

absl::StatusOr<UpdateEntries> DropConfigured::Plan(PlanContext& context) const {
  const auto object = FindConfigured(context.catalog(), kind, schema, name);
  if (!object.ok()) return Missing(object.status(), if_exists);
  const auto dependents = DependentsOf(context.catalog(), object->id());
  if (!cascade && !dependents.empty()) {
    return MakeError(
        Reason::HAS_DEPENDENTS,
        absl::StrCat(ConfiguredName(kind, schema, name), " is used by ",
                     Listed(context.catalog(), dependents), "; drop what uses it, or use CASCADE"));
  }
  return UpdateEntries{DropObject{object->id(), true}};
}

}  // namespace annals
