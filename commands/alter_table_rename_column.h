#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Renames a column. Needs the relaxed policy.
struct AlterTableRenameColumn {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  std::string column;
  std::string new_name;
  bool if_table_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
