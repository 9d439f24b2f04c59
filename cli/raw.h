#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// raw
Verb RawVerb();

}  // namespace annals::cli
