#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// annals apply STORE -f DIRECTORY: makes a store what files say.
Verb ApplyVerb();

}  // namespace annals::cli
