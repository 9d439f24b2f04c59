#pragma once

// What a commit would do to what is made of configured objects, for EXPLAIN. Pure.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/commands/command.h"
#include "annals/engine/handles/factory.h"

namespace annals::cli {

// Where the factory of objects of a kind and type is found; null: they have none.
using FactoryOf = std::function<const Factory*(ObjectKind kind, std::string_view type)>;

// What becomes of `before`, which is `after` once `commands` are executed, a line each: all
// that goes, where that is more than one object and its indexes; tables and columns that are
// made anew under their names, and so lose their data; who would be asked whether
// it works, or is to be asked and cannot be; and who would start again because of what it
// refers to. Nothing if there are none.
std::string EffectsText(const std::vector<CatalogCommand>& commands, const CatalogView& before,
                        const CatalogView& after, const FactoryOf& factory_of);

}  // namespace annals::cli
