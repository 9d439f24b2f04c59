#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// A new store of what `export` wrote.
Verb ImportVerb();

}  // namespace annals::cli
