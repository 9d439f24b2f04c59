#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annals/commands/command.h"

namespace annals {

// Changes parameters of a zone: those that are given. It makes a version even if
// they are what they were. A quorum size that is not given is brought to the
// nearest one that goes with the replicas.
//
//   PARTITIONS_IMMUTABLE, CONSISTENCY_MODE_IMMUTABLE  these are given once, at the
//                                                     zone's making
//   PROFILE_IN_USE                                    a table has a profile that is
//                                                     not in the new list
//   ZONE_NOT_FOUND                                    and `if_exists` is false
// and those of CreateZone.
struct AlterZone {
  std::string name;
  std::optional<int64_t> partitions = std::nullopt;
  std::optional<int64_t> replicas = std::nullopt;
  std::optional<int64_t> quorum_size = std::nullopt;
  std::optional<int64_t> auto_scale_up_s = std::nullopt;
  std::optional<int64_t> auto_scale_down_s = std::nullopt;
  std::optional<std::string> filter = std::nullopt;
  std::optional<ConsistencyMode> consistency = std::nullopt;
  std::optional<std::vector<std::string>> storage_profiles = std::nullopt;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Gives a zone another name. The default zone stays it.
//
//   BLANK_IDENTIFIER, INVALID_NAME
//   ZONE_NOT_FOUND  and `if_exists` is false
//   ZONE_EXISTS     the new name is taken, if only by the zone itself
struct RenameZone {
  std::string name;
  std::string new_name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Makes a zone the one for tables that name none. Nothing to do if it is that.
//
//   ZONE_NOT_FOUND  and `if_exists` is false
struct AlterZoneSetDefault {
  std::string name;
  bool if_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
