#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/expectations_internal.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/redaction.h"
#include "annals/ddl/source_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

constexpr size_t kShownOfToken = 40;

// The token in front of `text`; a long one is cut, at a character.
std::string Found(std::string_view text) {
  const std::string_view token = text.substr(0, TokenLength(text));
  size_t end = std::min(token.size(), kShownOfToken);
  while (end < token.size() && !BeginsCharacter(token[end])) --end;
  std::string found(token.substr(0, end));
  std::ranges::replace_if(
      found, [](unsigned char c) { return absl::ascii_iscntrl(c); }, ' ');
  return end < token.size() ? found + "..." : found;
}

std::string AnyOf(const std::vector<std::string_view>& choices) {
  std::string list;
  for (size_t i = 0; i < choices.size(); ++i) {
    const std::string_view separator = i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
    list.append(separator).append(choices[i]);
  }
  return list;
}

// What to do with a token that was meant to be a name.
std::string NameHint(std::string_view found) {
  if (IsReservedWord(found)) {
    return absl::StrCat(" (", absl::AsciiStrToUpper(ToAbsl(found)),
                        " is reserved: as a name it needs double quotes)");
  }
  const auto byte = static_cast<unsigned char>(found.empty() ? 0 : found.front());
  if (byte < 0x80 && !absl::ascii_isdigit(byte)) return "";
  return " (a name that begins like this needs double quotes)";
}

}  // namespace

void Expectations::Miss(size_t offset, std::string_view what) {
  if (offset < offset_ || what.empty()) return;
  if (offset > offset_) missed_.clear();
  offset_ = offset;
  if (std::ranges::find(missed_, what) == missed_.end()) missed_.push_back(what);
}

void Expectations::Fold(size_t offset, size_t mark, std::string_view name) {
  if (!folds_ || offset != offset_ || missed_.size() <= mark) return;
  missed_.resize(mark);
  Miss(offset, name);
}

std::string Expectations::Message(std::string_view text, std::string_view end) const {
  const std::string redacted = Redacted(text);
  const std::string found = Found(SameCharacter(text, offset_, redacted));
  std::string message =
      found.empty() ? absl::StrCat("found ", ToAbsl(end)) : absl::StrCat("found `", found, "`");
  absl::StrAppend(&message, ", expected ", AnyOf(missed_));
  const bool name_expected = std::ranges::find(missed_, "a name") != missed_.end();
  return name_expected ? message + NameHint(found) : message;
}

}  // namespace annals::ddl
