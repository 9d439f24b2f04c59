#include "annals/commands/rename_index.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status RenameIndex::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckIndexName(schema, name));
  return CheckName(new_name, "new index name");
}

absl::StatusOr<UpdateEntries> RenameIndex::Plan(PlanContext& context) const {
  const auto index = FindIndex(context.catalog(), schema, name);
  if (!index.ok()) return Missing(index.status(), if_exists);
  if (new_name == name) {
    return MakeError(Reason::INDEX_EXISTS,
                     absl::StrCat("index ", Qualified(schema, name), " has that name already"));
  }
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor home, FindSchema(context.catalog(), schema));
  UpdateEntries entries;
  NameTaker names(context, home, {new_name});
  ANNALS_RETURN_IF_ERROR(names.Take(new_name, entries));
  entries.push_back(RenameObject{index->id(), new_name, false});
  return entries;
}

}  // namespace annals
