#include "annals/tests/catalog/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ANNALS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ANNALS_SANITIZED 1
#endif
#endif

#ifdef ANNALS_SANITIZED

namespace annals {
bool CountsAllocations() { return false; }
Allocations LiveAllocations() { return {}; }
}  // namespace annals

#else

namespace {

std::atomic<int64_t> blocks{0};
std::atomic<int64_t> bytes{0};

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  blocks.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(static_cast<int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  return memory;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  const size_t size = malloc_usable_size(memory);
  blocks.fetch_sub(1, std::memory_order_relaxed);
  bytes.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
  std::memset(memory, 0xDD, size);
  // The compiler may not leave out what is written to memory that is freed next.
  asm volatile("" : : "r"(memory) : "memory");
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) { return Counted(std::malloc(size == 0 ? 1 : size)); }
void* operator new[](size_t size) { return Counted(std::malloc(size == 0 ? 1 : size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  const auto align = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(align, (size + align - 1) / align * align));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete[](void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }

namespace annals {
bool CountsAllocations() { return true; }
Allocations LiveAllocations() { return {blocks.load(), bytes.load()}; }
}  // namespace annals

#endif
