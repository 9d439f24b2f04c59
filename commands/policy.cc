#include "annals/commands/policy.h"

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status CheckRelaxed(Policy policy, std::string_view what) {
  if (policy == Policy::kRelaxed) return absl::OkStatus();
  return MakeError(Reason::NEEDS_RELAXED_POLICY,
                   absl::StrCat(ToAbsl(what), " needs the policy relaxed; this call has strict"));
}

}  // namespace annals
