#pragma once

// The numbers that name things in a catalog. Each is a type of its own, so that
// a version cannot be passed where an id is meant.

#include <compare>
#include <cstdint>
#include <functional>

namespace annals {

// The number of a version of the catalog. Version 0 is the empty catalog, and
// version N is version N-1 plus the entries of log record N.
struct CatalogVersion {
  uint64_t value = 0;

  constexpr CatalogVersion Next() const { return {value + 1}; }
  // REQUIRES: value > 0.
  constexpr CatalogVersion Previous() const { return {value - 1}; }

  friend constexpr auto operator<=>(CatalogVersion, CatalogVersion) = default;
};

// The version that no object ever lives to see: "until now".
inline constexpr CatalogVersion kNever{UINT64_MAX};

// An object of the catalog, unique in its whole history and never used again.
struct ObjectId {
  uint32_t value = UINT32_MAX;

  friend constexpr auto operator<=>(ObjectId, ObjectId) = default;

  template <typename H>
  friend H AbslHashValue(H state, ObjectId id) {
    return H::combine(std::move(state), id.value);
  }
};

// No object: the parent of what lives at the root, the key index of a table
// without a key.
inline constexpr ObjectId kNoObject{UINT32_MAX};

// A column within its table. A name that is dropped and added again is a new
// column with a new id.
struct ColumnId {
  uint16_t value = 0;

  friend constexpr auto operator<=>(ColumnId, ColumnId) = default;
};

}  // namespace annals
