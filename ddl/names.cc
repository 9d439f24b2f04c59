#include "annals/ddl/names.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::ddl {
namespace {

constexpr std::array<std::string_view, 19> kReserved = {
    "ALTER", "AS",   "COLUMN", "CONSTRAINT", "CREATE",  "DEFAULT", "DROP",
    "FALSE", "NOT",  "NULL",   "ON",         "PRIMARY", "SET",     "TABLE",
    "TO",    "TRUE", "UNIQUE", "USING",      "WITH"};

bool IsPlain(std::string_view name) {
  const auto begins = [](char c) { return absl::ascii_isupper(c) || c == '_'; };
  const auto continues = [&](char c) { return begins(c) || absl::ascii_isdigit(c) || c == '$'; };
  return !name.empty() && begins(name.front()) && std::ranges::all_of(name, continues);
}

}  // namespace

std::span<const std::string_view> ReservedWords() { return kReserved; }

bool IsReservedWord(std::string_view word) {
  return std::ranges::any_of(kReserved, [&](std::string_view reserved) {
    return absl::EqualsIgnoreCase(ToAbsl(reserved), ToAbsl(word));
  });
}

std::string QuoteName(std::string_view name) {
  if (IsPlain(name) && !IsReservedWord(name)) return std::string(name);
  return QuotedText(name, '"');
}

std::string QuoteString(std::string_view text) { return QuotedText(text, '\''); }

}  // namespace annals::ddl
