#include "annals/snapshot/retention.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// The first of the newest `count` versions.
CatalogVersion FirstOfNewest(uint64_t count, const KeptVersions& versions) {
  const uint64_t latest = versions.latest.value;
  return {latest >= count ? latest - count + 1 : 0};
}

// The version that was active `duration` ago; the earliest if none was.
CatalogVersion ActiveSince(absl::Duration duration, const KeptVersions& versions, uint64_t now_ms) {
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(duration, absl::Milliseconds(1)));
  if (static_cast<uint64_t>(ms) > now_ms) return versions.earliest;
  const HybridTimestamp then(now_ms - static_cast<uint64_t>(ms), 0);
  return versions.active_at(then).value_or(versions.earliest);
}

}  // namespace

absl::Status CheckRetention(const Retention& retention) {
  const auto refuse = [](std::string_view field, std::string_view found,
                         std::string_view expected) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("retention: ", ToAbsl(field), " is ", ToAbsl(found),
                                  ", expected ", ToAbsl(expected)));
  };
  if (retention.keep_versions == 0) return refuse("keep_versions", "0", "at least 1");
  if (retention.keep_duration && *retention.keep_duration < absl::ZeroDuration()) {
    return refuse("keep_duration", absl::FormatDuration(*retention.keep_duration), "at least 0");
  }
  if (retention.min_interval < absl::Milliseconds(1)) {
    return refuse("min_interval", absl::FormatDuration(retention.min_interval), "at least 1ms");
  }
  return absl::OkStatus();
}

std::optional<CatalogVersion> VersionToSnapshot(const Retention& retention,
                                                const KeptVersions& versions, uint64_t now_ms) {
  if (retention.keeps_everything()) return std::nullopt;
  CatalogVersion first = versions.active;
  if (retention.keep_versions) {
    first = std::min(first, FirstOfNewest(*retention.keep_versions, versions));
  }
  if (retention.keep_duration) {
    first = std::min(first, ActiveSince(*retention.keep_duration, versions, now_ms));
  }
  // Below version 1 there is nothing to truncate.
  const CatalogVersion earliest = std::max(versions.earliest, CatalogVersion{1});
  return first > earliest ? std::optional(first) : std::nullopt;
}

}  // namespace annals
