#include <cstring>
#include <new>
#include <utility>

#include "annals/catalog/block_arena_internal.h"
#include "annals/catalog/large_memory_internal.h"

namespace annals {
namespace {

// Sanitizers watch each block if it comes from their allocator.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

}  // namespace

BlockArena::~BlockArena() {
  for (char* chunk : chunks_) DeleteZeroed(chunk, kChunkSize);
}

void* BlockArena::New(size_t size) {
  if (kSanitized || size > kLargest) return ::operator new(size);
  size = (size + kGrain - 1) / kGrain * kGrain;
  Slab& slab = SlabWithRoom(size);
  void* block = slab.free;
  if (block != nullptr) {
    std::memcpy(&slab.free, block, sizeof(void*));
  } else {
    block = reinterpret_cast<char*>(&slab) + slab.fresh;
    slab.fresh += slab.size;
  }
  ++slab.used;
  if (slab.full()) Take(with_room_[size / kGrain], slab);
  return block;
}

void BlockArena::Delete(void* block, size_t size) {
  if (kSanitized || size > kLargest) return ::operator delete(block);
#ifdef ANNALS_TEST_POINTS
  std::memset(block, 0xDD, size);  // Who reads it still shall notice.
#endif
  auto& slab = *reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(block) & ~(kSlabSize - 1));
  slab.arena->Return(slab, block);
}

void BlockArena::Return(Slab& slab, void* block) {
  Slab*& with_room = with_room_[slab.size / kGrain];
  if (slab.full()) Put(with_room, slab);
  std::memcpy(block, &slab.free, sizeof(void*));
  slab.free = block;
  if (--slab.used > 0) return;
  Take(with_room, slab);
  Put(empty_, slab);
}

BlockArena::Slab& BlockArena::SlabWithRoom(size_t size) {
  Slab*& list = with_room_[size / kGrain];
  if (list != nullptr) return *list;
  Slab* slab = empty_ != nullptr ? empty_ : NewSlab();
  if (slab == empty_) Take(empty_, *slab);
  slab->size = static_cast<uint32_t>(size);
  slab->free = nullptr;
  slab->fresh = sizeof(Slab);
  Put(list, *slab);
  return *slab;
}

BlockArena::Slab* BlockArena::NewSlab() {
  if (cut_ == kChunkSize) {
    // The first is on small pages, since most catalogs need little of it.
    const Pages pages = chunks_.empty() ? Pages::kSmall : Pages::kHuge;
    chunks_.push_back(static_cast<char*>(NewZeroed(kChunkSize, pages)));
    cut_ = 0;
  }
  char* memory = chunks_.back() + std::exchange(cut_, cut_ + kSlabSize);
  return new (memory) Slab{.arena = this};
}

void BlockArena::Put(Slab*& list, Slab& slab) {
  slab.previous = nullptr;
  slab.next = list;
  if (list != nullptr) list->previous = &slab;
  list = &slab;
}

void BlockArena::Take(Slab*& list, Slab& slab) {
  if (slab.previous != nullptr) slab.previous->next = slab.next;
  if (slab.next != nullptr) slab.next->previous = slab.previous;
  if (list == &slab) list = slab.next;
}

}  // namespace annals
