#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// Writes a store's history as one page for a browser.
Verb ReportVerb();

}  // namespace annals::cli
