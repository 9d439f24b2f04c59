#pragma once

// The views of what is in a catalog: SCHEMAS, TABLES, TABLE_COLUMNS, INDEXES,
// INDEX_COLUMNS, ZONES, ZONE_STORAGE_PROFILES, SYSTEM_VIEWS, SYSTEM_VIEW_COLUMNS.
// Pure; any thread.

#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/view_rows.h"

namespace annals {

// Adding a view is one of these in object_views.cc.
struct ObjectView {
  ViewInfo info;
  // Appends a row for each thing in `catalog`, by object id and then by place within
  // the object. The rows stay valid without the catalog.
  void (*add_rows)(const CatalogView& catalog, std::vector<ViewRow>& rows);
};

// All of them. Lives for ever.
const std::vector<ObjectView>& ObjectViews();

}  // namespace annals
