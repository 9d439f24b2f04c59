#include "annals/commands/drop_table.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/dependents.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status DropTable::Validate(Policy /*policy*/) const { return CheckTableName(schema, name); }

absl::StatusOr<UpdateEntries> DropTable::Plan(PlanContext& context) const {
  const auto table = FindTable(context.catalog(), schema, name);
  if (!table.ok()) return Missing(table.status(), if_exists);
  const std::vector<ObjectDescriptor> dependents = ForeignDependents(context.catalog(), *table);
  if (!cascade && !dependents.empty()) {
    return MakeError(Reason::HAS_DEPENDENTS,
                     absl::StrCat("table ", Qualified(schema, name), " is used by ",
                                  ObjectList(dependents), "; drop what uses it, or use CASCADE"));
  }
  return UpdateEntries{DropObject{table->id(), true}};
}

}  // namespace annals
