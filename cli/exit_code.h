#pragma once

// What the program's exit status says, for scripts. The same error can mean two
// things: a table that is missing is an answer to `describe`, and a refusal of DROP
// TABLE.

#include "absl/status/status.h"

namespace annals::cli {

enum class ExitCode {
  kDone = 0,
  kRefused = 1,     // A statement; or `diff --exit-code` found differences.
  kUsage = 2,       // Of the command line, or SQL that is none.
  kCannotOpen = 3,  // No store, locked, of a newer release.
  kDamaged = 4,
  kConflict = 5,  // Somebody else was first, or the outcome is unknown.
  kNotFound = 6,  // A version or an object, or it was truncated.
};

// For an error of opening a store or reading from it, and for one of writing.
ExitCode ReadFailure(const absl::Status& status);
ExitCode WriteFailure(const absl::Status& status);

}  // namespace annals::cli
