#pragma once

// Characters of UTF-8, and how text that holds any of them is written so that nothing of it
// does harm where it is shown. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace annals {

// Takes the first character off `rest`. Nothing if `rest` is empty or does not
// begin with well-formed UTF-8; `rest` stays as it is then.
std::optional<char32_t> TakeCharacter(std::string_view& rest);
void AppendCharacter(char32_t character, std::string& text);

// Whether a character cannot be seen, or told from a space: control characters, line
// separators, what turns the direction of writing, what has no width, other blanks than U+0020.
bool IsUnseen(char32_t character);
bool HasUnseen(std::string_view text);

// `text` between two of `quote`, which is ' or ", and with those in it doubled; where it
// holds what is unseen, with escapes for that, as SQL has them: U&'\202E'.
std::string QuotedText(std::string_view text, char quote);

// What `text`, which stood in U&'' without its quotes, means: \202E and \+0E0001 are
// characters, and \\ is a backslash. Nothing if it is not so written, or means no character.
std::optional<std::string> UnescapedText(std::string_view text);

}  // namespace annals
