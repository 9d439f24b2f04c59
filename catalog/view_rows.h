#pragma once

// What a view answers: rows of values under named, typed columns. A view is a
// question about the catalog that Annals answers itself, as SQL engines offer it in
// an information schema; docs/system_views.md lists them. (A SystemViewDescriptor is
// something else: a view that the embedding engine registered in the catalog.)
//
// Plain values; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "annals/catalog/types.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

struct ViewColumn {
  std::string_view name;          // "TABLE_NAME"
  TypeId type = TypeId::kString;  // BOOLEAN, INT32, INT64, DOUBLE, STRING or TIMESTAMP.
};

// One view, without its rows.
struct ViewInfo {
  std::string_view name;     // "TABLES"
  std::string_view summary;  // What it has a row for: "each table".
  std::vector<ViewColumn> columns;
};

// A value of a column's type, INT32 and INT64 alike an int64_t; std::monostate is NULL.
using ViewValue = std::variant<std::monostate, bool, int64_t, double, std::string, HybridTimestamp>;

// As many values as the view has columns.
using ViewRow = std::vector<ViewValue>;

struct ViewRows {
  const ViewInfo* view = nullptr;  // Lives for ever.
  std::vector<ViewRow> rows;
};

// NULL for kNoObject.
ViewValue ValueOf(ObjectId id);
ViewValue ValueOf(CatalogVersion version);
ViewValue ValueOf(std::string_view text);
ViewValue ValueOf(uint64_t number);
// NULL if there is no text, which stands for "none" in names and remarks.
ViewValue ValueOrNull(std::string_view text);
// A word of ours as views have it: "available" is AVAILABLE, "system view" SYSTEM_VIEW.
ViewValue WordValue(std::string_view word);

}  // namespace annals
