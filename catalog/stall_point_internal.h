#pragma once

// Named places at which a test can make a thread wait, to open wide the windows of
// the reclamation protocol (docs/architecture.md). Costs nothing unless
// ANNALS_TEST_POINTS is defined. Not installed.

#ifdef ANNALS_TEST_POINTS

#include <atomic>
#include <string_view>

namespace annals {

// Called at every point with its name, by whichever thread comes by; may wait.
using StallHook = void (*)(std::string_view point);
inline std::atomic<StallHook> stall_hook{nullptr};

inline void ReachStallPoint(std::string_view point) {
  // Relaxed, so that a test build orders no more than a release does.
  if (const StallHook hook = stall_hook.load(std::memory_order_relaxed)) hook(point);
}

}  // namespace annals

#define ANNALS_STALL_POINT(name) ::annals::ReachStallPoint(name)

#else
#define ANNALS_STALL_POINT(name) static_cast<void>(0)
#endif
