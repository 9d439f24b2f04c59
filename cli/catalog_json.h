#pragma once

// A catalog as JSON: the shapes of `describe` in the JSON-lines protocol
// (docs/json_lines.md). Pure.

#include "annals/catalog/catalog_view.h"
#include "annals/cli/json.h"

namespace annals::cli {

// {"version": 5, "object_id_gen": 9, "default_zone": ..., "zones": [...], "schemas": [...]}
Json CatalogJson(const CatalogView& catalog);

// One object by itself: as in a catalog, and before that "object" with its kind and,
// where it lives in one, "schema".
Json ObjectJson(const CatalogView& catalog, const ObjectDescriptor& object);

// All that has a name, as an array of ObjectJson, schemas without what is in them.
Json ListingJson(const CatalogView& catalog);

// A default as a request writes it; null where there is none.
Json DefaultJson(const DefaultValue& value);

}  // namespace annals::cli
