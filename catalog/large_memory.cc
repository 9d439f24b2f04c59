#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "annals/catalog/large_memory_internal.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace annals {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

bool IsLarge(size_t size) { return size > 0 && size % kHugePage == 0; }

#if defined(__linux__)
void* Map(size_t size, Pages pages) {
  // A huge page more than is wanted, to cut a piece out that is aligned.
  void* mapped = ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<char*>(mapped);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before > 0) ::munmap(begin, before);
  if (before < kHugePage) ::munmap(begin + before + size, kHugePage - before);
  if (pages == Pages::kHuge) ::madvise(begin + before, size, MADV_HUGEPAGE);  // A wish.
  return begin + before;
}
#endif

std::align_val_t AlignmentOf(size_t size) {
  return std::align_val_t{IsLarge(size) ? kHugePage : 64};
}

}  // namespace

void* NewZeroed(size_t size, [[maybe_unused]] Pages pages) {
#if defined(__linux__)
  if (IsLarge(size)) return Map(size, pages);
#endif
  void* memory = ::operator new(size, AlignmentOf(size));
  std::memset(memory, 0, size);
  return memory;
}

void DeleteZeroed(void* memory, size_t size) {
#if defined(__linux__)
  if (IsLarge(size)) {
    ::munmap(memory, size);
    return;
  }
#endif
  ::operator delete(memory, AlignmentOf(size));
}

PageArena::~PageArena() {
  for (const Chunk& chunk : chunks_) DeleteZeroed(chunk.memory, chunk.size);
}

void* PageArena::New(size_t size) {
  if (chunks_.empty() || chunks_.back().size - used_ < size) {
    // Small at first: most catalogs are.
    constexpr size_t kFirst = size_t{32} << 10;
    const size_t wanted = chunks_.empty() ? kFirst : std::min(2 * chunks_.back().size, kHugePage);
    const size_t chunk = std::max(wanted, size);
    chunks_.reserve(chunks_.size() + 1);  // So that nothing fails once there is memory.
    chunks_.push_back({static_cast<char*>(NewZeroed(chunk)), chunk});
    used_ = 0;
  }
  void* memory = chunks_.back().memory + used_;
  used_ += size;
  return memory;
}

}  // namespace annals
