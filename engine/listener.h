#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/diff.h"

namespace annals {

// What one version changed.
struct CatalogEvent {
  Catalog before;
  Catalog after;
  // The net change of each object; what was made and dropped in one version is not
  // in it. Dropped objects come first, dependents before what they depend on.
  std::vector<ObjectChange> changes;
};

// Called by the engine for each new version, in order, after it can be read, in the
// order in which listeners were added. Execute returns once all have. Versions that
// were recovered are not told of. Where several writers share a log, and another one
// has truncated versions that were not read here yet, one call stands for all of them.
//
// A listener may read, also At(event.after.version()), and add and remove listeners.
// Writing, or waiting for a version to come, inside one is refused
// (EXECUTE_IN_LISTENER), since it would wait for itself; the same holds for other
// threads that the listener waits for, which nobody can see. A listener that fails
// or throws is counted and reported, and disturbs nobody else.
using Listener = std::function<absl::Status(const CatalogEvent&)>;

}  // namespace annals
