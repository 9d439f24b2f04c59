#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// All about one object.
Verb DescribeVerb();

}  // namespace annals::cli
