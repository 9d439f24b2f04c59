#pragma once

// Objects under other ids: what a version says of objects, where others have taken the place
// of theirs since. Pure; any thread.

#include <map>
#include <string>

#include "annals/catalog/object.h"

namespace annals {

// New ids by old ones; what is not in it keeps its own.
struct NewIds {
  std::map<ObjectId, ObjectId> objects;
  std::map<ObjectId, std::map<ColumnId, ColumnId>> columns;  // By the old id of their table.

  ObjectId Of(ObjectId id) const;
  ColumnId Of(ObjectId table, ColumnId column) const;
};

// The bytes of `object` with new ids: its own, those of all that it refers to, and those of
// columns. Columns stay in the order in which they are.
std::string Renumbered(const ObjectDescriptor& object, const NewIds& ids);

}  // namespace annals
