#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Renames an alive index, key indexes too; its name is no automatic one then.
struct RenameIndex {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  std::string new_name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
