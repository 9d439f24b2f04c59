#pragma once

// How Annals reports errors: an absl::Status whose code says what the caller can
// do, a payload `annals/reason` that programs compare (the list is in
// schemas/reason.h), and a message for people that names the object, what is
// wrong and what would be right. Safe to call from any thread.

#include <concepts>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "annals/schemas/reason.h"

namespace annals {

// The payload's key; its value is the reason's name, such as TABLE_NOT_FOUND.
inline constexpr std::string_view kReasonPayload = "annals/reason";

// "TABLE_NOT_FOUND" for Reason::TABLE_NOT_FOUND.
std::string_view ReasonName(Reason reason);

// The status code that goes with `reason`.
absl::StatusCode CodeOf(Reason reason);

// An error with the code and payload of `reason`.
absl::Status MakeError(Reason reason, std::string_view message);

// The reason that `status` carries; nothing for OK and for foreign errors.
std::optional<Reason> ReasonOf(const absl::Status& status);

// `status` with "context: " before its message; code and payloads are kept.
absl::Status WithContext(const absl::Status& status, std::string_view context);

// The same of what may be no error, and is most of the time not: `context` says what to
// put before the message, and is only asked then.
//
//   return WithContext(Check(zone), [&] { return absl::StrCat("zone ", Quoted(zone.name)); });
template <std::invocable Context>
absl::Status WithContext(absl::Status status, const Context& context) {
  return status.ok() ? status : WithContext(status, context());
}

// Debian's Abseil has a string_view of its own, to which std's does not convert.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

#define ANNALS_CONCAT_INNER(a, b) a##b
#define ANNALS_CONCAT(a, b) ANNALS_CONCAT_INNER(a, b)

// Returns from the function if `expression` is an error.
#define ANNALS_RETURN_IF_ERROR(expression)                    \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

// Assigns the value of a StatusOr, or returns its error.
#define ANNALS_ASSIGN_OR_RETURN(target, expression) \
  ANNALS_ASSIGN_OR_RETURN_INNER(ANNALS_CONCAT(status_or_, __LINE__), target, expression)
#define ANNALS_ASSIGN_OR_RETURN_INNER(temporary, target, expression) \
  auto temporary = (expression);                                     \
  if (!temporary.ok()) return std::move(temporary).status();         \
  target = *std::move(temporary)

}  // namespace annals
