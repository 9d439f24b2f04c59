#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"

namespace annals {

// Adds a view of the system to the schema SYSTEM. One of the same name with other
// columns or of another kind is replaced by a new object; an identical one stays,
// and there is nothing to do. For the components of a database, at their start.
//
//   BLANK_IDENTIFIER, INVALID_NAME, and those of a malformed column
//   NO_COLUMNS, COLUMN_DUPLICATED
//   SYSTEM_VIEW_TYPE_MISSING
//   TABLE_EXISTS, INDEX_EXISTS  something else in SYSTEM has the name
struct CreateSystemView {
  std::string name;
  std::vector<ColumnDefinition> columns;        // Of any type, PERIOD and DURATION too.
  std::optional<ViewKind> kind = std::nullopt;  // It has to be given.

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
