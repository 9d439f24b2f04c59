#pragma once

// What verbs that execute statements let people say about them.

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "annals/cli/console.h"
#include "annals/cli/verb.h"
#include "annals/engine/execute.h"

namespace annals::cli {

// --policy, --author, --message, --delay, --accept-clock-jump
std::vector<Parameter> WriteParameters();
ExecuteOptions WriteOptionsOf(const Arguments& arguments);
// Nothing if --delay is no number of milliseconds, which `console` has been told then.
std::optional<absl::Duration> DelayOf(const Arguments& arguments, Console& console);

}  // namespace annals::cli
