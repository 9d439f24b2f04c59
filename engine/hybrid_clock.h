#pragma once

// The clock that gives versions their timestamps: the wall clock as long as that
// behaves, never going back, never giving a time twice. Any thread.

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/engine/clock.h"
#include "annals/schemas/hybrid_timestamp.h"

namespace annals {

class HybridClock {
 public:
  // `last` is the timestamp of the newest version. `clock` must outlive this.
  HybridClock(const Clock& clock, HybridTimestamp last);

  // A timestamp greater than all that were given or seen. Until Done is called
  // SafeTime stays below it.
  //   CLOCK_BEHIND  the wall clock is more than 60 s behind the newest version
  //   CLOCK_JUMP    it gained more than a day on the steady clock, and
  //                 `accept_jump` is false
  absl::StatusOr<HybridTimestamp> Begin(bool accept_jump);
  // The commits that Begin was called for are published, or will never be.
  void Done();

  // Takes note of a version that somebody made.
  void Observe(HybridTimestamp timestamp);

  // A moment before which no timestamp will be given any more.
  HybridTimestamp SafeTime();

  // Milliseconds of the wall clock, or of the newest version where that is ahead.
  uint64_t NowMs() const;

 private:
  absl::Status CheckWall(uint64_t wall_ms, uint64_t steady_ms);

  const Clock& clock_;
  std::mutex mutex_;
  HybridTimestamp last_version_;  // Of the newest version.
  HybridTimestamp last_;          // The greatest that was given, or promised by SafeTime.
  HybridTimestamp in_flight_ = HybridTimestamp::Max();  // The least that is given and not done.
  int64_t wall_minus_steady_ms_;                        // As accepted.
  std::atomic<uint64_t> newest_ms_;
};

}  // namespace annals
