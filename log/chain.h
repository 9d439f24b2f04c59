#pragma once

// The rules by which one version follows another, for every kind of log: what is
// appended, what is replayed and what another writer sent all go through here.

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/log/record.h"
#include "annals/log/update_log.h"
#include "annals/schemas/ids.h"

namespace annals {

// A place in a log: a version and its hash. {} is before the first version.
struct LogPosition {
  CatalogVersion version;
  Sha256Hash hash;

  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

// The place of the record under `catalog.update.<version>`, be it an update or
// the root that stands for it.
//   DAMAGED, NEWER_FORMAT as OpenRecord; DAMAGED if it is of another store or version
absl::StatusOr<LogPosition> PositionOf(const StoreUuid& store, CatalogVersion version,
                                       std::string_view bytes);

// `bytes` under `catalog.update.<version>`, opened, and of this store and version.
absl::StatusOr<RecordView> OpenRecordAt(const StoreUuid& store, CatalogVersion version,
                                        std::string_view bytes);

// DAMAGED if `record`, found under its version's key, is not of `kind`.
absl::Status CheckKind(const RecordView& record, RecordKind kind);

// Walks a log upward, record by record. Not thread-safe.
class RecordChain {
 public:
  RecordChain(const StoreUuid& store, const LogPosition& start) : store_(store), at_(start) {}

  const LogPosition& position() const { return at_; }

  // Checks that `bytes`, found under `catalog.update.<version>`, is the next
  // record: whole, an update of this store, in its place, and linked to the one
  // before. Moves to it if so. The payload points into `bytes`.
  //   DAMAGED, NEWER_FORMAT
  absl::StatusOr<LogRecord> Next(CatalogVersion version, std::string_view bytes);

  // DAMAGED, naming the versions from the next one up to `last`, which are not there.
  absl::Status Missing(CatalogVersion last) const;

 private:
  const StoreUuid store_;
  LogPosition at_;
};

// What every log checks before it appends `records` after `head`, since a record
// that Subscribe would refuse must not get in: their number and sizes against
// `limits`, and that each is the next one.
//   RECORD_TOO_LARGE          the one that is, its size and the limit
//   INVALID_REQUEST           too many records, or none
//   INTERNAL                  one does not fit: the caller sealed it wrongly
absl::StatusOr<std::vector<LogRecord>> CheckAppend(const StoreUuid& store, const LogPosition& head,
                                                   const UpdateLog::Capabilities& limits,
                                                   std::span<const PendingRecord> records);

// What every log checks before `root` takes the place of the version at
// `replaced`: that it stands for that version, and is of `attempt`.
//   INTERNAL  it is not
absl::Status CheckRoot(const StoreUuid& store, const LogPosition& replaced,
                       std::string_view attempt, std::string_view root);

// The errors of a version that is not in the log, worded once.
absl::Status NoSuchVersion(CatalogVersion version, CatalogVersion head);
absl::Status TruncatedVersion(CatalogVersion version, CatalogVersion snapshot);

}  // namespace annals
