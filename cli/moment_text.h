#pragma once

#include <string>

#include "annals/schemas/hybrid_timestamp.h"

namespace annals::cli {

// RFC 3339 in UTC with milliseconds: 2026-11-01T10:00:00.000Z.
std::string MomentText(HybridTimestamp time);

}  // namespace annals::cli
