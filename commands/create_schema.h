#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Adds an empty schema.
//
//   BLANK_IDENTIFIER, INVALID_NAME  the name
//   RESERVED_SCHEMA_NAME            it is a system schema's
//   SCHEMA_EXISTS                   and `if_not_exists` is false
struct CreateSchema {
  std::string name;
  bool if_not_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Adds one of the schemas whose names are reserved for the system.
//
//   BLANK_IDENTIFIER, INVALID_NAME  the name
//   NOT_A_SYSTEM_SCHEMA             it is not reserved
//   SCHEMA_EXISTS
struct CreateSystemSchema {
  std::string name;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
