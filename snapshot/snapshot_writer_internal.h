#pragma once

// Writes the records of a snapshot into a log: chunk by chunk, then the root. One thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "annals/log/update_log.h"
#include "annals/schemas/ids.h"

namespace annals {

class SnapshotWriter {
 public:
  // `log` must outlive this.
  SnapshotWriter(CatalogVersion version, UpdateLog& log);

  const std::string& attempt() const { return attempt_; }

  // The next chunk, whose payload this is.
  absl::Status Put(std::string_view payload);

  // The root, of all chunks that were put. `update` is the version's update record in `log`.
  std::string SealRoot(std::string_view update, ObjectId default_zone, uint64_t object_count) const;

 private:
  struct Chunk {
    uint64_t size;
    Sha256Hash sha256;
  };

  UpdateLog& log_;
  const Envelope envelope_;  // Of chunks.
  const std::string attempt_;
  std::vector<Chunk> chunks_;
};

}  // namespace annals
