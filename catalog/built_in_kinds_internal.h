#pragma once

// The kinds and types that are there from the start; docs/kinds.md lists them.

#include <vector>

#include "annals/catalog/kind.h"

namespace annals {

std::vector<KindDefinition> BuiltInKinds();
std::vector<TypeDefinition> BuiltInTypes();

}  // namespace annals
