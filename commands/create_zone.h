#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annals/commands/command.h"

namespace annals {

// Adds a zone: where tables lie, and in how many copies. It does not become the
// default zone by that; see AlterZoneSetDefault.
//
//   BLANK_IDENTIFIER, INVALID_NAME  the name, or a storage profile
//   PARAM_OUT_OF_RANGE              names the parameter and its range
//   QUORUM_INCOMPATIBLE             the quorum does not go with the replicas
//   BAD_FILTER                      see CheckFilter (commands/zone_parameters.h)
//   STORAGE_PROFILES_EMPTY
//   ZONE_EXISTS                     and `if_not_exists` is false
struct CreateZone {
  std::string name;
  std::optional<int64_t> partitions = std::nullopt;   // 1 to 65,000; else 25.
  std::optional<int64_t> replicas = std::nullopt;     // At least 1; else 1.
  std::optional<int64_t> quorum_size = std::nullopt;  // Else the usual one for the replicas.
  // How many seconds after nodes came or went data is spread anew; INT32_MAX: never.
  std::optional<int64_t> auto_scale_up_s = std::nullopt;      // Else 0.
  std::optional<int64_t> auto_scale_down_s = std::nullopt;    // Else never.
  std::optional<std::string> filter = std::nullopt;           // Of nodes, a JSON path; else all.
  std::optional<ConsistencyMode> consistency = std::nullopt;  // Else strong.
  std::vector<std::string> storage_profiles;  // The first is the one for tables that name none.
  bool if_not_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
