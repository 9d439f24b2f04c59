#include "annals/commands/utf8.h"

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

bool IsWhiteSpace(char32_t character) {
  return (character >= 0x09 && character <= 0x0D) || character == 0x20 || character == 0x85 ||
         character == 0xA0 || character == 0x1680 || (character >= 0x2000 && character <= 0x200A) ||
         character == 0x2028 || character == 0x2029 || character == 0x202F || character == 0x205F ||
         character == 0x3000;
}

std::optional<size_t> CountCharacters(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    if (!TakeCharacter(text)) return std::nullopt;
    ++count;
  }
  return count;
}

std::string_view CutAtCharacter(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && Continues(text[max_bytes])) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace annals
