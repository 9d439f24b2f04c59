#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "annals/catalog/types.h"

namespace annals {

// NEEDS_RELAXED_POLICY unless `policy` is relaxed; `what` is what was asked for.
absl::Status CheckRelaxed(Policy policy, std::string_view what);

}  // namespace annals
