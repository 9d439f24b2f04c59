#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// Which version last touched each column of a table.
Verb BlameVerb();

}  // namespace annals::cli
