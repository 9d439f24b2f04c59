#pragma once

// Objects of a catalog in words for people. Pure. What comes out may still hold
// control characters: it is to be printed through cli/terminal_text.h.

#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"

namespace annals::cli {

// SHOP.ORDERS, "my schema".ORDERS, "Default": as SQL writes it.
std::string QualifiedName(const CatalogView& catalog, const ObjectDescriptor& object);

// What can be said of an object, piece by piece; two states of an object are
// compared by these.
struct Property {
  std::string key;    // The same for the same piece of an object: "column 3".
  std::string label;  // What people call it: "column PRICE".
  std::string text;   // "DECIMAL(10,2) NOT NULL"
};
std::vector<Property> PropertiesOf(const CatalogView& catalog, const ObjectDescriptor& object);

// The properties that are worth a place in a list: "4 columns, primary key (ID)".
std::string ShortText(const CatalogView& catalog, const ObjectDescriptor& object);

// "DECIMAL(10,2) NOT NULL DEFAULT 1"
std::string ColumnText(const ColumnDescriptor& column);

// Whether `object` is the index of a table's primary key.
bool IsKeyIndex(const CatalogView& catalog, const ObjectDescriptor& object);

// All about one object, in lines.
std::string DescribeText(const CatalogView& catalog, const ObjectDescriptor& object);

// "1 column", "3 columns"
std::string Count(size_t number, const char* noun);

}  // namespace annals::cli
