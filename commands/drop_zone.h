#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Drops a zone that nobody uses.
//
//   ZONE_NOT_FOUND   and `if_exists` is false
//   ZONE_IS_DEFAULT  make another one the default zone first
//   ZONE_IN_USE      names a table that lies in it
struct DropZone {
  std::string name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
