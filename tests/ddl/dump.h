#pragma once

// What a statement says, as one line that a test can compare: the command's name,
// then what is not its default.

#include <string>
#include <string_view>

#include "annals/ddl/piece_parser_internal.h"

namespace annals::ddl {

std::string Dump(const Parsed& parsed);

// The dump of one statement, or the error's text.
std::string Dump(std::string_view sql);

}  // namespace annals::ddl
