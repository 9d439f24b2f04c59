#pragma once

// What the test binary has allocated and not given back. Freed memory is filled with
// 0xDD first, so that what reads it afterwards reads nonsense also without ASan.

#include <cstdint>

namespace annals {

struct Allocations {
  int64_t blocks = 0;
  int64_t bytes = 0;
};

// False under sanitizers, which have an allocator of their own.
bool CountsAllocations();
Allocations LiveAllocations();

}  // namespace annals
