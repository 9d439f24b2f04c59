#pragma once

// A catalog as a list, for `ls` and SHOW. Pure.

#include <functional>
#include <string>

#include "annals/catalog/catalog_view.h"

namespace annals::cli {

// The objects that have a name and that `wanted` wants, by kind and name: kind, name,
// the version that made each what it is, and what is worth saying.
std::string ListingText(const CatalogView& catalog,
                        const std::function<bool(const ObjectDescriptor&)>& wanted);

// Whether `name` fits an SQL pattern: % is any text, _ any character.
bool IsLike(std::string_view name, std::string_view pattern);

}  // namespace annals::cli
