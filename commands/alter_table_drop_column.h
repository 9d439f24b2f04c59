#pragma once

#include <string>
#include <vector>

#include "annals/commands/command.h"

namespace annals {

// Drops columns; one table version for all of them. Checked in the order of their
// names, so that the error does not depend on the order given.
//
//   COLUMN_NOT_FOUND        and `if_exists` is false
//   PK_COLUMN_DROP          a key column
//   COLUMN_USED_BY_INDEXES  names the alive indexes; stopping ones do not count
struct AlterTableDropColumn {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  std::vector<std::string> columns;
  bool if_table_exists = false;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
