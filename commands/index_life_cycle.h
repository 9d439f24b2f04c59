#pragma once

// The steps of an index's life that the host drives: it builds the index, says so,
// and removes it once nobody reads it any more. An index is named by id, or by
// schema and name (a stopping one has no name and goes by id).

#include <optional>
#include <string>

#include "annals/commands/command.h"

namespace annals {

struct IndexRef {
  std::optional<ObjectId> id = std::nullopt;
  std::string schema = std::string(kPublicSchema);
  std::string name = {};
};

// Registered -> building.       INDEX_NOT_FOUND, WRONG_INDEX_STATUS
struct StartBuildingIndex {
  IndexRef index;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Building -> available.        INDEX_NOT_FOUND, WRONG_INDEX_STATUS
struct MakeIndexAvailable {
  IndexRef index;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Stopping -> gone. By schema and name: the stopping index that had that name.
//   INDEX_NOT_FOUND, REMOVE_INDEX_WRONG_STATUS
struct RemoveIndex {
  IndexRef index;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
