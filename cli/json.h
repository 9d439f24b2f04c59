#pragma once

// JSON in and out. What comes in is limited; what goes out is always valid, whatever
// bytes a store holds.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace annals::cli {

// Keeps the order in which fields were added.
using Json = nlohmann::ordered_json;

inline constexpr size_t kMaxJsonDepth = 64;
inline constexpr size_t kMaxJsonFields = 64;  // Of an object: they are searched one by one.

// One JSON value. Whole numbers must fit 64 bits, and no object may have a field
// twice.
//   INVALID_REQUEST  says where and why
absl::StatusOr<Json> ParseJson(std::string_view text);

// `value` on one line, without a line feed. Bytes that are no UTF-8 become U+FFFD, and what
// cannot be seen is escaped.
std::string JsonText(const Json& value);
// `value` over several lines, with a line feed at the end.
std::string PrettyJsonText(const Json& value);

}  // namespace annals::cli
