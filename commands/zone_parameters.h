#pragma once

// The rules of a zone's parameters that need no catalog. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace annals {

inline constexpr int64_t kMaxPartitions = 65'000;

// The sizes that a quorum of `replicas` replicas can have, and the one that it has
// where nothing is said.
struct QuorumRange {
  uint32_t least = 1;
  uint32_t most = 1;
  uint32_t usual = 1;
};
// REQUIRES: `replicas` is at least 1.
QuorumRange QuorumOf(uint32_t replicas);

// Checks numbers as far as they are given. Scaling times are in seconds, INT32_MAX
// for never.
//   PARAM_OUT_OF_RANGE  names the parameter and its range
absl::Status CheckPartitions(std::optional<int64_t> partitions);
absl::Status CheckReplicas(std::optional<int64_t> replicas);
absl::Status CheckQuorumSize(std::optional<int64_t> quorum_size);
absl::Status CheckAutoScale(std::optional<int64_t> up_s, std::optional<int64_t> down_s);

// Whether `quorum_size` goes with `replicas`.
//   QUORUM_INCOMPATIBLE  says what would
absl::Status CheckQuorum(int64_t quorum_size, uint32_t replicas);

// Whether `filter` can be a JSON path: one that does not begin with $ or @ is read
// as if it began with "$.". What it selects is for those who place data to say.
//   BAD_FILTER  it is empty, too long or not UTF-8, its quotes or brackets do not
//               balance, or it has white space outside of them
absl::Status CheckFilter(std::string_view filter);

// The storage profiles of a zone.
//   STORAGE_PROFILES_EMPTY, BLANK_IDENTIFIER, INVALID_NAME
absl::Status CheckProfiles(const std::vector<std::string>& profiles);

}  // namespace annals
