#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// The newest versions, and with -f those that come.
Verb TailVerb();

}  // namespace annals::cli
