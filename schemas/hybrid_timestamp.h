#pragma once

#include <compare>
#include <cstdint>

namespace annals {

// A moment of a hybrid logical clock: 48 bits of milliseconds since 1970 (UTC)
// and 16 bits that count events within a millisecond. Compares as one number.
// Raw 0 is "no time"; the least time is raw 1. A counter that overflows carries
// into the milliseconds.
//
// After S. Kulkarni et al., "Logical Physical Clocks" (2014).
class HybridTimestamp {
 public:
  constexpr HybridTimestamp() = default;
  constexpr HybridTimestamp(uint64_t physical_ms, uint16_t counter)
      : raw_(physical_ms << kCounterBits | counter) {}

  static constexpr HybridTimestamp FromRaw(uint64_t raw) {
    HybridTimestamp time;
    time.raw_ = raw;
    return time;
  }
  static constexpr HybridTimestamp Max() { return FromRaw(UINT64_MAX); }

  constexpr uint64_t raw() const { return raw_; }
  constexpr uint64_t physical_ms() const { return raw_ >> kCounterBits; }
  constexpr uint16_t counter() const { return static_cast<uint16_t>(raw_); }

  // The next moment that can be told apart from this one.
  constexpr HybridTimestamp Next() const { return FromRaw(raw_ + 1); }
  constexpr HybridTimestamp PlusMs(uint64_t ms) const {
    return FromRaw(raw_ + (ms << kCounterBits));
  }

  friend constexpr auto operator<=>(HybridTimestamp, HybridTimestamp) = default;

 private:
  static constexpr int kCounterBits = 16;

  uint64_t raw_ = 0;
};

}  // namespace annals
