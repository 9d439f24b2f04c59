#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// What is different between two versions.
Verb DiffVerb();

}  // namespace annals::cli
