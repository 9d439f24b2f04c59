#include "annals/cli/terminal_text.h"

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/commands/utf8.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

bool IsUnsafe(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool direction = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                         (c >= 0x2066 && c <= 0x2069);
  return control || separator || direction;
}

std::string Escaped(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x80 ? absl::StrFormat("\\x%02x", static_cast<uint32_t>(c))
                      : absl::StrFormat("\\u%04x", static_cast<uint32_t>(c));
  }
}

std::string Show(std::string_view text, std::string_view kept) {
  std::string shown;
  while (!text.empty()) {
    std::string_view rest = text;
    const std::optional<char32_t> c = TakeCharacter(rest);
    if (!c.has_value()) {
      absl::StrAppendFormat(&shown, "\\x%02x", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view bytes = text.substr(0, text.size() - rest.size());
    if (IsUnsafe(*c) && kept.find(bytes) == std::string_view::npos) {
      shown += Escaped(*c);
    } else {
      shown += bytes;
    }
    text = rest;
  }
  return shown;
}

}  // namespace

std::string Visible(std::string_view text) { return Show(text, ""); }

std::string VisibleLines(std::string_view text) { return Show(text, "\n\t"); }

size_t WidthOf(std::string_view text) {
  size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

std::string Shortened(std::string_view text, size_t width) {
  std::string line;
  bool gap = false;
  for (const char c : ToStd(absl::StripAsciiWhitespace(ToAbsl(text)))) {
    if (absl::ascii_isspace(c)) {
      gap = true;
      continue;
    }
    if (gap) line += ' ';
    gap = false;
    line += c;
    if (line.size() > 4 * width + 4) break;  // More than can be shown.
  }
  std::string_view rest = line;
  for (size_t i = 0; i < width && !rest.empty(); ++i) {
    if (!TakeCharacter(rest).has_value()) rest.remove_prefix(1);
  }
  if (rest.empty()) return line;
  constexpr std::string_view kMore = "...";
  std::string_view kept = line;
  std::string_view after = kept;
  for (size_t i = 0; i + kMore.size() < width && !after.empty(); ++i) {
    if (!TakeCharacter(after).has_value()) after.remove_prefix(1);
  }
  kept.remove_suffix(after.size());
  return absl::StrCat(ToAbsl(kept), ToAbsl(kMore));
}

}  // namespace annals::cli
