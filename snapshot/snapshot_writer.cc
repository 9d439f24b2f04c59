#include "annals/snapshot/snapshot_writer_internal.h"
#include "annals_fbs/snapshot_generated.h"

namespace annals {

SnapshotWriter::SnapshotWriter(CatalogVersion version, UpdateLog& log)
    : log_(log),
      envelope_{.kind = RecordKind::kChunk,
                .store = log.Head().store,
                .version = version,
                .commit_id = CommitId::Random()},
      attempt_(envelope_.commit_id.ToString()) {}

absl::Status SnapshotWriter::Put(std::string_view payload) {
  const std::string record = SealRecord(envelope_, payload);
  const auto number = static_cast<uint32_t>(chunks_.size());
  chunks_.push_back({record.size(), Sha256Hash::Of(record)});
  return log_.PutChunk(envelope_.version, attempt_, number, record);
}

std::string SnapshotWriter::SealRoot(std::string_view update, ObjectId default_zone,
                                     uint64_t object_count) const {
  fbs::RootT root;
  root.attempt = attempt_;
  root.update.assign(update.begin(), update.end());
  root.default_zone = default_zone.value;
  root.object_count = object_count;
  for (const Chunk& chunk : chunks_) {
    auto& info = *root.chunks.emplace_back(std::make_unique<fbs::ChunkInfoT>());
    info.size = chunk.size;
    info.sha256.assign(chunk.sha256.bytes.begin(), chunk.sha256.bytes.end());
  }
  flatbuffers::FlatBufferBuilder builder(update.size() + 1024);
  builder.Finish(fbs::Root::Pack(builder, &root));
  Envelope envelope = envelope_;
  envelope.kind = RecordKind::kRoot;
  envelope.previous = HashOfVersion(update);  // Of the version that the root stands for.
  return SealRecord(envelope,
                    {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

}  // namespace annals
