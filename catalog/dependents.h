#pragma once

// Who needs whom. Pure; any thread.

#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/diff.h"

namespace annals {

// All that refer to `id`, all the way, each once; each after all those among them that it
// refers to itself, otherwise by ascending id. `id` is not among them.
std::vector<ObjectDescriptor> DependentsOf(const CatalogView& catalog, ObjectId id);

// The configured objects of both catalogs that are what they were, but whose effective
// fingerprint (catalog/fingerprint.h) is another one: somebody they refer to changed, and
// what was made of them has to start again. `changed` holds the ids of all that differ. By
// id.
std::vector<ObjectId> AffectedBy(const CatalogView& before, const CatalogView& after,
                                 const std::vector<ObjectId>& changed);

}  // namespace annals
