#pragma once

// The tokens that a statement is made of. Each function looks at the front of a
// text whose quotes and comments are closed (the splitter sees to that) and says
// how many bytes of it the token has, 0 if there is none.

#include <cstddef>
#include <string>
#include <string_view>

namespace annals::ddl {

size_t BlankLength(std::string_view text);    // Blanks and comments.
size_t WordLength(std::string_view text);     // Letters, digits, _ and $; no digit first.
size_t NameLength(std::string_view text);     // A word that is not reserved, "quoted" or U&"..".
size_t StringLength(std::string_view text);   // 'quoted', U&'..'
size_t BytesLength(std::string_view text);    // X'0aff'
size_t IntegerLength(std::string_view text);  // Digits.
size_t NumberLength(std::string_view text);   // -12.5e3

// `words`, in upper case and one space between two, with the blanks behind them, whatever
// blanks stand between them. If they are not there, `missing`, where it is given, says what
// of them is not, and where.
struct MissingWords {
  size_t offset = 0;
  std::string_view words;
};
size_t WordsLength(std::string_view text, std::string_view words, MissingWords* missing = nullptr);

// Any token, even one that no rule knows: what a message says was found.
size_t TokenLength(std::string_view text);

// What a token of its kind means.
std::string NameOf(std::string_view token);    // Folded to upper case, or unquoted.
std::string StringOf(std::string_view token);  // Unquoted.
std::string DigitsOf(std::string_view token);  // Of X'..'.
std::string NumberOf(std::string_view token);  // Without a plus, with a digit before the point.

}  // namespace annals::ddl
