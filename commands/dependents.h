#pragma once

// What goes or stays with an object that is dropped.

#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"

namespace annals {

// What depends on `table` and on its indexes, other than its indexes, by id.
std::vector<ObjectDescriptor> ForeignDependents(const CatalogView& catalog,
                                                const TableDescriptor& table);

// table "A", stopping index "B" and 7 more: for messages.
std::string ObjectList(const std::vector<ObjectDescriptor>& objects);

}  // namespace annals
