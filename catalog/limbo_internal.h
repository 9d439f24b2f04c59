#pragma once

#include <atomic>
#include <deque>

#include "annals/schemas/ids.h"

namespace annals {

// What is unreachable, and waits for readers to move on (docs/architecture.md). The
// writer's.
class Limbo {
 public:
  // `published`: the newest version.
  explicit Limbo(const std::atomic<uint64_t>& published) : published_(published) {}
  ~Limbo() { FreeBefore(kNever); }
  Limbo(const Limbo&) = delete;
  Limbo& operator=(const Limbo&) = delete;

  // `block` may be null; it is given to T::Delete.
  template <typename T>
  void Retire(T* block) {
    if (block == nullptr) return;
    retired_.push_back({{published_.load(std::memory_order_relaxed)}, block, [](void* memory) {
                          T::Delete(static_cast<T*>(memory));
                        }});
  }
  // Frees what no reader can be in, if all hold `least` or later versions.
  void FreeBefore(CatalogVersion least) {
    while (!retired_.empty() && retired_.front().stamp < least) {
      retired_.front().free(retired_.front().block);
      retired_.pop_front();
    }
  }
  size_t size() const { return retired_.size(); }

 private:
  struct Retired {
    CatalogVersion stamp;  // What was published when it became unreachable.
    void* block;
    void (*free)(void*);
  };
  const std::atomic<uint64_t>& published_;
  std::deque<Retired> retired_;  // By `stamp`.
};

}  // namespace annals
