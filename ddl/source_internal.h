#pragma once

// Places in SQL text and errors that point at them.

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "annals/ddl/statement.h"
#include "annals/schemas/reason.h"

namespace annals::ddl {

// Whether `byte` is the first of a UTF-8 character.
inline bool BeginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Where the text after `text` stands if `text` stands at `start`.
Position Advance(Position start, std::string_view text);

// "line 3, column 14"
std::string PositionText(Position position);

// What stands in `redacted`, which is Redacted(text), where `offset` is in `text`.
std::string_view SameCharacter(std::string_view text, size_t offset, std::string_view redacted);

// The line of `text` around `offset`, indented, and a caret below the place, with nothing
// that nobody is to see. A long line is cut around it.
std::string Excerpt(std::string_view text, size_t offset);

// "line 3, column 14: <what>", then the excerpt on lines of its own. `text` stands
// at `start`, the error in it at `offset`.
absl::Status ErrorAt(Reason reason, Position start, std::string_view text, size_t offset,
                     std::string_view what);

}  // namespace annals::ddl
