#pragma once

// Objects of a catalog in words for people. Pure. What comes out may still hold
// control characters: it is to be printed through cli/terminal_text.h.

#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"

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

// "h1:9092", "***", "secret PUBLIC.P": what an option of a configured object is set to, as people
// may see it: its value, or the object that it refers to.
std::string OptionText(const CatalogView& catalog, const ConfiguredDescriptor& object,
                       const OptionDescriptor& option);

// All about one object, in lines; of a configured one without its options, its labels and
// its fingerprint if that is not `extended`.
std::string DescribeText(const CatalogView& catalog, const ObjectDescriptor& object,
                         bool extended = true);

// "1 column", "3 columns"
std::string Count(size_t number, const char* noun);

}  // namespace annals::cli
