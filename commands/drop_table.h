#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Drops a table and its indexes; its zone stays. Other dependents refuse it
// unless `cascade`.
//
//   SCHEMA_NOT_FOUND, TABLE_NOT_FOUND  and `if_exists` is false
//   HAS_DEPENDENTS
struct DropTable {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  bool if_exists = false;
  bool cascade = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
