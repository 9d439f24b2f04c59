#pragma once

// Short names for the orders of atomic accesses. Each access says its own. Relaxed is what
// policies are, too.

#include <atomic>

namespace annals {

inline constexpr auto kAcquire = std::memory_order_acquire;
inline constexpr auto kRelease = std::memory_order_release;
inline constexpr auto kUnordered = std::memory_order_relaxed;
inline constexpr auto kSeqCst = std::memory_order_seq_cst;

}  // namespace annals
