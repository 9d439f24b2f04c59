#include "annals/schemas/unicode.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_format.h"

namespace annals {
namespace {

// The bytes of the character that begins with `first`; 0 if none does.
size_t LengthOf(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool Continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Nothing written longer than needed, no surrogates, nothing above Unicode's last.
bool IsScalar(char32_t character, size_t length) {
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return character >= kLeast[length] && character <= 0x10FFFF &&
         (character < 0xD800 || character > 0xDFFF);
}

// The character that `digits`, which are hexadecimal, stand for.
std::optional<char32_t> CharacterOf(std::string_view digits) {
  uint32_t number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number, 16);
  const bool whole = error == std::errc() && end == last;
  if (!whole || !IsScalar(number, 1)) return std::nullopt;
  return number;
}

// Takes what stands behind a backslash.
std::optional<char32_t> TakeEscape(std::string_view& rest) {
  if (rest.starts_with('\\')) {
    rest.remove_prefix(1);
    return U'\\';
  }
  const bool is_long = rest.starts_with('+');
  if (is_long) rest.remove_prefix(1);
  const size_t length = is_long ? 6 : 4;
  if (rest.size() < length) return std::nullopt;
  const std::optional<char32_t> character = CharacterOf(rest.substr(0, length));
  rest.remove_prefix(length);
  return character;
}

std::string EscapeOf(char32_t character) {
  const auto number = static_cast<uint32_t>(character);
  return number <= 0xFFFF ? absl::StrFormat("\\%04X", number) : absl::StrFormat("\\+%06X", number);
}

struct Range {
  char32_t first;
  char32_t last;
};

// Control characters, what Unicode calls Default_Ignorable_Code_Point, the separators of lines
// and annotations, and blanks that are not U+0020. Ascending.
constexpr Range kUnseen[] = {
    {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

}  // namespace

std::optional<char32_t> TakeCharacter(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(rest[0]);
  const size_t length = LengthOf(first);
  if (length == 0 || length > rest.size()) return std::nullopt;
  char32_t character = length == 1 ? first : first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    if (!Continues(rest[i])) return std::nullopt;
    character = character << 6 | (static_cast<unsigned char>(rest[i]) & 0x3F);
  }
  if (!IsScalar(character, length)) return std::nullopt;
  rest.remove_prefix(length);
  return character;
}

void AppendCharacter(char32_t character, std::string& text) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (character < 0x80) return add(character);
  if (character < 0x800) {
    add(0xC0 | character >> 6);
  } else {
    if (character < 0x10000) {
      add(0xE0 | character >> 12);
    } else {
      add(0xF0 | character >> 18);
      add(0x80 | (character >> 12 & 0x3F));
    }
    add(0x80 | (character >> 6 & 0x3F));
  }
  add(0x80 | (character & 0x3F));
}

bool IsUnseen(char32_t character) {
  const auto* const next = std::ranges::upper_bound(kUnseen, character, {}, &Range::first);
  return next != std::begin(kUnseen) && character <= std::prev(next)->last;
}

bool HasUnseen(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> character = TakeCharacter(text);
    if (character.has_value() && IsUnseen(*character)) return true;
    if (!character.has_value()) text.remove_prefix(1);
  }
  return false;
}

std::string QuotedText(std::string_view text, char quote) {
  const bool escapes = HasUnseen(text);
  std::string quoted = escapes ? "U&" : "";
  quoted += quote;
  while (!text.empty()) {
    std::string_view rest = text;
    const std::optional<char32_t> character = TakeCharacter(rest);
    if (!character.has_value()) rest.remove_prefix(1);
    const std::string_view bytes = text.substr(0, text.size() - rest.size());
    const bool doubled = bytes[0] == quote || (escapes && bytes[0] == '\\');
    if (character.has_value() && IsUnseen(*character)) {
      quoted += EscapeOf(*character);
    } else {
      quoted += bytes;
      if (doubled) quoted += bytes;
    }
    text = rest;
  }
  quoted += quote;
  return quoted;
}

std::optional<std::string> UnescapedText(std::string_view text) {
  std::string meant;
  while (!text.empty()) {
    const size_t plain = std::min(text.find('\\'), text.size());
    meant += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    text.remove_prefix(1);
    const std::optional<char32_t> character = TakeEscape(text);
    if (!character.has_value()) return std::nullopt;
    AppendCharacter(*character, meant);
  }
  return meant;
}

}  // namespace annals
