#pragma once

// Constants of a type as text. What was given is kept as it was spelled; this tells
// whether it is a value of the type, and gives the one text that equal values have:
//
//   BOOLEAN               TRUE, FALSE
//   numbers               no exponent, no leading or trailing zeros, no -0
//   DATE                  2024-01-31
//   TIME                  10:20:30, and .5 where there is a fraction
//   DATETIME, TIMESTAMP   2024-01-31 10:20:30.5; a TIMESTAMP in UTC ends in Z
//   UUID, BYTE_ARRAY      hex digits in lower case
//   STRING                itself
//
// Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "annals/catalog/types.h"

namespace annals {

// The canonical text of `text` as a value of the column's type; nothing if it is none.
// Nothing is rounded or cut. The length of a STRING is not looked at.
std::optional<std::string> CanonicalConstant(std::string_view text, const Column& column);

// The least and the greatest number of INT8, INT16, INT32 or INT64.
struct IntegerRange {
  std::string_view least;
  std::string_view most;
};
IntegerRange RangeOf(TypeId type);

}  // namespace annals
