#include "annals/tests/faults/failing_allocation.h"

#include <cstdlib>
#include <new>

namespace {

// Of the thread. Allocations are asked for before and after any other of its variables live.
constinit thread_local uint64_t until_failure = 0;  // 0: none is to fail.
constinit thread_local int64_t live_blocks = 0;

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  ++live_blocks;
  return memory;
}

void FailIfTold() {
  if (until_failure > 0 && --until_failure == 0) throw std::bad_alloc();
}

void Free(void* memory) {
  if (memory == nullptr) return;
  --live_blocks;
  std::free(memory);
}

}  // namespace

// The others call these.
void* operator new(size_t size) {
  FailIfTold();
  return Counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new(size_t size, std::align_val_t alignment) {
  FailIfTold();
  const auto align = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(align, (size + align - 1) / align * align));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }

namespace annals {

FailingAllocation::FailingAllocation(uint64_t kth) { until_failure = kth; }
FailingAllocation::~FailingAllocation() { until_failure = 0; }
bool FailingAllocation::happened() const { return until_failure == 0; }

int64_t LiveBlocks() { return live_blocks; }

}  // namespace annals
