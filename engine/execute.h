#pragma once

// What a caller may say about a commit, and what it gets back.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "annals/catalog/types.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

struct ExecuteOptions {
  Policy policy = Policy::kStrict;
  // For people who read the log.
  std::string author = {};
  std::string message = {};
  std::string statement = {};
  // Refuse (VERSION_CONFLICT) unless this is the latest version; no retry then.
  std::optional<CatalogVersion> expected_version = std::nullopt;
  // From the version's timestamp to its activation; else the manager's.
  std::optional<absl::Duration> delay = std::nullopt;
  // Give up then. What was appended by then stays: the error says so.
  absl::Time deadline = absl::InfiniteFuture();
  // The wall clock's jump ahead is meant.
  bool accept_clock_jump = false;
  size_t max_entries = 10'000;
};

struct ExecuteResult {
  // At which the effects can be seen; with nothing to do, the latest version.
  CatalogVersion version;
  std::vector<bool> applied;  // One a command: whether it had something to do.
  HybridTimestamp activation;
};

}  // namespace annals
