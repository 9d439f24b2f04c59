#pragma once

// UTF-8 as names and string constants need it.

#include <cstddef>
#include <optional>
#include <string_view>

#include "annals/schemas/unicode.h"

namespace annals {

// Whether Unicode calls it white space.
bool IsWhiteSpace(char32_t character);

// How many characters `text` has; nothing if it is not UTF-8.
std::optional<size_t> CountCharacters(std::string_view text);

// As much of `text` as fits `max_bytes` without breaking a character.
std::string_view CutAtCharacter(std::string_view text, size_t max_bytes);

}  // namespace annals
