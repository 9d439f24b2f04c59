#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

namespace annals {

// Checks what tells when a table's statistics are stale, as far as it is given.
//   STALE_FRACTION_RANGE, STALE_COUNT_NEGATIVE
absl::Status CheckTableProperties(std::optional<double> stale_rows_fraction,
                                  std::optional<int64_t> min_stale_rows_count);

}  // namespace annals
