#pragma once

// The page of a report: what lies in page/, which are compiled into the
// program, and the data, in one file that asks for nothing else. Pure.

#include <string>
#include <string_view>

#include "annals/cli/json.h"

namespace annals::cli {

// The files of page/, as they were when the program was built.
std::string_view PageHtml();
std::string_view PageStyle();
std::string_view PageScript();

// The whole page. Its content policy lets nothing run or load but our own script and
// style, which it names by hash; the data cannot leave the element that they are in.
std::string MakePage(const Json& data);

}  // namespace annals::cli
