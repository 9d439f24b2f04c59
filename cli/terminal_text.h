#pragma once

// Text from a store, a script or a request is not trusted: it may hold what moves a
// terminal's cursor, or worse, or be no UTF-8 at all. Everything that people are to
// see goes through here. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace annals::cli {

// `text` on one line: characters that are not seen but do something (IsUnseen) as \n,
// \x1b, \u202e; bytes that are no UTF-8 as \xff.
std::string Visible(std::string_view text);

// The same for text that may have several lines: line feeds stay, and tabs become blanks.
std::string VisibleLines(std::string_view text);

// How many columns of a terminal `text` takes, where it takes one for each
// character (not so for East Asian and combining ones).
size_t WidthOf(std::string_view text);

// `text` on one line, at most `width` characters of it, with "..." where more
// was there. White space becomes single blanks.
std::string Shortened(std::string_view text, size_t width);

}  // namespace annals::cli
