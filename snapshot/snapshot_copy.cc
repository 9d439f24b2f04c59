#include "annals/snapshot/snapshot_copy.h"

#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot_writer_internal.h"

namespace annals {

SnapshotCopier::SnapshotCopier(const SnapshotRoot& from, UpdateLog& to)
    : from_(from), to_(to), writer_(std::make_unique<SnapshotWriter>(from.version, to)) {}

SnapshotCopier::~SnapshotCopier() = default;

absl::Status SnapshotCopier::Add(const SnapshotChunk& chunk) { return writer_->Put(chunk.payload); }

absl::StatusOr<LogPosition> SnapshotCopier::Finish() {
  // What came before the version is in neither store: the hash of that stays as it was.
  Envelope envelope = from_.update.envelope;
  envelope.store = to_.Head().store;
  const std::string_view payload = std::string_view(from_.update.bytes).substr(kEnvelopeSize);
  const std::string update = SealRecord(envelope, payload);
  const std::string root = writer_->SealRoot(update, from_.default_zone, from_.object_count);
  ANNALS_RETURN_IF_ERROR(to_.BeginAt(from_.version, writer_->attempt(), root));
  return LogPosition{from_.version, HashOfVersion(update)};
}

}  // namespace annals
