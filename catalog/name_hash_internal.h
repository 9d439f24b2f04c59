#pragma once

// Names are short: a call into the library would cost as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "annals/catalog/object.h"

namespace annals {

// What `name_hashes` in a table's bytes holds for a column: on disk, for ever.
inline uint32_t ColumnNameHash(std::string_view name) {
  return static_cast<uint32_t>(XXH3_64bits(name.data(), name.size()));
}

// Most names are of 4 to 16 bytes. Those are read as two words, which may overlap.
struct ShortName {
  uint64_t head;
  uint64_t tail;

  static bool Fits(size_t size) { return size - 4 <= 12; }
  // REQUIRES: Fits(name.size()).
  explicit ShortName(std::string_view name) {
    const char* end = name.data() + name.size();
    if (name.size() >= 8) {
      head = Word<uint64_t>(name.data());
      tail = Word<uint64_t>(end - 8);
    } else {
      head = Word<uint32_t>(name.data());
      tail = Word<uint32_t>(end - 4);
    }
  }
  friend bool operator==(const ShortName&, const ShortName&) = default;

 private:
  template <typename T>
  static T Word(const char* at) {
    T word;
    std::memcpy(&word, at, sizeof(word));
    return word;
  }
};

// Of a name in its scope; in memory only. Short, so that a processor that waits for one
// look-up's memory can begin the next one.
inline uint64_t ScopedNameHash(NameScope scope, std::string_view name) {
  if (!ShortName::Fits(name.size())) {
    return XXH3_64bits_withSeed(name.data(), name.size(), scope.value);
  }
  const ShortName words(name);
  const uint64_t seed = (uint64_t{scope.value} << 5 | name.size()) * 0x9E3779B97F4A7C15;
  const uint64_t mixed = XXH3_mul128_fold64(words.head ^ seed, words.tail ^ 0xD6E8FEB86659FD93);
  return XXH3_mul128_fold64(mixed ^ seed, 0xA0761D6478BD642F);
}

inline bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return ShortName::Fits(a.size()) ? ShortName(a) == ShortName(b) : a == b;
}

}  // namespace annals
