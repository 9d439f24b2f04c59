#pragma once

// How names are written in SQL. Any thread.

#include <span>
#include <string>
#include <string_view>

namespace annals::ddl {

// The words that are no names unless they stand in double quotes, in upper case:
// those with which a clause can begin where a name could stand as well.
std::span<const std::string_view> ReservedWords();
bool IsReservedWord(std::string_view word);  // Without regard to case.

// `name` as SQL text: as it is if that reads back as `name`, which is when it
// matches [A-Z_][A-Z0-9_$]* and is not reserved; else in double quotes. What cannot be
// seen is escaped: U&"a\200Bb".
std::string QuoteName(std::string_view name);

// `text` as a string literal, with escapes for what cannot be seen: U&'two\000Alines'.
std::string QuoteString(std::string_view text);

}  // namespace annals::ddl
