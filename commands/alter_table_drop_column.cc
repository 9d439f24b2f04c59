#include "annals/commands/alter_table_drop_column.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

std::vector<std::string> AliveIndexesOn(const CatalogView& catalog, const TableDescriptor& table,
                                        ColumnId column) {
  std::vector<std::string> names;
  for (const IndexDescriptor& index : catalog.Indexes(table.id())) {
    const std::vector<IndexColumn> columns = index.columns();
    const bool uses = std::any_of(columns.begin(), columns.end(),
                                  [&](const IndexColumn& one) { return one.id == column; });
    if (index.alive() && uses) names.emplace_back(index.name());
  }
  return names;
}

}  // namespace

absl::Status AlterTableDropColumn::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  if (columns.empty()) {
    return MakeError(Reason::NO_COLUMNS,
                     absl::StrCat("table ", Qualified(schema, table),
                                  ": no column to drop is given; name at least one"));
  }
  for (const std::string& column : columns) {
    ANNALS_RETURN_IF_ERROR(CheckName(column, "column name"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UpdateEntries> AlterTableDropColumn::Plan(PlanContext& context) const {
  const auto target = FindTable(context.catalog(), schema, table);
  if (!target.ok()) return Missing(target.status(), if_table_exists);
  std::vector<ColumnId> dropped;
  for (const std::string& name : std::set<std::string>(columns.begin(), columns.end())) {
    const auto column = FindColumn(*target, schema, name);
    if (!column.ok()) {
      if (if_exists) continue;
      return column.status();
    }
    const auto where = [&] {
      return absl::StrCat("column ", Quoted(name), " of table ", Qualified(schema, table));
    };
    if (target->IsKeyColumn(column->id())) {
      return MakeError(Reason::PK_COLUMN_DROP,
                       absl::StrCat(where(), " is part of the primary key and cannot be dropped"));
    }
    const auto indexes = AliveIndexesOn(context.catalog(), *target, column->id());
    if (!indexes.empty()) {
      return MakeError(Reason::COLUMN_USED_BY_INDEXES,
                       absl::StrCat(where(), " is used by index ", QuotedList(indexes), "; drop ",
                                    indexes.size() == 1 ? "that" : "those", " first"));
    }
    dropped.push_back(column->id());
  }
  if (dropped.empty()) return UpdateEntries{};
  std::sort(dropped.begin(), dropped.end());
  return UpdateEntries{DropColumns{target->id(), std::move(dropped)}};
}

}  // namespace annals
