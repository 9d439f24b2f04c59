#pragma once

// Memory for the large arrays of a store, all zero: on huge pages where the system has
// them, because look-ups at random then miss the TLB less, and without the pause that
// clearing it at once would take.

#include <cstddef>
#include <vector>

namespace annals {

enum class Pages { kSmall, kHuge };

// Aligned to 64 bytes, and to 2 MiB if it is a multiple of that: only then can it be on
// huge pages. To be given back by DeleteZeroed with the same size.
void* NewZeroed(size_t size, Pages pages = Pages::kHuge);
void DeleteZeroed(void* memory, size_t size);

// Pages that live as long as this, side by side. One thread.
class PageArena {
 public:
  PageArena() = default;
  ~PageArena();
  PageArena(const PageArena&) = delete;
  PageArena& operator=(const PageArena&) = delete;

  // Aligned to 64 bytes, as long as all sizes are.
  void* New(size_t size);

 private:
  struct Chunk {
    char* memory;
    size_t size;
  };
  std::vector<Chunk> chunks_;
  size_t used_ = 0;  // Of the last.
};

}  // namespace annals
