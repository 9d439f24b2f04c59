#pragma once

// The pieces of statements that say what an object is, for those that make it and those
// that change it. Names are those of the catalog or table that is given. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/object.h"

namespace annals::ddl {

// "PUBLIC.ORDERS"
std::string QualifiedName(const CatalogView& catalog, const ObjectDescriptor& object);

// "A, B"
std::string ColumnNames(const TableDescriptor& table, const std::vector<ColumnId>& ids);

// "(A, B DESC NULLS FIRST)"
std::string IndexColumns(const TableDescriptor& table, const IndexDescriptor& index);

// A constant's or function's text; empty if there is none.
std::string DefaultSql(const DefaultValue& value);

// Whether SQL can say the default of `column`, one of `object`.
//   NOT_SUPPORTED  what came by JSON or C++ is no constant of the column's type
absl::Status CheckDefault(const CatalogView& catalog, const ObjectDescriptor& object,
                          const ColumnDescriptor& column);

// "PRICE DECIMAL(8,2) NOT NULL DEFAULT 0"
std::string ColumnClause(const ColumnDescriptor& column);

// "CONSTRAINT K PRIMARY KEY USING SORTED (A, B DESC NULLS FIRST)"
std::string KeyClause(const TableDescriptor& table, const IndexDescriptor& key);

// "['default', 'ssd']"
std::string ProfileList(const ZoneDescriptor& zone);

// "AUTO SCALE DOWN 300", "AUTO SCALE UP OFF"
std::string AutoScaleOption(std::string_view words, uint32_t seconds);

// "0.25", which reads back as the same number.
std::string FractionText(double fraction);

}  // namespace annals::ddl
