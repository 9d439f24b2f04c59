#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Drops a schema; with `cascade` all that lives in it too.
//
//   SYSTEM_SCHEMA_DROP  also with `if_exists`
//   SCHEMA_NOT_FOUND    and `if_exists` is false
//   SCHEMA_NOT_EMPTY    and `cascade` is false; stopping indexes count
struct DropSchema {
  std::string name;
  bool if_exists = false;
  bool cascade = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
