#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// Executes SQL, or a session of JSON lines, version by version.
Verb ExecVerb();

}  // namespace annals::cli
