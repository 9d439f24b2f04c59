#pragma once

// Reading: what the catalog is, was, and was at a moment. Any thread.

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/view_rows.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

class CatalogService {
 public:
  virtual ~CatalogService() = default;

  // The newest version that is applied here; with a delay it may not be active yet.
  virtual Catalog Latest() const = 0;
  // Exactly `version`.
  //   VERSION_TRUNCATED          it is gone
  //   CATALOG_VERSION_NOT_FOUND  there is no such version (yet)
  virtual absl::StatusOr<Catalog> At(CatalogVersion version) const = 0;
  // The greatest version that is active by `time`. The answer can still change as
  // long as `time` is after SafeTime().
  //   VERSION_TRUNCATED, CATALOG_TIMESTAMP_NOT_FOUND
  virtual absl::StatusOr<Catalog> ActiveAt(HybridTimestamp time) const = 0;
  absl::StatusOr<Catalog> ActiveAt(absl::Time time) const {
    // All of a millisecond belongs to it.
    const int64_t ms = absl::ToUnixMillis(time);
    return ActiveAt(HybridTimestamp(ms < 0 ? 0 : static_cast<uint64_t>(ms), UINT16_MAX));
  }
  // The rows of a view (docs/system_views.md), such as TABLES or VERSIONS, as of
  // `version`, or of Latest(). Views of what is in the catalog are made from memory;
  // those of its history read the log, OBJECT_HISTORY and UPDATE_ENTRIES for as long as
  // a recovery takes. AllViews (snapshot/query.h) lists them. Inside a listener, too.
  //   VIEW_NOT_FOUND                                names the views that there are
  //   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND  as At
  //   DAMAGED, IO_ERROR                             the log cannot be read
  virtual absl::StatusOr<ViewRows> Query(
      std::string_view view, std::optional<CatalogVersion> version = std::nullopt) const = 0;
  // A thread's own way to Latest(), about a nanosecond when nothing changed.
  virtual CatalogReader NewReader() const = 0;

  // The time up to which the answer of ActiveAt can never change any more.
  virtual HybridTimestamp SafeTime() const = 0;
  // Returns once SafeTime() has reached `time`, for reads that can be repeated. The
  // deadlines here are of the machine's clock.
  //   DEADLINE_EXCEEDED, or, as below, why it never will
  virtual absl::Status WaitSafeTime(HybridTimestamp time, absl::Time deadline) const = 0;
  // Returns once `version` is applied and its listeners have run.
  //   DEADLINE_EXCEEDED, or why no version will ever follow: CLOSED, READ_ONLY,
  //   EXECUTE_IN_LISTENER, or what ended the log
  virtual absl::Status WaitForVersion(CatalogVersion version, absl::Time deadline) const = 0;
};

}  // namespace annals
