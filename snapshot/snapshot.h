#pragma once

// A version of the catalog as records of the log: chunks of objects, and a root
// that takes the place of the version's update record and speaks of the chunks.
// The root holds that record verbatim, so who made the version, and its hash in the
// chain, are still known. docs/format.md has the bytes.
//
// Any thread; writing one snapshot at a time is the caller's care.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/catalog_image.h"
#include "annals/catalog/update.h"
#include "annals/log/update_log.h"

namespace annals {

// What lies under `catalog.update.<N>`: the record of version N, and the update in
// it, whether a snapshot has taken its place or not.
struct UpdateRecord {
  std::string bytes;  // Of the update record itself.
  Envelope envelope;  // Of the update record itself.
  Sha256Hash hash;    // Of the version.
  VersionedUpdate update;
  bool is_root = false;  // A snapshot stands in its place.
};

// Reads and checks the record of `version`.
//   DAMAGED, NEWER_FORMAT, VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND
absl::StatusOr<UpdateRecord> ReadUpdateRecord(const UpdateLog& log, CatalogVersion version);

// Writes `catalog` as a snapshot and truncates the log below it. `chunk_bytes` is
// what a chunk holds before the next one begins.
//   VERSION_CONFLICT  another snapshot was installed meanwhile; nothing was changed
absl::Status WriteSnapshot(const Catalog& catalog, UpdateLog& log, CatalogVersion expected_snapshot,
                           size_t chunk_bytes = size_t{1} << 20);

// What the root of a snapshot says of it.
struct SnapshotInfo {
  std::string attempt;  // 32 hex digits.
  uint64_t chunks = 0;
  uint64_t bytes = 0;  // Of all chunks.
};

// Reads the root at which the log begins, and no chunk.
//   DAMAGED, NEWER_FORMAT, VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND
absl::StatusOr<SnapshotInfo> ReadSnapshotInfo(const UpdateLog& log, CatalogVersion version);

// A snapshot as it is read back, all of it checked.
struct Snapshot {
  CatalogImage image;
  Sha256Hash hash;  // Of its version.
};

// Reads the snapshot of `version`, at which the log begins, on `threads` threads. Throws
// what one of them throws.
//   DAMAGED  names the chunk or object that is wrong
absl::StatusOr<Snapshot> ReadSnapshot(const UpdateLog& log, CatalogVersion version,
                                      int threads = 1);

// All that is wrong with the snapshot of `version`, at which the log begins, and not only
// the first thing; each names its key. The SHA-256 of all payloads is computed again.
struct SnapshotCheck {
  std::vector<absl::Status> damage;
  bool root_is_whole = false;
  uint64_t chunks = 0;  // That were read.
  uint64_t bytes = 0;   // Of them.
};
SnapshotCheck CheckSnapshot(const UpdateLog& log, CatalogVersion version);

}  // namespace annals
