#include "annals/cli/write_options.h"

#include "absl/strings/numbers.h"

namespace annals::cli {

std::vector<Parameter> WriteParameters() {
  return {Choice("--policy", "which rules hold (default: strict)", {"strict", "relaxed"}),
          Value("--author", "who makes the versions, for the log"),
          Value("--message", "why, where COMMIT MESSAGE does not say"),
          Value("--delay", "milliseconds until a version is active (default: 0)"),
          Flag("--accept-clock-jump",
               "the clock has jumped ahead by more than a day, and that is right")};
}

ExecuteOptions WriteOptionsOf(const Arguments& arguments) {
  return {.policy = arguments.Get("policy") == "relaxed" ? Policy::kRelaxed : Policy::kStrict,
          .author = arguments.Get("author"),
          .message = arguments.Get("message"),
          .accept_clock_jump = arguments.Has("accept-clock-jump")};
}

std::optional<absl::Duration> DelayOf(const Arguments& arguments, Console& console) {
  int64_t delay_ms = 0;
  constexpr int64_t kMostMs = int64_t{365} * 24 * 3600 * 1000;
  const auto text = arguments.Find("delay");
  if (!text.has_value()) return absl::ZeroDuration();
  if (absl::SimpleAtoi(*text, &delay_ms) && delay_ms >= 0 && delay_ms <= kMostMs) {
    return absl::Milliseconds(delay_ms);
  }
  console.UsageError("--delay wants a number of milliseconds, at most those of a year");
  return std::nullopt;
}

}  // namespace annals::cli
