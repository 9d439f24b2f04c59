#pragma once

#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace annals {

// What `name_hashes` in a table's bytes holds for a column: on disk, for ever.
inline uint32_t ColumnNameHash(std::string_view name) {
  return static_cast<uint32_t>(XXH3_64bits(name.data(), name.size()));
}

}  // namespace annals
