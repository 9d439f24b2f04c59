#pragma once

// The plan of an intake (engine/mirror/intake.h) as SQL, for people who look before they
// leap. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/engine/mirror/intake.h"

namespace annals::cli {

// One statement for each step, each on lines of its own; what nobody is to see is `***`.
// Labels, for which SQL has no words, stand in comments. `base` is the catalog that the plan
// was made on, and `entries` what its commands come to.
absl::StatusOr<std::string> PlanText(const CatalogView& base, const IntakePlan& plan,
                                     const UpdateEntries& entries);

}  // namespace annals::cli
