#pragma once

#include <string>

#include "annals/commands/command.h"

namespace annals {

// Drops an object of a configured kind; with `cascade` all that depends on it too,
// dependents first.
//
//   OBJECT_NOT_FOUND  and `if_exists` is false
//   HAS_DEPENDENTS    names those that depend on it, and `cascade` is false
struct DropConfigured {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema = std::string(kPublicSchema);  // Without meaning at the root.
  std::string name;
  bool if_exists = false;
  bool cascade = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
