#include "annals/cli/terminal_text.h"

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::cli {
namespace {

constexpr std::string_view kTab = "    ";

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

// With `lines`, line feeds stay, and tabs become blanks.
std::string MadeVisible(std::string_view text, bool lines) {
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
    if (lines && *c == '\n') {
      shown += '\n';
    } else if (lines && *c == '\t') {
      shown += kTab;
    } else if (IsUnseen(*c)) {
      shown += Escaped(*c);
    } else {
      shown += bytes;
    }
    text = rest;
  }
  return shown;
}

}  // namespace

std::string Visible(std::string_view text) { return MadeVisible(text, false); }

std::string VisibleLines(std::string_view text) { return MadeVisible(text, true); }

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
