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
  // `clock` must outlive this. Versions that are there already are to be observed
  // before the first Begin.
  explicit HybridClock(const Clock& clock);

  // A timestamp greater than all that were given, promised or seen. Until Done is
  // called SafeTime stays below it.
  //   CLOCK_BEHIND  the wall clock is more than 60 s behind the newest version, or
  //                 behind a time that SafeTime has promised
  //   CLOCK_JUMP    it gained more than a day on the steady clock, and
  //                 `accept_jump` is false
  absl::StatusOr<HybridTimestamp> Begin(bool accept_jump);
  // The commits that Begin was called for are published, or will never be.
  void Done();
  // It is not known what became of them: SafeTime stays below them for ever, since
  // they may be there when the log is opened again.
  void Forsake();

  // Takes note of a version that somebody made.
  void Observe(HybridTimestamp timestamp);

  // A moment before which no timestamp will be given any more.
  HybridTimestamp SafeTime();

  // Milliseconds of the wall clock, or of the newest version where that is ahead.
  uint64_t NowMs() const;
  // A time that others than this clock vouch for, if the wall clock could make a version
  // now: the wall clock's, but at least the newest version's, and at most what passed
  // since that was seen beyond it. Promises nothing.
  //   CLOCK_BEHIND, CLOCK_JUMP
  absl::StatusOr<uint64_t> TrustedNowMs();

 private:
  absl::Status CheckWall(uint64_t wall_ms, uint64_t steady_ms) const;

  const Clock& clock_;
  std::mutex mutex_;
  HybridTimestamp newest_;       // Of the newest version.
  uint64_t newest_seen_ms_ = 0;  // When, by the steady clock.
  HybridTimestamp last_;         // The greatest that was given, or promised by SafeTime.
  HybridTimestamp in_flight_ = HybridTimestamp::Max();  // The least that is given and not done.
  HybridTimestamp forsaken_ = HybridTimestamp::Max();   // The least that was forsaken.
  int64_t wall_minus_steady_ms_;                        // As accepted.
  std::atomic<uint64_t> newest_ms_{0};                  // newest_'s, for NowMs.
};

}  // namespace annals
