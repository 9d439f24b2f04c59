#include "annals/commands/alter_table_rename_column.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/policy.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status AlterTableRenameColumn::Validate(Policy policy) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  ANNALS_RETURN_IF_ERROR(CheckName(column, "column name"));
  ANNALS_RETURN_IF_ERROR(CheckName(new_name, "new column name"));
  return WithContext(CheckRelaxed(policy, "RENAME COLUMN"),
                     [&] { return absl::StrCat("table ", Qualified(schema, table)); });
}

absl::StatusOr<UpdateEntries> AlterTableRenameColumn::Plan(PlanContext& context) const {
  const auto owner = FindTable(context.catalog(), schema, table);
  if (!owner.ok()) return Missing(owner.status(), if_table_exists);
  ANNALS_ASSIGN_OR_RETURN(const ColumnDescriptor found, FindColumn(*owner, schema, column));
  if (owner->FindColumn(new_name)) {
    return MakeError(Reason::COLUMN_EXISTS,
                     absl::StrCat("column ", Quoted(new_name), " of table ",
                                  Qualified(schema, table), " already exists"));
  }
  ANNALS_RETURN_IF_ERROR(CheckRoomForColumns(*owner, 0, 1));
  return UpdateEntries{RenameColumn{owner->id(), found.id(), new_name}};
}

}  // namespace annals
