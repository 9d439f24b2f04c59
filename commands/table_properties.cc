#include "annals/commands/table_properties.h"

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status CheckTableProperties(std::optional<double> stale_rows_fraction,
                                  std::optional<int64_t> min_stale_rows_count) {
  // Written so that it refuses NaN too.
  if (stale_rows_fraction && !(*stale_rows_fraction >= 0 && *stale_rows_fraction <= 1)) {
    return MakeError(Reason::STALE_FRACTION_RANGE,
                     absl::StrCat("the fraction of stale rows cannot be ", *stale_rows_fraction,
                                  "; it is from 0 to 1"));
  }
  if (min_stale_rows_count && *min_stale_rows_count < 0) {
    return MakeError(Reason::STALE_COUNT_NEGATIVE,
                     absl::StrCat("the least number of stale rows cannot be ",
                                  *min_stale_rows_count, "; it is at least 0"));
  }
  return absl::OkStatus();
}

}  // namespace annals
