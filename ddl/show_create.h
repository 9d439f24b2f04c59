#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/object.h"

namespace annals::ddl {

// The statement that makes `object`, an object of `catalog`, where what it needs
// (schema, zone, table) exists: there is one spelling, but for constants, which are
// spelled as they were given, and it reads back to the same object but for ids, versions
// and the status of indexes. A table without a key reads back under relaxed. A configured
// object reads back with an equal fingerprint, but for its generation and for what is shown
// as `***`; labels have no words. Ends with `;`.
//
//   INVALID_REQUEST  a key index: it comes and goes with its table's key
//   NOT_SUPPORTED    the kind has no words or is not registered, or it is a system schema;
//                    or the object
//                    holds what SQL text cannot: a default that is no constant of its
//                    column's type
absl::StatusOr<std::string> ToSql(const CatalogView& catalog, const ObjectDescriptor& object);

}  // namespace annals::ddl
