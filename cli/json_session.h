#pragma once

#include "annals/cli/console.h"
#include "annals/cli/input.h"
#include "annals/engine/catalog_manager.h"

namespace annals::cli {

// A longer line is skipped, with an error for a reply.
inline constexpr size_t kMaxRequestBytes = size_t{64} << 20;

// Answers requests of the JSON-lines protocol, one a line, until the input ends:
// each reply is handed over before the next request is read. No request ends the
// session, however wrong it is.
ExitCode RunJsonSession(CatalogManager& manager, Input& input, const ExecuteOptions& options,
                        Console& console);

}  // namespace annals::cli
