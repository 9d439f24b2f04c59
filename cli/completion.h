#pragma once

#include <string>

#include "annals/cli/verb.h"

namespace annals::cli {

// Prints what makes a shell complete the program's command line.
Verb CompletionVerb();

// A script for bash that completes `verbs`, their options and the choices of these, and
// files anywhere else. Pure.
std::string BashCompletion(const std::vector<Verb>& verbs);

}  // namespace annals::cli
