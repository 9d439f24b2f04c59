#pragma once

// Requests as commands, read by the code that reads them for the program.

#include <vector>

#include "annals/commands/command.h"
#include "annals/tests/model/catalog_model.h"

namespace annals::model {

// A request, or a list of them.
std::vector<CatalogCommand> CommandsOf(const Json& request);

}  // namespace annals::model
