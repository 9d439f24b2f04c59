#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// What there is in a version of the catalog.
Verb LsVerb();

}  // namespace annals::cli
