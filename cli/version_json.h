#pragma once

// A version as JSON, for `log`, `show` and exports. Pure.

#include <string_view>
#include <vector>

#include "annals/catalog/update.h"
#include "annals/cli/json.h"
#include "annals/snapshot/snapshot.h"

namespace annals::cli {

// What each entry does to which object, as far as the entries tell: op, kind, id, name.
// `name` says how a kind is called: LastingKindName for what other processes compare.
using NameOfKind = std::string_view (*)(ObjectKind kind);
Json EntriesJson(const std::vector<UpdateEntry>& entries, NameOfKind name = &KindName);

// All that the record of `version` says, but for the bytes of objects.
Json VersionJson(CatalogVersion version, const UpdateRecord& record);

}  // namespace annals::cli
