#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// The whole life of an object, through all its names.
Verb HistoryVerb();

}  // namespace annals::cli
