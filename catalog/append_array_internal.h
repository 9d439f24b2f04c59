#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "annals/schemas/ids.h"

namespace annals {

// An array that grows at its end, by one writer, under the eyes of readers: they
// see a prefix, and elements never change. When it is full the writer puts a
// larger one in its place.
template <typename T>
struct AppendArray {
  std::atomic<uint32_t> size{0};
  uint32_t capacity = 0;

  static AppendArray* New(size_t capacity) {
    void* memory = ::operator new(sizeof(AppendArray) + capacity * sizeof(T));
    auto* array = new (memory) AppendArray();
    array->capacity = static_cast<uint32_t>(capacity);
    return array;
  }
  static void Delete(AppendArray* array) { ::operator delete(array); }

  T* at() { return reinterpret_cast<T*>(this + 1); }
  const T* at() const { return reinterpret_cast<const T*>(this + 1); }
  // The writer's.
  uint32_t count() const { return size.load(std::memory_order_relaxed); }
  bool full() const { return count() == capacity; }
  const T& last() const { return at()[count() - 1]; }

  // REQUIRES: !full().
  void Append(T value) {
    const uint32_t n = count();
    new (at() + n) T(value);
    size.store(n + 1, std::memory_order_release);
  }

  // The last element whose `from` is at most `version`; null if there is none.
  const T* Find(CatalogVersion version) const {
    const T* base = at();
    size_t left = size.load(std::memory_order_acquire);
    if (left == 0 || base->from > version) return nullptr;
    // Without a branch that the processor could guess wrong.
    while (left > 1) {
      const size_t half = left / 2;
      base += (base[half].from <= version) * half;
      left -= half;
    }
    return base;
  }
};

}  // namespace annals
