#include "annals/catalog/view_rows.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "annals/schemas/status.h"

namespace annals {

ViewValue ValueOf(ObjectId id) {
  return id == kNoObject ? ViewValue() : ViewValue(int64_t{id.value});
}

ViewValue ValueOf(CatalogVersion version) { return ValueOf(version.value); }

ViewValue ValueOf(std::string_view text) { return std::string(text); }

ViewValue ValueOf(uint64_t number) { return static_cast<int64_t>(number); }

ViewValue ValueOrNull(std::string_view text) { return text.empty() ? ViewValue() : ValueOf(text); }

ViewValue WordValue(std::string_view word) {
  std::string upper = absl::AsciiStrToUpper(ToAbsl(word));
  std::ranges::replace(upper, ' ', '_');
  return upper;
}

}  // namespace annals
