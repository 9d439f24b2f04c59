#pragma once

// UTF-8 as names and string constants need it.

#include <cstddef>
#include <optional>
#include <string_view>

namespace annals {

// Takes the first character off `rest`. Nothing if `rest` is empty or does not
// begin with well-formed UTF-8; `rest` stays as it is then.
std::optional<char32_t> TakeCharacter(std::string_view& rest);

// Whether Unicode calls it white space.
bool IsWhiteSpace(char32_t character);

// How many characters `text` has; nothing if it is not UTF-8.
std::optional<size_t> CountCharacters(std::string_view text);

// As much of `text` as fits `max_bytes` without breaking a character.
std::string_view CutAtCharacter(std::string_view text, size_t max_bytes);

}  // namespace annals
