#pragma once

// Which version is meant: 42, latest, latest~3, earliest, @2026-11-01T10:00Z.

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "annals/log/update_log.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals::cli {

struct Latest {
  uint64_t back = 0;  // This many versions before it.
};
struct Earliest {};
// The greatest version that was active by then.
struct ActiveBy {
  HybridTimestamp time;
};

using Selector = std::variant<Latest, Earliest, CatalogVersion, ActiveBy>;

//   INVALID_REQUEST  says what a selector looks like
absl::StatusOr<Selector> ParseSelector(std::string_view text);

// "A..B"; an end that is left out is `earliest`, or `latest`.
absl::StatusOr<std::pair<Selector, Selector>> ParseRange(std::string_view text);

// A moment as RFC 3339 writes it, in shorter forms too (2026-11-01, 2026-11-01T10:00,
// a blank for the T); without a zone it is UTC. All of a millisecond belongs to it.
std::optional<HybridTimestamp> ParseMoment(std::string_view text);

// The version in `log` that is meant. Reads only the records that it must.
//   CATALOG_VERSION_NOT_FOUND, VERSION_TRUNCATED  name the versions that there are
//   CATALOG_TIMESTAMP_NOT_FOUND                   before the first version
//   DAMAGED
absl::StatusOr<CatalogVersion> Resolve(const Selector& selector, const UpdateLog& log);

}  // namespace annals::cli
