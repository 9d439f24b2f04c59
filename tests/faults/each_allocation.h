#pragma once

// What tests of memory that runs out share.

#include <cstdint>
#include <functional>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "annals/tests/faults/failing_allocation.h"
#include "gtest/gtest.h"

namespace annals {

// Attempts it with the first, second, ... allocation failing, until `attempt` says that none was
// left to fail, and tells how many there were.
inline uint64_t ForEachAllocation(const std::function<bool(uint64_t kth)>& attempt) {
  uint64_t kth = 0;
  for (bool failed = true; failed && !::testing::Test::HasFailure();) {
    SCOPED_TRACE(absl::StrCat("allocation ", ++kth));
    failed = attempt(kth);
  }
  return kth - 1;
}

// Does `work` with its first, second, ... allocation failing, until none is left to fail, and
// tells how many there were. What `work` makes it also drops. `look` sees what became of the
// rest of the world.
inline uint64_t FailEachAllocation(
    const std::function<void()>& work, const std::function<void()>& look = [] {}) {
  work();  // What is made once and kept is made here.
  for (uint64_t kth = 1;; ++kth) {
    SCOPED_TRACE(absl::StrCat("allocation ", kth));
    const int64_t before = LiveBlocks();
    bool failed = false;
    {
      const FailingAllocation failing(kth);
      try {
        work();
      } catch (const std::bad_alloc&) {
      }
      failed = failing.happened();
    }
    EXPECT_EQ(LiveBlocks(), before) << "something was left behind";
    look();
    if (!failed || ::testing::Test::HasFailure()) return kth - 1;
  }
}

// What `call` of the API says, at which nothing may be thrown.
template <typename Call>
auto SaidBy(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    ADD_FAILURE() << "nothing may be thrown at a caller";
    return absl::UnknownError("thrown");
  }
}

}  // namespace annals
