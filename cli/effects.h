#pragma once

// What a commit would do to what is made of configured objects, for EXPLAIN. Pure.

#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/commands/command.h"

namespace annals::cli {

// A line for each object that would be validated, as `commands` say it, and for each one
// that would start again because of what it refers to: of `before`, which `after` is once
// they are executed. Nothing if there are none.
std::string EffectsText(const std::vector<CatalogCommand>& commands, const CatalogView& before,
                        const CatalogView& after);

}  // namespace annals::cli
