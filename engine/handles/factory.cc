#include "annals/engine/handles/factory.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/configured.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status CheckFactory(const Factory& factory) {
  if (!IsConfigured(factory.kind)) return MakeError(Reason::INVALID_VALUE, "they have no handles");
  if (!factory.build) return MakeError(Reason::INVALID_VALUE, "it builds nothing");
  if (factory.caching.policy == HandleCaching::Policy::kLru && factory.caching.most == 0) {
    return MakeError(Reason::INVALID_VALUE, "kLru needs to know how many are kept");
  }
  if (factory.first_retry <= absl::ZeroDuration() || factory.longest_retry < factory.first_retry) {
    return MakeError(Reason::INVALID_VALUE, "0 < first_retry <= longest_retry does not hold");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view HandleSpec::Option(std::string_view key) const {
  const auto found = options.find(key);
  return found == options.end() ? std::string_view() : found->second;
}

Handle* HandleSpec::HandleOf(std::string_view key) const {
  const auto found = references.find(key);
  return found == references.end() ? nullptr : found->second.handle.get();
}

absl::Status CheckFactories(const std::vector<Factory>& factories) {
  std::set<std::pair<ObjectKind, std::string>> seen;
  for (const Factory& factory : factories) {
    absl::Status checked = CheckFactory(factory);
    if (checked.ok() && !seen.emplace(factory.kind, factory.type).second) {
      checked = MakeError(Reason::INVALID_VALUE, "there are two");
    }
    if (checked.ok()) continue;
    return WithContext(checked,
                       absl::StrCat("factory for objects of kind ", ToAbsl(KindName(factory.kind)),
                                    factory.type.empty() ? "" : " and type ", factory.type));
  }
  return absl::OkStatus();
}

}  // namespace annals
