#pragma once

// Which versions are kept: everything, unless a policy says less. Pure; the engine
// carries it out (OpenOptions::retention).

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

// What either of the two asks for is kept. Neither: everything is.
struct Retention {
  // The newest versions, so many; at least 1.
  std::optional<uint64_t> keep_versions = std::nullopt;
  // What was active at any moment since so long ago; not negative. Now is at most the
  // newest version's time and what has passed since that was made, or the catalog opened,
  // so that a wall clock that is ahead truncates nothing.
  std::optional<absl::Duration> keep_duration = std::nullopt;
  // From one look at the log to the next, each of which may write a snapshot; at least
  // a millisecond.
  absl::Duration min_interval = absl::Minutes(10);

  bool keeps_everything() const { return !keep_versions && !keep_duration; }
};

//   INVALID_VALUE  names the field, what it is and what it may be
absl::Status CheckRetention(const Retention& retention);

// The versions that there are, as a policy sees them.
struct KeptVersions {
  CatalogVersion earliest;
  CatalogVersion latest;
  CatalogVersion active;  // The newest that is active.
  // The greatest version that was active by a time; nothing if none of these was.
  absl::FunctionRef<std::optional<CatalogVersion>(HybridTimestamp)> active_at;
};

// The version to take a snapshot of, which truncates all before it; nothing if all is to
// be kept. `now_ms`: milliseconds since 1970. Never a version that is not active yet, so
// what counts is kept, and what is to count.
// REQUIRES: CheckRetention is ok.
std::optional<CatalogVersion> VersionToSnapshot(const Retention& retention,
                                                const KeptVersions& versions, uint64_t now_ms);

}  // namespace annals
