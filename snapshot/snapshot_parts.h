#pragma once

// The records that a snapshot consists of, each opened and checked from its bytes,
// wherever these come from: a log, or a file. Any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/field_tree.h"
#include "annals/catalog/object.h"
#include "annals/snapshot/snapshot.h"

namespace annals {

// What the root of a snapshot says.
struct SnapshotRoot {
  CatalogVersion version;
  StoreUuid store;
  Sha256Hash previous;  // The hash of the version that the root stands for.
  UpdateRecord update;  // Of that version.
  std::string attempt;  // 32 hex digits.
  ObjectId default_zone;
  uint64_t object_count = 0;
  struct Chunk {
    uint64_t size = 0;  // In bytes, of the record.
    Sha256Hash sha256;  // Of the record.
  };
  std::vector<Chunk> chunks;
};

// Opens `bytes` as the root under `catalog.update.<version>`.
//   DAMAGED, NEWER_FORMAT
absl::StatusOr<SnapshotRoot> OpenSnapshotRoot(CatalogVersion version, std::string_view bytes);

// Whether `root` is of `store` and stands for the update that it holds.
//   DAMAGED
absl::Status CheckSnapshotRoot(const SnapshotRoot& root, const StoreUuid& store);

// What messages call the update record in the root under `key`.
std::string EmbeddedUpdateKey(std::string_view key);

// Whether `found` objects in the chunks are as many as the root says.
//   DAMAGED
absl::Status CheckObjectCount(const SnapshotRoot& root, uint64_t found);

// What a chunk holds. The bytes of the objects lie in `buffers`.
struct SnapshotChunk {
  std::string_view payload;  // Of the record.
  std::vector<ObjectDescriptor> objects;
  std::vector<std::unique_ptr<const std::string>> buffers;
};

// Opens `bytes` as chunk `number` of the snapshot of `root`.
// REQUIRES: number < root.chunks.size().
//   DAMAGED, NEWER_FORMAT
absl::StatusOr<SnapshotChunk> OpenSnapshotChunk(const SnapshotRoot& root, uint32_t number,
                                                std::string bytes);

// All of a snapshot, of its chunks in their order.
//   DAMAGED  there are more objects or fewer than the root says
absl::StatusOr<Snapshot> AssembleSnapshot(const SnapshotRoot& root,
                                          std::vector<SnapshotChunk> chunks);

// What the payload of a record of any kind holds, for people who look at bytes. The root
// of a snapshot has the bytes of its update record.
//   DAMAGED, NEWER_FORMAT  it does not hold what its kind has
absl::StatusOr<FieldTree> FieldsOfPayload(std::string_view key, const RecordView& record);

// `bytes` as the update record of `version`; `key` is for messages.
//   DAMAGED, NEWER_FORMAT
absl::StatusOr<UpdateRecord> OpenUpdateRecord(std::string_view key, std::string bytes,
                                              CatalogVersion version);

}  // namespace annals
