#pragma once

// Which version counts now. A version that is not active yet when it arrives becomes so
// by the steady clock, as Execute waits for it: what is active in 500 ms is so in 500 ms,
// whatever the wall clock does meanwhile.
//
// Any thread. Versions arrive in order.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

#include "annals/engine/clock.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

class ActiveVersions {
 public:
  // Both must outlive this.
  ActiveVersions(const Clock& clock, const HybridClock& hybrid) : clock_(clock), hybrid_(hybrid) {}

  // `version` is there.
  void Add(CatalogVersion version, HybridTimestamp timestamp, HybridTimestamp activation);
  // `version` is active, whatever the clock says: somebody has taken a snapshot of it.
  void MarkActive(CatalogVersion version);
  // The versions so far were recovered. No clock is asked before.
  void Start();

  // The newest version that is active.
  CatalogVersion Now();
  // Waits until a version after `version` is active and SteadyMs() has reached
  // `earliest_ms`, and returns the newest that is active; once `stop` is set, at once.
  CatalogVersion WaitForMore(CatalogVersion version, uint64_t earliest_ms,
                             const std::atomic<bool>& stop);
  // Those who wait look at their `stop` again.
  void Wake();

 private:
  struct Pending {
    CatalogVersion version;
    HybridTimestamp activation;
    uint64_t due_ms;  // Of the steady clock.
  };

  uint64_t DueMs(HybridTimestamp activation) const;
  void Settle();

  const Clock& clock_;
  const HybridClock& hybrid_;
  std::mutex mutex_;
  std::condition_variable moved_;
  // All guarded by mutex_.
  bool started_ = false;
  CatalogVersion active_;
  std::deque<Pending> pending_;  // Of later activation than the newest timestamp.
};

}  // namespace annals
