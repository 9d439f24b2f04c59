#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// A session with a store, at a terminal or from a script.
Verb ShellVerb();

}  // namespace annals::cli
