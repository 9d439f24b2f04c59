#pragma once

// Who of an earlier version is who of a later one.

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/renumber.h"

namespace annals::ddl {

// The ids that `now` has for what `then`, an earlier version, has. An object that is in both
// keeps its id. One that is gone gets that of the object which has its name since, if that is
// of the same kind and ALTER could make the one of the other; and so do columns. Columns that
// nothing stands for get ids that `now` has not given.
NewIds CounterpartsOf(const CatalogView& now, const CatalogView& then);

}  // namespace annals::ddl
