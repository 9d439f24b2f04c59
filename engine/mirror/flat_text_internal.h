#pragma once

// What both readers of flat maps check.

#include <string_view>

#include "annals/engine/mirror/flat_map_internal.h"

namespace annals::mirror {

// That it is not too long, UTF-8, and has no control characters but white space.
absl::Status CheckText(std::string_view text);
// That no key is there twice.
absl::Status CheckKeys(const FlatMap& map);

}  // namespace annals::mirror
