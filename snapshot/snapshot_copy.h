#pragma once

// A snapshot of one store on its way to the beginning of another: objects, times and the
// record of its version stay; the store becomes the other one, so all is sealed anew.
// One thread.

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/chain.h"
#include "annals/snapshot/snapshot_parts.h"

namespace annals {

class SnapshotWriter;

class SnapshotCopier {
 public:
  // Both must outlive this; `to` is empty.
  SnapshotCopier(const SnapshotRoot& from, UpdateLog& to);
  ~SnapshotCopier();

  // The next chunk.
  absl::Status Add(const SnapshotChunk& chunk);

  // After the last chunk, once all of the snapshot was found good: `to` begins with it.
  // The place of its version there.
  //   as UpdateLog::BeginAt
  absl::StatusOr<LogPosition> Finish();

 private:
  const SnapshotRoot& from_;
  UpdateLog& to_;
  std::unique_ptr<SnapshotWriter> writer_;
};

}  // namespace annals
