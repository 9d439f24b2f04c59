#include "annals/commands/utf8.h"

namespace annals {
namespace {

bool Continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

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
