#pragma once

#include <string>
#include <vector>

#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"

namespace annals {

// Adds columns at the end; one table version for all of them.
//
//   COLUMN_EXISTS           and `if_not_exists` is false
//   NOT_NULL_NEEDS_DEFAULT  allowed under relaxed
struct AlterTableAddColumn {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  std::vector<ColumnDefinition> columns;
  bool if_table_exists = false;
  bool if_not_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
