#pragma once

// The lives of objects: what a log tells of them from version to version, through all
// their names. Each call replays the log, which takes the time of a recovery and the
// memory of one version. One thread.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/cli/progress.h"
#include "annals/log/update_log.h"

namespace annals::cli {

// What one version did to an object.
struct LifeStep {
  CatalogVersion version;
  HybridTimestamp timestamp;
  std::string author;
  std::string statement;
  // "created", "altered", "renamed", "dropped"; "kept" in the snapshot at which the log
  // begins: what happened before it is gone.
  std::string change;
  std::string text;  // "rename table SHOP.ORDERS to SHOP.SALES"
};

struct Life {
  ObjectId id;
  ObjectKind kind = ObjectKind::kTable;
  std::string name;  // The last one: SHOP.SALES.
  bool ended = false;
  std::vector<LifeStep> steps;  // Oldest first.
};

// The ids of all objects that `name` meant at some version up to `until`: "#12", or a
// name as FindWritten takes it.
//   INVALID_REQUEST                  `name` is not written so
//   OBJECT_NOT_FOUND, or of `kind`   no object was ever called so
//   as ForEachVersion                (snapshot/history.h)
absl::StatusOr<std::set<ObjectId>> FindEver(const UpdateLog& log, CatalogVersion until,
                                            std::optional<ObjectKind> kind, std::string_view name,
                                            Progress& progress);

// The lives of `ids` up to `until`, by id.
//   as ForEachVersion
absl::StatusOr<std::vector<Life>> LivesOf(const UpdateLog& log, CatalogVersion until,
                                          const std::set<ObjectId>& ids, Progress& progress);

}  // namespace annals::cli
