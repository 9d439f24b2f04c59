#include "annals/commands/drop_schema.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/dependents.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status DropSchema::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "schema name"));
  if (!IsSystemSchema(name)) return absl::OkStatus();
  return MakeError(
      Reason::SYSTEM_SCHEMA_DROP,
      absl::StrCat("schema ", Quoted(name), " belongs to the system and cannot be dropped"));
}

absl::StatusOr<UpdateEntries> DropSchema::Plan(PlanContext& context) const {
  const auto schema = FindSchema(context.catalog(), name);
  if (!schema.ok()) return Missing(schema.status(), if_exists);
  if (!cascade) {
    std::vector<ObjectDescriptor> content;
    context.catalog().ForEachChild(
        schema->id(), [&](const ObjectDescriptor& object) { content.push_back(object); });
    if (!content.empty()) {
      return MakeError(Reason::SCHEMA_NOT_EMPTY,
                       absl::StrCat("schema ", Quoted(name), " is not empty, it has ",
                                    ObjectList(content), "; drop what is in it, or use CASCADE"));
    }
  }
  return UpdateEntries{DropObject{schema->id(), true}};
}

}  // namespace annals
