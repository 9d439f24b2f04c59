#pragma once

// What lies in a FlatBuffer, field by field under the names of its schema, for people
// who look at bytes. Nothing is interpreted: fields that hold their default are not
// there, as they are not in the bytes. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace flatbuffers {
struct TypeTable;
}  // namespace flatbuffers

namespace annals {

struct FieldTree {
  struct Bytes {
    std::string bytes;
  };
  struct Field;
  using List = std::vector<FieldTree>;
  using Table = std::vector<Field>;  // In the order of the schema.

  // Members of enumerations are strings, by name.
  std::variant<bool, int64_t, uint64_t, double, std::string, Bytes, List, Table> value;
};

struct FieldTree::Field {
  std::string name;
  FieldTree tree;
};

// The payload of an update record, with the objects in it. `payload` lies 8-byte aligned.
//   as DecodeUpdate
absl::StatusOr<FieldTree> UpdateFields(std::string_view payload);

// The FlatBuffer of type `type` in `buffer`, with the objects in it: byte vectors that are
// called "object".
// REQUIRES: the FlatBuffers verifier passed it, and CheckObject each object.
FieldTree FieldsOf(std::string_view buffer, const flatbuffers::TypeTable* type);

}  // namespace annals
