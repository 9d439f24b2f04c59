#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace annals {

// Waits until `there` or `deadline`, which may be infinitely far; returns `there`.
template <typename Predicate>
bool WaitUntil(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
               absl::Time deadline, Predicate there) {
  while (!there()) {
    if (deadline == absl::InfiniteFuture()) {
      wake.wait(lock);
      continue;
    }
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    // In bounded steps: a sum of clock and far deadline would overflow.
    wake.wait_for(lock, absl::ToChronoNanoseconds(std::min(left, absl::Hours(1))));
  }
  return true;
}

}  // namespace annals
