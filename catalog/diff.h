#pragma once

// The net difference of two catalogs, object by object. Pure; any thread.

#include <vector>

#include "annals/catalog/catalog.h"

namespace annals {

// What became of one object. Descriptors are valid as long as the two catalogs.
struct ObjectChange {
  enum class Kind { kCreated, kAltered, kRenamed, kDropped };
  // kRenamed: the name alone, and what follows from it, is another.
  Kind kind = Kind::kAltered;
  ObjectId id;
  ObjectDescriptor before;  // None if it was created.
  ObjectDescriptor after;   // None if it was dropped.
};

// "created", ...
std::string_view ChangeName(ObjectChange::Kind kind);

// All objects that differ. Dropped ones come first, dependents before what they
// depend on (by descending id); then the others, by ascending id.
std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after);

// The same for `ids` alone, where it is known what may differ.
std::vector<ObjectChange> Diff(const CatalogView& before, const CatalogView& after,
                               std::vector<ObjectId> ids);

}  // namespace annals
