#include "annals/snapshot/snapshot.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot_parts.h"
#include "annals/snapshot/snapshot_writer_internal.h"
#include "annals_fbs/snapshot_generated.h"

namespace annals {
namespace {

// --- Writing.

// Puts objects into chunks.
class ChunkWriter {
 public:
  ChunkWriter(SnapshotWriter& writer, size_t chunk_bytes)
      : writer_(writer), chunk_bytes_(chunk_bytes) {}

  absl::Status Add(const ObjectDescriptor& object) {
    const std::string_view bytes = object.bytes();
    builder_.ForceVectorAlignment(bytes.size(), 1, 8);
    const auto vector =
        builder_.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    objects_.push_back(fbs::CreateSnapshotObject(builder_, object.from().value,
                                                 object.updated_at().raw(), vector));
    ++object_count_;
    return builder_.GetSize() < chunk_bytes_ ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (objects_.empty()) return absl::OkStatus();
    const auto objects = builder_.CreateVector(objects_);
    builder_.Finish(fbs::CreateChunk(builder_, objects));
    ANNALS_RETURN_IF_ERROR(writer_.Put(
        {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()}));
    objects_.clear();
    builder_.Clear();
    return absl::OkStatus();
  }

  uint64_t object_count() const { return object_count_; }

 private:
  SnapshotWriter& writer_;
  const size_t chunk_bytes_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<flatbuffers::Offset<fbs::SnapshotObject>> objects_;
  uint64_t object_count_ = 0;
};

// --- Reading.

absl::StatusOr<SnapshotRoot> ReadRoot(const UpdateLog& log, CatalogVersion version) {
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(version));
  return OpenSnapshotRoot(version, bytes);
}

absl::StatusOr<SnapshotChunk> ReadChunk(const UpdateLog& log, const SnapshotRoot& root,
                                        uint32_t number) {
  ANNALS_ASSIGN_OR_RETURN(std::string bytes, log.ReadChunk(root.version, root.attempt, number));
  return OpenSnapshotChunk(root, number, std::move(bytes));
}

// What the chunks hold, one after the other; read on `threads` threads.
std::vector<absl::StatusOr<SnapshotChunk>> ReadChunks(const UpdateLog& log,
                                                      const SnapshotRoot& root, int threads) {
  std::vector<absl::StatusOr<SnapshotChunk>> chunks(root.chunks.size());
  std::atomic<uint32_t> next{0};
  std::atomic<bool> damaged{false};
  const auto work = [&] {
    // A chunk that was taken is read, so all before a damaged one are.
    while (!damaged) {
      const uint32_t number = next.fetch_add(1);
      if (number >= chunks.size()) return;
      chunks[number] = ReadChunk(log, root, number);
      if (!chunks[number].ok()) damaged = true;
    }
  };
  const size_t workers = std::min(chunks.size(), static_cast<size_t>(std::max(threads, 1)));
  std::vector<std::future<void>> others;
  for (size_t i = 1; i < workers; ++i) others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
  return chunks;
}

// Of the root itself, and of the update record in it, the SHA-256 of their payloads too.
absl::StatusOr<SnapshotRoot> VerifyRoot(const UpdateLog& log, CatalogVersion version) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(version));
  ANNALS_RETURN_IF_ERROR(VerifyRecord(key, bytes).status());
  ANNALS_ASSIGN_OR_RETURN(SnapshotRoot root, OpenSnapshotRoot(version, bytes));
  ANNALS_RETURN_IF_ERROR(CheckSnapshotRoot(root, log.Head().store));
  ANNALS_RETURN_IF_ERROR(VerifyRecord(EmbeddedUpdateKey(key), root.update.bytes).status());
  return root;
}

}  // namespace

SnapshotCheck CheckSnapshot(const UpdateLog& log, CatalogVersion version) {
  SnapshotCheck check;
  const auto root = VerifyRoot(log, version);
  if (!root.ok()) {
    check.damage.push_back(root.status());
    return check;
  }
  check.root_is_whole = true;
  uint64_t objects = 0;
  for (uint32_t number = 0; number < root->chunks.size(); ++number) {
    const auto chunk = ReadChunk(log, *root, number);
    if (!chunk.ok()) {
      check.damage.push_back(chunk.status());
      continue;
    }
    ++check.chunks;
    check.bytes += root->chunks[number].size;
    objects += chunk->objects.size();
  }
  if (const absl::Status count = CheckObjectCount(*root, objects);
      check.damage.empty() && !count.ok()) {
    check.damage.push_back(count);
  }
  return check;
}

absl::StatusOr<UpdateRecord> ReadUpdateRecord(const UpdateLog& log, CatalogVersion version) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(std::string bytes, log.ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(log.Head().store, version, bytes));
  if (record.envelope.kind != RecordKind::kRoot) {
    return OpenUpdateRecord(key, std::move(bytes), version);
  }
  ANNALS_ASSIGN_OR_RETURN(SnapshotRoot root, OpenSnapshotRoot(version, bytes));
  return std::move(root.update);
}

absl::Status WriteSnapshot(const Catalog& catalog, UpdateLog& log, CatalogVersion expected_snapshot,
                           size_t chunk_bytes) {
  const CatalogVersion version = catalog.version();
  ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, ReadUpdateRecord(log, version));
  SnapshotWriter writer(version, log);
  ChunkWriter chunks(writer, chunk_bytes);
  absl::Status status;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (status.ok()) status = chunks.Add(object);
  });
  if (status.ok()) status = chunks.Flush();
  ANNALS_RETURN_IF_ERROR(status);
  return log.InstallRoot(
      version, expected_snapshot, writer.attempt(),
      writer.SealRoot(record.bytes, catalog.default_zone_id(), chunks.object_count()));
}

absl::StatusOr<SnapshotInfo> ReadSnapshotInfo(const UpdateLog& log, CatalogVersion version) {
  ANNALS_ASSIGN_OR_RETURN(const SnapshotRoot root, ReadRoot(log, version));
  SnapshotInfo info{root.attempt, root.chunks.size(), 0};
  for (const SnapshotRoot::Chunk& chunk : root.chunks) info.bytes += chunk.size;
  return info;
}

absl::StatusOr<Snapshot> ReadSnapshot(const UpdateLog& log, CatalogVersion version, int threads) {
  ANNALS_ASSIGN_OR_RETURN(const SnapshotRoot root, ReadRoot(log, version));
  ANNALS_RETURN_IF_ERROR(CheckSnapshotRoot(root, log.Head().store));
  std::vector<SnapshotChunk> chunks;
  chunks.reserve(root.chunks.size());
  for (absl::StatusOr<SnapshotChunk>& chunk : ReadChunks(log, root, threads)) {
    ANNALS_RETURN_IF_ERROR(chunk.status());
    chunks.push_back(*std::move(chunk));
  }
  return AssembleSnapshot(root, std::move(chunks));
}

}  // namespace annals
