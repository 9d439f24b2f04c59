#pragma once

// Memory for very many blocks of a few hundred bytes, on huge pages: look-ups go to them at
// random. Blocks of one size share a slab; a slab without blocks serves any size. Memory
// goes back to the system with the arena. One thread at a time.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace annals {

class BlockArena {
 public:
  BlockArena() = default;
  ~BlockArena();
  BlockArena(const BlockArena&) = delete;
  BlockArena& operator=(const BlockArena&) = delete;

  // Aligned to 16 bytes.
  void* New(size_t size);
  // Gives a block back to the arena that it is from. `size` as it was asked for.
  static void Delete(void* block, size_t size);

 private:
  static constexpr size_t kChunkSize = size_t{2} << 20;
  static constexpr size_t kSlabSize = size_t{64} << 10;
  static constexpr size_t kGrain = 16;
  static constexpr size_t kLargest = 4096;  // Larger blocks are malloc's.

  // At the beginning of each slab, which is aligned to its size.
  struct alignas(64) Slab {
    BlockArena* arena;
    // Among those of its size that have room; or, without blocks, among the free ones.
    Slab* next = nullptr;
    Slab* previous = nullptr;
    void* free = nullptr;           // Blocks that were given back, linked through themselves.
    uint32_t size = 0;              // Of its blocks.
    uint32_t used = 0;              // Blocks that are out.
    uint32_t fresh = sizeof(Slab);  // What lies behind was never given out.

    bool full() const { return free == nullptr && fresh + size > kSlabSize; }
  };

  Slab& SlabWithRoom(size_t size);
  Slab* NewSlab();
  void Put(Slab*& list, Slab& slab);
  void Take(Slab*& list, Slab& slab);
  void Return(Slab& slab, void* block);

  Slab* with_room_[kLargest / kGrain + 1] = {};  // By size.
  Slab* empty_ = nullptr;
  std::vector<char*> chunks_;
  size_t cut_ = kChunkSize;  // How much of the last chunk is slabs.
};

}  // namespace annals
