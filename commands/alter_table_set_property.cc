#include "annals/commands/alter_table_set_property.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/table_properties.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status AlterTableSetProperty::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  return WithContext(CheckTableProperties(stale_rows_fraction, min_stale_rows_count),
                     [&] { return absl::StrCat("table ", Qualified(schema, table)); });
}

absl::StatusOr<UpdateEntries> AlterTableSetProperty::Plan(PlanContext& context) const {
  const auto owner = FindTable(context.catalog(), schema, table);
  if (!owner.ok()) return Missing(owner.status(), if_table_exists);
  if (!stale_rows_fraction && !min_stale_rows_count) return UpdateEntries{};
  return UpdateEntries{SetTableProperties{owner->id(), stale_rows_fraction, min_stale_rows_count}};
}

}  // namespace annals
