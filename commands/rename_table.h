#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Renames a table and its key index (under relaxed only if that has an automatic
// name). The new name is checked first, before the table is looked up.
//
//   TABLE_EXISTS, INDEX_EXISTS, SYSTEM_VIEW_EXISTS  the new name is taken
//   SCHEMA_NOT_FOUND, TABLE_NOT_FOUND               and `if_exists` is false
struct RenameTable {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  std::string new_name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
