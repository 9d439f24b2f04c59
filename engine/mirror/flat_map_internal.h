#pragma once

// Flat maps as text: what the files of a mirror hold, and .properties files. Values are
// texts, whatever they look like; nothing is nested. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace annals::mirror {

struct FlatEntry {
  std::string key;
  std::string value;
  uint64_t line = 0;  // Where it was read, from 1.

  friend bool operator==(const FlatEntry&, const FlatEntry&) = default;
};
using FlatMap = std::vector<FlatEntry>;

// YAML, one line an entry, by key.
std::string WriteYaml(FlatMap map);

// Both read UTF-8 of at most kLargestText bytes; entries come in the order of the text.
// Errors tell their line (LineOf), and never a value.
//   SYNTAX_ERROR  it is no such text, or no flat map, or has a key twice
// Which the largest object has not, however its texts are escaped.
inline constexpr size_t kLargestText = size_t{16} << 20;
absl::StatusOr<FlatMap> ReadYaml(std::string_view text);
// As java.util.Properties reads them: comments with # or !, =, : or a blank between key and
// value, a backslash before a line's end goes on, \t, \n, \u00e9.
absl::StatusOr<FlatMap> ReadProperties(std::string_view text);

// `status` with the line that it speaks of.
absl::Status AtLine(uint64_t line, absl::Status status);
uint64_t LineOf(const absl::Status& status);  // 0: of the whole text.

}  // namespace annals::mirror
