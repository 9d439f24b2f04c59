#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <vector>

#include "annals/catalog/block_arena_internal.h"
#include "annals/tests/catalog/allocations.h"

namespace annals {
namespace {

struct Block {
  unsigned char* memory;
  size_t size;
  unsigned char value;

  bool whole() const {
    for (size_t i = 0; i < size; ++i) {
      if (memory[i] != value) return false;
    }
    return true;
  }
};

// Seed 1: sizes and order are the same in every run.
TEST(BlockArenaTest, NoBlockIsTouchedByWhatHappensToOthers) {
  BlockArena arena;
  std::mt19937 random(1);
  std::vector<Block> blocks;
  for (int step = 0; step < 50'000; ++step) {
    if (blocks.empty() || random() % 5 < 3) {
      const size_t size = 64 + random() % (random() % 50 == 0 ? 6000 : 600);
      auto* memory = static_cast<unsigned char*>(arena.New(size));
      ASSERT_EQ(reinterpret_cast<uintptr_t>(memory) % 16, 0u);
      blocks.push_back({memory, size, static_cast<unsigned char>(step)});
      std::memset(memory, blocks.back().value, size);
      continue;
    }
    std::swap(blocks[random() % blocks.size()], blocks.back());
    ASSERT_TRUE(blocks.back().whole()) << "step " << step;
    BlockArena::Delete(blocks.back().memory, blocks.back().size);
    blocks.pop_back();
  }
  for (const Block& block : blocks) {
    ASSERT_TRUE(block.whole());
    BlockArena::Delete(block.memory, block.size);
  }
}

TEST(BlockArenaTest, MemoryOfBlocksThatAreGoneServesBlocksOfAnySize) {
  if (!CountsAllocations()) GTEST_SKIP() << "sanitizers have an allocator of their own";
  constexpr uintptr_t kChunk = uintptr_t{2} << 20;
  BlockArena arena;
  std::set<uintptr_t> chunks;
  for (const size_t size : {100, 500, 96, 2000, 4096, 64}) {
    std::vector<void*> blocks;
    for (size_t i = 0; i < 10'000'000 / size; ++i) {
      blocks.push_back(arena.New(size));
      chunks.insert(reinterpret_cast<uintptr_t>(blocks.back()) / kChunk);
    }
    for (void* block : blocks) BlockArena::Delete(block, size);
  }
  EXPECT_LE(chunks.size(), 7u);  // Of 10 MB at a time, 60 MB in all.
}

}  // namespace
}  // namespace annals
