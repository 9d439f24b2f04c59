#include "annals/schemas/status.h"

#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace annals {
namespace {

struct ReasonRow {
  std::string_view name;
  absl::StatusCode code;
};

constexpr std::array kReasons = {
#define ANNALS_REASON_ROW(name, code) ReasonRow{#name, absl::StatusCode::code},
    ANNALS_REASONS(ANNALS_REASON_ROW)
#undef ANNALS_REASON_ROW
};

}  // namespace

std::string_view ReasonName(Reason reason) { return kReasons[static_cast<size_t>(reason)].name; }

absl::StatusCode CodeOf(Reason reason) { return kReasons[static_cast<size_t>(reason)].code; }

absl::Status MakeError(Reason reason, std::string_view message) {
  absl::Status status(CodeOf(reason), ToAbsl(message));
  status.SetPayload(ToAbsl(kReasonPayload), absl::Cord(ToAbsl(ReasonName(reason))));
  return status;
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kReasonPayload));
  if (!payload.has_value()) return std::nullopt;
  for (size_t i = 0; i < kReasons.size(); ++i) {
    if (*payload == ToAbsl(kReasons[i].name)) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

absl::Status WithContext(const absl::Status& status, std::string_view context) {
  absl::Status with_context(status.code(), absl::StrCat(ToAbsl(context), ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view key, const absl::Cord& value) { with_context.SetPayload(key, value); });
  return with_context;
}

}  // namespace annals
