#pragma once

// How commands find what they name. Each returns a `NotFound` that says what is
// missing, and no other error.

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/commands/command.h"

namespace annals {

// SCHEMA_NOT_FOUND
absl::StatusOr<SchemaDescriptor> FindSchema(const CatalogView& catalog, std::string_view schema);
// SCHEMA_NOT_FOUND, TABLE_NOT_FOUND
absl::StatusOr<TableDescriptor> FindTable(const CatalogView& catalog, std::string_view schema,
                                          std::string_view table);
// SCHEMA_NOT_FOUND, INDEX_NOT_FOUND. Alive ones only.
absl::StatusOr<IndexDescriptor> FindIndex(const CatalogView& catalog, std::string_view schema,
                                          std::string_view index);
// ZONE_NOT_FOUND
absl::StatusOr<ZoneDescriptor> FindZone(const CatalogView& catalog, std::string_view zone);
// COLUMN_NOT_FOUND. `schema` is only for the message.
absl::StatusOr<ColumnDescriptor> FindColumn(const TableDescriptor& table, std::string_view schema,
                                            std::string_view column);
absl::StatusOr<std::vector<ColumnId>> FindColumns(const TableDescriptor& table,
                                                  std::string_view schema,
                                                  const std::vector<std::string>& columns);

// What a command answers if a look-up said `missing`: with `if_exists` there is
// nothing to do.
absl::StatusOr<UpdateEntries> Missing(const absl::Status& missing, bool if_exists);

}  // namespace annals
