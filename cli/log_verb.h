#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// `log`: the versions, newest first. `show`: all about one. Both read the records
// that they print, and no others.
Verb LogVerb();
Verb ShowVerb();

}  // namespace annals::cli
