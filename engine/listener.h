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

// Called by the engine for each new version, in order, after it can be read, with
// no lock held. Execute returns once all listeners have; executing a command inside
// one is refused (EXECUTE_IN_LISTENER). A listener that fails or throws is counted
// and reported, and disturbs nobody else.
using Listener = std::function<absl::Status(const CatalogEvent&)>;

}  // namespace annals
