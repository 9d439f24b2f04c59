#pragma once

// What listeners (engine/listener.h) and followers (engine/follower.h) are told.

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/diff.h"

namespace annals {

// What was changed from one version to a later one: every object that differs, once,
// with what it was and what it is now.
//
//   for (const annals::ObjectChange& change : event.changes) {
//     if (const auto table = change.After<annals::TableDescriptor>()) ...  // made or changed
//     if (const auto step = annals::StatusChangeOf(change)) ...            // an index went on
//     for (const auto& column : annals::ColumnChangesOf(change)) ...
//   }
//
// A value; it can be kept as long as one likes, and keeps its two versions.
struct CatalogEvent {
  Catalog before;
  Catalog after;
  // Dropped objects come first, dependents before what they depend on; then the others,
  // dependents after it. What was created and dropped again in between is not in it. Objects
  // that are what they were are among the others, as kAffected, if their effective
  // fingerprint (catalog/fingerprint.h) moved: who they refer to, all the way, did change.
  std::vector<ObjectChange> changes;
  std::optional<DefaultZoneChange> default_zone;

  // Whether this is all that there is, and not only what changed.
  bool whole() const { return before.version() == CatalogVersion{0}; }
};

// The event of all that differs between two versions of one catalog. The second form
// looks at `ids` alone, where it is known what may differ.
CatalogEvent EventBetween(Catalog before, Catalog after);
CatalogEvent EventBetween(Catalog before, Catalog after, std::vector<ObjectId> ids);

// Called with events. What it captured is destroyed once it is removed.
using EventHandler = std::function<absl::Status(const CatalogEvent&)>;

}  // namespace annals
