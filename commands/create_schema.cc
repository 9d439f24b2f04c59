#include "annals/commands/create_schema.h"

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

namespace {

absl::StatusOr<UpdateEntries> NewSchema(PlanContext& context, const std::string& name,
                                        bool if_not_exists) {
  if (context.catalog().Schema(name)) {
    if (if_not_exists) return UpdateEntries{};
    return MakeError(Reason::SCHEMA_EXISTS,
                     absl::StrCat("schema ", Quoted(name), " already exists"));
  }
  return UpdateEntries{NewObject{BuildObject(SchemaFields{context.NewId(), name})}};
}

}  // namespace

absl::Status CreateSchema::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "schema name"));
  if (!IsSystemSchema(name)) return absl::OkStatus();
  return MakeError(
      Reason::RESERVED_SCHEMA_NAME,
      absl::StrCat("schema name ", Quoted(name), " is reserved for the system; use another"));
}

absl::StatusOr<UpdateEntries> CreateSchema::Plan(PlanContext& context) const {
  return NewSchema(context, name, if_not_exists);
}

absl::Status CreateSystemSchema::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckName(name, "schema name"));
  if (IsSystemSchema(name)) return absl::OkStatus();
  return MakeError(Reason::NOT_A_SYSTEM_SCHEMA,
                   absl::StrCat("schema ", Quoted(name),
                                " is none of the system's, which are SYSTEM, DEFINITION_SCHEMA "
                                "and INFORMATION_SCHEMA"));
}

absl::StatusOr<UpdateEntries> CreateSystemSchema::Plan(PlanContext& context) const {
  return NewSchema(context, name, /*if_not_exists=*/false);
}

}  // namespace annals
