#include "annals/commands/lookup.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// An error for a name that is nobody's, or somebody else's.
absl::Status NotFound(Reason reason, std::string_view kind, std::string_view schema,
                      std::string_view name, const ObjectDescriptor& found) {
  std::string message = absl::StrCat(ToAbsl(kind), " ", Qualified(schema, name), " does not exist");
  if (found) {
    absl::StrAppend(&message, "; ", Quoted(name), " is of kind ", ToAbsl(KindName(found.kind())));
  }
  return MakeError(reason, message);
}

}  // namespace

absl::StatusOr<SchemaDescriptor> FindSchema(const CatalogView& catalog, std::string_view schema) {
  if (const auto found = catalog.Schema(schema)) return *found;
  return MakeError(Reason::SCHEMA_NOT_FOUND,
                   absl::StrCat("schema ", Quoted(schema), " does not exist"));
}

absl::StatusOr<TableDescriptor> FindTable(const CatalogView& catalog, std::string_view schema,
                                          std::string_view table) {
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor owner, FindSchema(catalog, schema));
  const ObjectDescriptor found = catalog.Find(NameScope::In(owner.id()), table);
  if (const auto descriptor = As<TableDescriptor>(found)) return *descriptor;
  return NotFound(Reason::TABLE_NOT_FOUND, "table", schema, table, found);
}

absl::StatusOr<IndexDescriptor> FindIndex(const CatalogView& catalog, std::string_view schema,
                                          std::string_view index) {
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor owner, FindSchema(catalog, schema));
  const ObjectDescriptor found = catalog.Find(NameScope::In(owner.id()), index);
  if (const auto descriptor = As<IndexDescriptor>(found)) return *descriptor;
  return NotFound(Reason::INDEX_NOT_FOUND, "index", schema, index, found);
}

absl::StatusOr<ZoneDescriptor> FindZone(const CatalogView& catalog, std::string_view zone) {
  if (const auto found = catalog.Zone(zone)) return *found;
  return MakeError(Reason::ZONE_NOT_FOUND, absl::StrCat("zone ", Quoted(zone), " does not exist"));
}

absl::StatusOr<ColumnDescriptor> FindColumn(const TableDescriptor& table, std::string_view schema,
                                            std::string_view column) {
  if (const auto found = table.FindColumn(column)) return *found;
  return MakeError(Reason::COLUMN_NOT_FOUND,
                   absl::StrCat("column ", Quoted(column), " of table ",
                                Qualified(schema, table.name()), " does not exist"));
}

absl::StatusOr<std::vector<ColumnId>> FindColumns(const TableDescriptor& table,
                                                  std::string_view schema,
                                                  const std::vector<std::string>& columns) {
  std::vector<ColumnId> ids;
  for (const std::string& column : columns) {
    ANNALS_ASSIGN_OR_RETURN(const ColumnDescriptor found, FindColumn(table, schema, column));
    ids.push_back(found.id());
  }
  return ids;
}

absl::StatusOr<UpdateEntries> Missing(const absl::Status& missing, bool if_exists) {
  if (if_exists) return UpdateEntries{};
  return missing;
}

}  // namespace annals
