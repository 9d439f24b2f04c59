#include "annals/commands/alter_table_add_column.h"

#include <string_view>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status ValidateAdded(const ColumnDefinition& column, Policy policy) {
  ANNALS_RETURN_IF_ERROR(CheckStorable(column.type.id, column.name));
  const ColumnDefault& value = column.default_value;
  if (value.kind == ColumnDefault::Kind::kFunction) {
    return MakeError(Reason::FUNCTIONAL_DEFAULT_NOT_ALLOWED,
                     absl::StrCat("column ", Quoted(column.name), " cannot have the default ",
                                  value.function, "; only key columns can have a function"));
  }
  ANNALS_ASSIGN_OR_RETURN(const Column made, MakeColumn(column));
  const bool has_default = made.default_value.kind != DefaultValue::Kind::kNone;
  if (column.nullable || has_default || policy == Policy::kRelaxed) return absl::OkStatus();
  return MakeError(Reason::NOT_NULL_NEEDS_DEFAULT,
                   absl::StrCat("column ", Quoted(column.name),
                                " is NOT NULL and needs a default for the rows that are there"));
}

// A name that is there twice is refused where it is there again.
absl::Status ValidateAdded(const std::vector<ColumnDefinition>& columns, Policy policy) {
  if (columns.empty()) {
    return MakeError(Reason::NO_COLUMNS, "no column to add is given; name at least one");
  }
  for (const ColumnDefinition& column : columns) ANNALS_RETURN_IF_ERROR(ValidateColumn(column));
  std::unordered_set<std::string_view> seen;
  for (const ColumnDefinition& column : columns) {
    if (!seen.insert(column.name).second) {
      return MakeError(Reason::COLUMN_DUPLICATED,
                       absl::StrCat("column ", Quoted(column.name), " is given twice"));
    }
    ANNALS_RETURN_IF_ERROR(ValidateAdded(column, policy));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AlterTableAddColumn::Validate(Policy policy) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  return WithContext(ValidateAdded(columns, policy),
                     [&] { return absl::StrCat("table ", Qualified(schema, table)); });
}

absl::StatusOr<UpdateEntries> AlterTableAddColumn::Plan(PlanContext& context) const {
  const auto target = FindTable(context.catalog(), schema, table);
  if (!target.ok()) return Missing(target.status(), if_table_exists);
  NewColumns entry{target->id(), {}};
  for (const ColumnDefinition& column : columns) {
    if (!target->FindColumn(column.name)) {
      ANNALS_ASSIGN_OR_RETURN(entry.columns.emplace_back(), MakeColumn(column));
    } else if (!if_not_exists) {
      return MakeError(Reason::COLUMN_EXISTS,
                       absl::StrCat("column ", Quoted(column.name), " of table ",
                                    Qualified(schema, table), " already exists"));
    }
  }
  if (entry.columns.empty()) return UpdateEntries{};
  const size_t added = entry.columns.size();
  ANNALS_RETURN_IF_ERROR(CheckRoomForColumns(*target, added, added));
  return UpdateEntries{std::move(entry)};
}

}  // namespace annals
