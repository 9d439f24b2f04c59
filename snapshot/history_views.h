#pragma once

// The views of how a catalog became what it is, read from its log: VERSIONS,
// UPDATE_ENTRIES, SNAPSHOTS, OBJECT_HISTORY. Any thread.

#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/view_rows.h"
#include "annals/log/update_log.h"

namespace annals {

// Adding a view is one of these in history_views.cc.
struct HistoryView {
  ViewInfo info;
  // Appends a row for each thing that `log` tells of versions up to `until`, oldest
  // first. As for a log that is truncated meanwhile, see ForEachRecord
  // (snapshot/history.h).
  //   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND, DAMAGED, NEWER_FORMAT
  absl::Status (*add_rows)(const UpdateLog& log, CatalogVersion until, std::vector<ViewRow>& rows);
};

// All of them. Lives for ever.
const std::vector<HistoryView>& HistoryViews();

}  // namespace annals
