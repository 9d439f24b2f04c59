#pragma once

// Asking a view for its rows, whichever view it is. docs/system_views.md says what
// each has. Any thread.

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/view_rows.h"
#include "annals/log/update_log.h"

namespace annals {

// All views, those of what is in the catalog first. Each lives for ever.
std::vector<const ViewInfo*> AllViews();

// The rows of the view that is called `view`, in upper or lower case. What is in the
// catalog comes from `catalog`; its history from `log`, up to the catalog's version.
// REQUIRES: `catalog` is a version of `log`.
//   VIEW_NOT_FOUND              names the views that there are
//   VERSION_TRUNCATED           a view of the history, and the log does not reach back to
//                               the catalog's version any more
//   DAMAGED, NEWER_FORMAT, IO_ERROR  a view of the history, and the log cannot be read
//   INTERNAL                    there is no memory for the rows
absl::StatusOr<ViewRows> Query(std::string_view view, const CatalogView& catalog,
                               const UpdateLog& log);

}  // namespace annals
