#pragma once

// Memory that runs out at a chosen moment, for this thread alone. Of the blocks that operator
// new gives: what asks the system by itself is not seen.

#include <cstdint>

namespace annals {

// While there is one (at most, in a thread), the `kth` allocation from its making on, from 1,
// throws std::bad_alloc; those after it work.
class FailingAllocation {
 public:
  explicit FailingAllocation(uint64_t kth);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  // Whether it has come to that.
  bool happened() const;
};

// What this thread has allocated less what it has given back.
int64_t LiveBlocks();

}  // namespace annals
