#include "annals/cli/exit_code.h"

#include "annals/schemas/status.h"

namespace annals::cli {

ExitCode ReadFailure(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  if (reason == Reason::STORE_NOT_FOUND || reason == Reason::STORE_UNREADABLE) {
    return ExitCode::kCannotOpen;
  }
  if (reason == Reason::NOT_SUPPORTED) return ExitCode::kRefused;
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kNotFound;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kDamaged;
    default:
      return ExitCode::kCannotOpen;
  }
}

ExitCode WriteFailure(const absl::Status& status) {
  // The disk refused something, and what it refused is not done.
  if (ReasonOf(status) == Reason::IO_ERROR) return ExitCode::kRefused;
  switch (status.code()) {
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kConflict;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kDamaged;
    default:
      return ExitCode::kRefused;
  }
}

}  // namespace annals::cli
