#include "annals/cli/selector.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot.h"

namespace annals::cli {
namespace {

absl::Status NoSelector(std::string_view text) {
  return MakeError(Reason::INVALID_REQUEST,
                   absl::StrCat(Quoted(text),
                                " names no version; write 42, latest, latest~3, earliest or "
                                "@2026-11-01T10:00Z"));
}

// Digits alone: no sign, no blanks.
std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const bool digits =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || !absl::SimpleAtoi(ToAbsl(text), &number)) return std::nullopt;
  return number;
}

CatalogVersion EarliestOf(const UpdateLog::HeadInfo& head) {
  return {std::max<uint64_t>(head.snapshot.value, std::min<uint64_t>(head.version.value, 1))};
}

std::string RangeText(const UpdateLog::HeadInfo& head) {
  return absl::StrCat("; there are the versions ", EarliestOf(head).value, " to ",
                      head.version.value);
}

absl::StatusOr<CatalogVersion> CheckThere(CatalogVersion version, const UpdateLog::HeadInfo& head) {
  if (version > head.version) {
    return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                     absl::StrCat("version ", version.value, " does not exist", RangeText(head)));
  }
  if (version < EarliestOf(head)) {
    // Version 0 is the empty catalog, and no record made it.
    const Reason reason =
        version.value == 0 ? Reason::CATALOG_VERSION_NOT_FOUND : Reason::VERSION_TRUNCATED;
    return MakeError(reason, absl::StrCat("version ", version.value,
                                          version.value == 0 ? " does not exist" : " was truncated",
                                          RangeText(head)));
  }
  return version;
}

absl::StatusOr<CatalogVersion> Back(uint64_t back, const UpdateLog::HeadInfo& head) {
  if (back <= head.version.value) return CheckThere({head.version.value - back}, head);
  return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                   absl::StrCat("latest~", back, " is before all versions", RangeText(head)));
}

// Activations only grow, so the greatest version is found by halving.
absl::StatusOr<CatalogVersion> FindActiveBy(HybridTimestamp time, const UpdateLog& log) {
  const UpdateLog::HeadInfo head = log.Head();
  const CatalogVersion first = EarliestOf(head);
  uint64_t active = first.value - 1;  // Active by `time`, as far as is known.
  uint64_t later = head.version.value + 1;
  while (later - active > 1) {
    const uint64_t middle = active + (later - active) / 2;
    ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, ReadUpdateRecord(log, {middle}));
    (record.update.activation <= time ? active : later) = middle;
  }
  if (active >= first.value) return CatalogVersion{active};
  if (head.snapshot.value > 0) {
    return MakeError(Reason::VERSION_TRUNCATED,
                     absl::StrCat("the version of that time was truncated", RangeText(head)));
  }
  return MakeError(Reason::CATALOG_TIMESTAMP_NOT_FOUND,
                   absl::StrCat("that time is before all versions", RangeText(head)));
}

}  // namespace

absl::StatusOr<Selector> ParseSelector(std::string_view text) {
  constexpr std::string_view kLatest = "latest";
  if (text == "earliest") return Earliest{};
  if (text.starts_with(kLatest)) {
    const std::string_view rest = text.substr(kLatest.size());
    if (rest.empty()) return Latest{};
    const auto back = rest[0] == '~' ? ParseNumber(rest.substr(1)) : std::nullopt;
    if (!back.has_value()) return NoSelector(text);
    return Latest{*back};
  }
  if (text.starts_with('@')) {
    const auto time = ParseMoment(text.substr(1));
    if (!time.has_value()) return NoSelector(text);
    return ActiveBy{*time};
  }
  const auto number = ParseNumber(text);
  if (!number.has_value()) return NoSelector(text);
  return CatalogVersion{*number};
}

absl::StatusOr<std::pair<Selector, Selector>> ParseRange(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    return MakeError(Reason::INVALID_REQUEST, absl::StrCat(Quoted(text),
                                                           " is no range; write A..B, such as "
                                                           "8..latest"));
  }
  const std::string_view from = text.substr(0, dots);
  const std::string_view to = text.substr(dots + 2);
  ANNALS_ASSIGN_OR_RETURN(const Selector first, ParseSelector(from.empty() ? "earliest" : from));
  ANNALS_ASSIGN_OR_RETURN(const Selector last, ParseSelector(to.empty() ? "latest" : to));
  return std::pair(first, last);
}

std::optional<HybridTimestamp> ParseMoment(std::string_view text) {
  std::string moment(text);
  if (moment.size() > 10 && moment[10] == ' ') moment[10] = 'T';
  constexpr const char* kForms[] = {
      "%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M%Ez", "%Y-%m-%dT%H:%M:%E*S",
      "%Y-%m-%dT%H:%M",         "%Y-%m-%d",
  };
  for (const char* form : kForms) {
    absl::Time time;
    if (!absl::ParseTime(form, moment, absl::UTCTimeZone(), &time, nullptr)) continue;
    constexpr int64_t kMostMs = (int64_t{1} << 48) - 1;
    const int64_t ms = std::clamp<int64_t>(absl::ToUnixMillis(time), 0, kMostMs);
    return HybridTimestamp(static_cast<uint64_t>(ms), UINT16_MAX);
  }
  return std::nullopt;
}

absl::StatusOr<CatalogVersion> Resolve(const Selector& selector, const UpdateLog& log) {
  const UpdateLog::HeadInfo head = log.Head();
  if (head.version.value == 0) {
    return MakeError(Reason::CATALOG_VERSION_NOT_FOUND, "the store has no versions yet");
  }
  if (const auto* latest = std::get_if<Latest>(&selector)) {
    return Back(latest->back, head);
  }
  if (const auto* version = std::get_if<CatalogVersion>(&selector)) {
    return CheckThere(*version, head);
  }
  if (const auto* active = std::get_if<ActiveBy>(&selector)) return FindActiveBy(active->time, log);
  return EarliestOf(head);
}

}  // namespace annals::cli
