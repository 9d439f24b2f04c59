#include "annals/snapshot/query.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/object_views.h"
#include "annals/schemas/guarded_internal.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history_views.h"

namespace annals {
namespace {

template <typename View>
const View* Find(const std::vector<View>& views, std::string_view name) {
  const auto found = std::ranges::find_if(views, [&](const View& view) {
    return absl::EqualsIgnoreCase(ToAbsl(view.info.name), ToAbsl(name));
  });
  return found == views.end() ? nullptr : &*found;
}

absl::Status NoSuchView(std::string_view name) {
  const auto append = [](std::string* out, const ViewInfo* view) { *out += view->name; };
  return MakeError(Reason::VIEW_NOT_FOUND,
                   absl::StrCat("view \"", ToAbsl(name), "\" does not exist; there are ",
                                absl::StrJoin(AllViews(), ", ", append)));
}

// What was read while the log was truncated is half of one history and half of
// another, or an error that is none.
absl::StatusOr<ViewRows> QueryHistory(const HistoryView& view, CatalogVersion until,
                                      const UpdateLog& log) {
  for (;;) {
    const CatalogVersion snapshot = log.Head().snapshot;
    ViewRows answer{&view.info, {}};
    const absl::Status status = view.add_rows(log, until, answer.rows);
    if (log.Head().snapshot != snapshot) continue;
    ANNALS_RETURN_IF_ERROR(status);
    return answer;
  }
}

absl::StatusOr<ViewRows> QueryAny(std::string_view view, const CatalogView& catalog,
                                  const UpdateLog& log) {
  if (const ObjectView* const found = Find(ObjectViews(), view)) {
    ViewRows answer{&found->info, {}};
    found->add_rows(catalog, answer.rows);
    return answer;
  }
  if (const HistoryView* const found = Find(HistoryViews(), view)) {
    return QueryHistory(*found, catalog.version(), log);
  }
  return NoSuchView(view);
}

}  // namespace

std::vector<const ViewInfo*> AllViews() {
  std::vector<const ViewInfo*> all;
  for (const ObjectView& view : ObjectViews()) all.push_back(&view.info);
  for (const HistoryView& view : HistoryViews()) all.push_back(&view.info);
  return all;
}

absl::StatusOr<ViewRows> Query(std::string_view view, const CatalogView& catalog,
                               const UpdateLog& log) {
  return Guarded("the query failed", [&] { return QueryAny(view, catalog, log); });
}

}  // namespace annals
