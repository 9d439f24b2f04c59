#pragma once

// The history that a log holds, version by version. Reads the log and nothing else,
// so the engine can do so beside its own work, and the inspector without an engine.

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/snapshot.h"

namespace annals {

// Reads records in any order and checks the link of each to the one read before, if
// that is a neighbour. One thread at a time; `log` must outlive it.
class LinkedReader {
 public:
  explicit LinkedReader(const UpdateLog& log) : log_(log) {}

  //   as ReadUpdateRecord; DAMAGED if the link is broken
  absl::StatusOr<UpdateRecord> Read(CatalogVersion version);

 private:
  struct Place {
    CatalogVersion version;
    Sha256Hash hash;
    Sha256Hash previous;
  };
  static absl::Status CheckLink(const Place& below, const Place& above);

  const UpdateLog& log_;
  std::optional<Place> last_;
};

// Calls `visit` for the record of every version in `log` up to `until`, oldest first;
// an error that it returns ends the walk. A log that is truncated meanwhile may be
// seen from the old beginning or end in an error: compare Head().snapshot.
//   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND  `until` is not there
//   DAMAGED, NEWER_FORMAT
using VisitRecord = absl::FunctionRef<absl::Status(CatalogVersion, const UpdateRecord&)>;
absl::Status ForEachRecord(const UpdateLog& log, CatalogVersion until, VisitRecord visit);

// A version and what it made of the one before. Valid during the visit.
struct VersionStep {
  const UpdateRecord& record;
  // Null at the snapshot with which the log begins: what was before is gone.
  const Catalog* before = nullptr;
  const Catalog& after;
  // The objects that may differ, by id.
  std::vector<ObjectId> changed;
};

// The same with catalogs, which are made anew from the log: it takes the time of a
// recovery up to `until`, and the memory of one version.
using VisitStep = absl::FunctionRef<absl::Status(const VersionStep&)>;
absl::Status ForEachVersion(const UpdateLog& log, CatalogVersion until, VisitStep visit);

}  // namespace annals
