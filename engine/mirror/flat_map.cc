#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/engine/mirror/flat_text_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::mirror {
namespace {

constexpr std::string_view kLinePayload = "annals/line";

bool IsForbidden(char32_t character) {
  const bool space = character == '\t' || character == '\n' || character == '\r';
  return (character < 0x20 && !space) || character == 0x7F;
}

}  // namespace

absl::Status AtLine(uint64_t line, absl::Status status) {
  if (!status.ok() && line > 0)
    status.SetPayload(ToAbsl(kLinePayload), absl::Cord(absl::StrCat(line)));
  return status;
}

uint64_t LineOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kLinePayload));
  uint64_t line = 0;
  return payload && absl::SimpleAtoi(std::string(*payload), &line) ? line : 0;
}

absl::Status CheckText(std::string_view text) {
  if (text.size() > kLargestText) {
    return MakeError(Reason::SYNTAX_ERROR,
                     absl::StrCat("it has more than ", kLargestText, " bytes"));
  }
  uint64_t line = 1;
  for (std::string_view rest = text; !rest.empty();) {
    const auto character = TakeCharacter(rest);
    if (!character) return AtLine(line, MakeError(Reason::SYNTAX_ERROR, "it is no UTF-8"));
    if (IsForbidden(*character)) {
      return AtLine(line, MakeError(Reason::SYNTAX_ERROR, "there is a control character"));
    }
    if (*character == '\n') ++line;
  }
  return absl::OkStatus();
}

absl::Status CheckKeys(const FlatMap& map) {
  std::set<std::string_view> seen;
  for (const FlatEntry& entry : map) {
    if (!seen.insert(entry.key).second) {
      return AtLine(entry.line,
                    MakeError(Reason::SYNTAX_ERROR,
                              absl::StrCat("the key ", Quoted(entry.key), " is there twice")));
    }
  }
  return absl::OkStatus();
}

}  // namespace annals::mirror
