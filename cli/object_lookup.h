#pragma once

// How people name an object: on the command line, and in DESCRIBE. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"

namespace annals::cli {

// "table", "index", ... as on the command line.
std::optional<ObjectKind> KindByWord(std::string_view word);

// The object with exactly this name: a table, index or view of `schema`, or, where
// there is none and `schema` is PUBLIC, a schema or zone. With `kind` only one of
// that kind.
//   OBJECT_NOT_FOUND, or that of the kind
absl::StatusOr<ObjectDescriptor> FindObject(const CatalogView& catalog,
                                            std::optional<ObjectKind> kind, std::string_view schema,
                                            std::string_view name);

// The object that `name` means, written ORDERS, SHOP.ORDERS or "my shop"."a.b". A part
// in double quotes is taken as it is; any other as it is if there is such a name, else
// in upper case. Without a schema it is PUBLIC's.
//   INVALID_REQUEST  `name` is not written so
//   as FindObject
absl::StatusOr<ObjectDescriptor> FindWritten(const CatalogView& catalog,
                                             std::optional<ObjectKind> kind, std::string_view name);

}  // namespace annals::cli
