#include "annals/cli/moment_text.h"

#include "absl/time/time.h"

namespace annals::cli {

std::string MomentText(HybridTimestamp time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                          absl::FromUnixMillis(static_cast<int64_t>(time.physical_ms())),
                          absl::UTCTimeZone());
}

}  // namespace annals::cli
