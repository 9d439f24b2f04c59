#pragma once

// The rows of a view as text. Pure.

#include <string>

#include "annals/catalog/view_rows.h"

namespace annals::cli {

// For people: in columns, long texts shortened, NULL as "-".
std::string RowsTable(const ViewRows& answer);

// One array of objects with the columns' names in lower case. Times are strings, whole
// numbers are exact.
std::string RowsJson(const ViewRows& answer);

// RFC 4180 with a header line, but for lines that end in LF alone. NULL is nothing,
// and an empty text is "". What cannot be seen is written as the tables write it: \x1b.
std::string RowsCsv(const ViewRows& answer);

}  // namespace annals::cli
