#pragma once

// EXPECT_THAT(log->Append(...), IsOk()); EXPECT_THAT(log.status(), FailsWith(Reason::DAMAGED));

#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"

namespace annals {

inline void PrintTo(Reason reason, std::ostream* os) { *os << ReasonName(reason); }

namespace testing_internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

}  // namespace testing_internal

MATCHER(IsOk, negation ? "is an error" : "is OK") {
  *result_listener << testing_internal::StatusOf(arg);
  return arg.ok();
}

// A StatusOr that is OK and has this value.
MATCHER_P(Gives, value, "gives " + ::testing::PrintToString(value)) {
  *result_listener << testing_internal::StatusOf(arg);
  return arg.ok() && *arg == value;
}

// An error with this reason, and with the code that goes with it.
MATCHER_P(FailsWith, reason, std::string("fails with ") + std::string(ReasonName(reason))) {
  const absl::Status& status = testing_internal::StatusOf(arg);
  *result_listener << status;
  return ReasonOf(status) == reason && status.code() == CodeOf(reason);
}

// As above, with a message that has all of `parts` in it.
MATCHER_P2(FailsNaming, reason, parts,
           std::string("fails with ") + std::string(ReasonName(reason)) + ", naming " +
               ::testing::PrintToString(parts)) {
  const absl::Status& status = testing_internal::StatusOf(arg);
  *result_listener << status;
  for (const std::string& part : parts) {
    if (ToStd(status.message()).find(part) == std::string_view::npos) return false;
  }
  return ReasonOf(status) == reason && status.code() == CodeOf(reason);
}

inline auto FailsWith(Reason reason, std::vector<std::string> parts) {
  return FailsNaming(reason, std::move(parts));
}

}  // namespace annals
