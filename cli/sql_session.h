#pragma once

#include "annals/cli/console.h"
#include "annals/cli/input.h"
#include "annals/engine/catalog_manager.h"

namespace annals::cli {

// Executes the statements of `input` one after the other and prints a line for each
// version as soon as it is durable, and the rows of what only looks. Ends at the
// first error; what was done before stays.
ExitCode RunSqlSession(CatalogManager& manager, Input& input, const ExecuteOptions& options,
                       Console& console);

}  // namespace annals::cli
