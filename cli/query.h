#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// The rows of a view, of the catalog as it was or of its history.
Verb QueryVerb();

}  // namespace annals::cli
