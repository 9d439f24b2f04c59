#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/engine/mirror/flat_text_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::mirror {
namespace {

// A line with those that go on from it, as if it were one.
struct LogicalLine {
  std::string text;
  uint64_t line = 0;  // Of its beginning.
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  return text;
}

// Whether the line's end is escaped.
bool GoesOn(std::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

std::string_view TakeLine(std::string_view& rest, uint64_t& line) {
  const size_t end = rest.find('\n');
  std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (taken.ends_with('\r')) taken.remove_suffix(1);
  ++line;
  return WithoutBlanks(taken);
}

// The next that is not empty and no comment.
std::optional<LogicalLine> TakeLogicalLine(std::string_view& rest, uint64_t& line) {
  while (!rest.empty()) {
    std::string_view taken = TakeLine(rest, line);
    if (taken.empty() || taken.front() == '#' || taken.front() == '!') continue;
    LogicalLine found{"", line};
    while (GoesOn(taken)) {
      found.text += taken.substr(0, taken.size() - 1);
      taken = TakeLine(rest, line);
    }
    found.text += taken;
    return found;
  }
  return std::nullopt;
}

// Four hexadecimal digits.
std::optional<char32_t> TakeUnit(std::string_view& rest) {
  uint32_t unit = 0;
  const std::string_view digits = rest.substr(0, 4);
  for (const char c : digits) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  if (digits.size() < 4 || !absl::SimpleHexAtoi(ToAbsl(digits), &unit)) return std::nullopt;
  rest.remove_prefix(4);
  return unit;
}

// What follows \u: one unit of UTF-16, or two of them.
bool TakeUnicode(std::string_view& rest, std::string& text) {
  auto character = TakeUnit(rest);
  if (!character) return false;
  if (*character >= 0xD800 && *character < 0xDC00 && rest.starts_with("\\u")) {
    rest.remove_prefix(2);
    const auto low = TakeUnit(rest);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
    character = 0x10000 + ((*character - 0xD800) << 10) + (*low - 0xDC00);
  }
  if (*character >= 0xD800 && *character < 0xE000) return false;
  AppendCharacter(*character, text);
  return true;
}

bool TakeEscape(std::string_view& rest, std::string& text) {
  const char c = rest.front();
  rest.remove_prefix(1);
  constexpr std::string_view kLetters = "tnrf";
  constexpr std::string_view kMeanings = "\t\n\r\f";
  if (c == 'u') return TakeUnicode(rest, text);
  const size_t at = kLetters.find(c);
  text += at == std::string_view::npos ? c : kMeanings[at];
  return true;
}

// A word up to a separator, or with `whole` all; nothing if an escape means nothing.
std::optional<std::string> TakeWord(std::string_view& rest, bool whole) {
  std::string word;
  while (!rest.empty()) {
    const char c = rest.front();
    if (!whole && (c == '=' || c == ':' || IsBlank(c))) break;
    rest.remove_prefix(1);
    if (c != '\\' || rest.empty()) {
      word += c;
    } else if (!TakeEscape(rest, word)) {
      return std::nullopt;
    }
  }
  return word;
}

absl::StatusOr<FlatEntry> EntryOf(const LogicalLine& line) {
  std::string_view rest = line.text;
  auto key = TakeWord(rest, /*whole=*/false);
  rest = WithoutBlanks(rest);
  if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) rest.remove_prefix(1);
  rest = WithoutBlanks(rest);
  auto value = TakeWord(rest, /*whole=*/true);
  if (!key || !value) {
    return AtLine(line.line, MakeError(Reason::SYNTAX_ERROR, "\\u is not followed by a character"));
  }
  return FlatEntry{*std::move(key), *std::move(value), line.line};
}

}  // namespace

absl::StatusOr<FlatMap> ReadProperties(std::string_view text) {
  ANNALS_RETURN_IF_ERROR(CheckText(text));
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  FlatMap map;
  uint64_t line = 0;
  while (const auto found = TakeLogicalLine(text, line)) {
    ANNALS_ASSIGN_OR_RETURN(FlatEntry entry, EntryOf(*found));
    map.push_back(std::move(entry));
  }
  ANNALS_RETURN_IF_ERROR(CheckKeys(map));
  return map;
}

}  // namespace annals::mirror
