#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Drops an index: one that is available becomes stopping and gives its name back
// at once (under relaxed it is gone), others are gone.
//
//   SCHEMA_NOT_FOUND, INDEX_NOT_FOUND  and `if_exists` is false
//   PK_INDEX_DROP                      a table's key index
struct DropIndex {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
