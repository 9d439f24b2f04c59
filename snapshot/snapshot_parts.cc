#include "annals/snapshot/snapshot_parts.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals_fbs/snapshot_generated.h"

namespace annals {
namespace {

std::string_view View(const flatbuffers::Vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

absl::Status Damaged(std::string_view key, std::string_view what) {
  return MakeError(Reason::DAMAGED, absl::StrCat(ToAbsl(key), ": ", ToAbsl(what)));
}

// A payload in memory of its own, where FlatBuffers finds it aligned.
std::string Aligned(std::string_view payload) {
  // A string this small would keep its bytes inside itself, at any address.
  std::string copy;
  copy.reserve(std::max<size_t>(payload.size(), 64));
  copy.assign(payload);
  return copy;
}

bool IsAligned(std::string_view bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data()) % 8 == 0;
}

template <typename Table>
absl::StatusOr<const Table*> VerifiedRoot(std::string_view key, std::string_view payload) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
                                 /*max_depth=*/64, /*max_tables=*/10'000'000);
  if (!verifier.VerifyBuffer<Table>()) return Damaged(key, "the payload is no whole FlatBuffer");
  return flatbuffers::GetRoot<Table>(payload.data());
}

absl::Status CheckKind(std::string_view key, const Envelope& envelope, RecordKind kind,
                       CatalogVersion version) {
  if (envelope.kind != kind) {
    return Damaged(key, absl::StrCat("found a record of kind ", static_cast<int>(envelope.kind),
                                     ", expected kind ", static_cast<int>(kind)));
  }
  if (envelope.version != version) {
    return Damaged(key, absl::StrCat("found the record of version ", envelope.version.value,
                                     ", expected version ", version.value));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SnapshotRoot::Chunk>> ChunksOf(std::string_view key,
                                                          const fbs::Root& table) {
  if (!IsAttempt(table.attempt()->string_view()) || table.chunks()->size() > kMaxChunks) {
    return Damaged(key, "it names chunks that cannot be");
  }
  std::vector<SnapshotRoot::Chunk> chunks;
  chunks.reserve(table.chunks()->size());
  for (const fbs::ChunkInfo* info : *table.chunks()) {
    if (info == nullptr || info->sha256()->size() != sizeof(Sha256Hash::bytes)) {
      return Damaged(key, "it lists a chunk without hash");
    }
    SnapshotRoot::Chunk& chunk = chunks.emplace_back();
    chunk.size = info->size();
    std::ranges::copy(*info->sha256(), chunk.sha256.bytes.begin());
  }
  return chunks;
}

std::string_view Keep(std::string bytes, SnapshotChunk& chunk) {
  return *chunk.buffers.emplace_back(std::make_unique<const std::string>(std::move(bytes)));
}

absl::Status AddObject(std::string_view key, const fbs::SnapshotObject* object,
                       SnapshotChunk& chunk) {
  if (object == nullptr) return Damaged(key, "it has an empty object");
  std::string_view bytes = View(*object->object());
  // Another program's builder may have put it anywhere.
  if (!IsAligned(bytes)) bytes = Keep(Aligned(bytes), chunk);
  if (const absl::Status status = CheckObject(bytes); !status.ok()) {
    return WithContext(status, key);
  }
  chunk.objects.emplace_back(bytes, CatalogVersion{object->from()},
                             HybridTimestamp::FromRaw(object->timestamp()));
  return absl::OkStatus();
}

absl::Status AddObjects(std::string_view key, const fbs::Chunk& table, SnapshotChunk& chunk) {
  chunk.objects.reserve(table.objects()->size());
  for (const fbs::SnapshotObject* object : *table.objects()) {
    ANNALS_RETURN_IF_ERROR(AddObject(key, object, chunk));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UpdateRecord> OpenUpdateRecord(std::string_view key, std::string bytes,
                                              CatalogVersion version) {
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
  ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kUpdate, version));
  auto update = DecodeUpdate(Aligned(record.payload));
  if (!update.ok()) return WithContext(update.status(), key);
  const Envelope envelope = record.envelope;
  const Sha256Hash hash = HashOfVersion(bytes);
  return UpdateRecord{std::move(bytes), envelope, hash, *std::move(update), false};
}

absl::StatusOr<SnapshotRoot> OpenSnapshotRoot(CatalogVersion version, std::string_view bytes) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
  ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kRoot, version));
  const std::string payload = Aligned(record.payload);
  ANNALS_ASSIGN_OR_RETURN(const fbs::Root* table, VerifiedRoot<fbs::Root>(key, payload));
  ANNALS_ASSIGN_OR_RETURN(auto chunks, ChunksOf(key, *table));
  ANNALS_ASSIGN_OR_RETURN(
      UpdateRecord update,
      OpenUpdateRecord(EmbeddedUpdateKey(key), std::string(View(*table->update())), version));
  update.is_root = true;
  return SnapshotRoot{.version = version,
                      .store = record.envelope.store,
                      .previous = record.envelope.previous,
                      .update = std::move(update),
                      .attempt = table->attempt()->str(),
                      .default_zone = {table->default_zone()},
                      .object_count = table->object_count(),
                      .chunks = std::move(chunks)};
}

absl::Status CheckSnapshotRoot(const SnapshotRoot& root, const StoreUuid& store) {
  const std::string key = UpdateKey(root.version);
  if (root.store != store) {
    return Damaged(key, absl::StrCat("the snapshot is of another store: expected ",
                                     store.ToString(), ", found ", root.store.ToString()));
  }
  if (root.previous == root.update.hash) return absl::OkStatus();
  return Damaged(key, "the root does not stand for the update that it holds");
}

absl::Status CheckObjectCount(const SnapshotRoot& root, uint64_t found) {
  if (found == root.object_count) return absl::OkStatus();
  return Damaged(UpdateKey(root.version),
                 absl::StrCat("the chunks hold ", found, " objects, expected ", root.object_count));
}

std::string EmbeddedUpdateKey(std::string_view key) {
  return absl::StrCat(ToAbsl(key), " (the update in the snapshot's root)");
}

absl::StatusOr<SnapshotChunk> OpenSnapshotChunk(const SnapshotRoot& root, uint32_t number,
                                                std::string bytes) {
  const std::string key = ChunkKey(root.version, root.attempt, number);
  SnapshotChunk chunk;
  const std::string_view kept = Keep(std::move(bytes), chunk);
  const SnapshotRoot::Chunk& listed = root.chunks[number];
  if (kept.size() != listed.size || Sha256Hash::Of(kept) != listed.sha256) {
    return Damaged(key, "it is not the chunk that the snapshot's root lists");
  }
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, kept));
  ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kChunk, root.version));
  if (record.envelope.store != root.store) return Damaged(key, "it is of another store");
  ANNALS_ASSIGN_OR_RETURN(const fbs::Chunk* table, VerifiedRoot<fbs::Chunk>(key, record.payload));
  chunk.payload = record.payload;
  ANNALS_RETURN_IF_ERROR(AddObjects(key, *table, chunk));
  return chunk;
}

absl::StatusOr<FieldTree> FieldsOfPayload(std::string_view key, const RecordView& record) {
  const std::string payload = Aligned(record.payload);
  switch (record.envelope.kind) {
    case RecordKind::kUpdate: {
      auto fields = UpdateFields(payload);
      if (!fields.ok()) return WithContext(fields.status(), key);
      return fields;
    }
    case RecordKind::kRoot: {
      ANNALS_ASSIGN_OR_RETURN(const fbs::Root* table, VerifiedRoot<fbs::Root>(key, payload));
      ANNALS_RETURN_IF_ERROR(ChunksOf(key, *table).status());
      return FieldsOf(payload, fbs::RootTypeTable());
    }
    case RecordKind::kChunk: {
      ANNALS_ASSIGN_OR_RETURN(const fbs::Chunk* table, VerifiedRoot<fbs::Chunk>(key, payload));
      SnapshotChunk chunk;
      ANNALS_RETURN_IF_ERROR(AddObjects(key, *table, chunk));
      return FieldsOf(payload, fbs::ChunkTypeTable());
    }
  }
  return Damaged(key, "it is of no known kind");
}

absl::StatusOr<Snapshot> AssembleSnapshot(const SnapshotRoot& root,
                                          std::vector<SnapshotChunk> chunks) {
  const VersionedUpdate& update = root.update.update;
  Snapshot snapshot{.image = {.version = root.version,
                              .timestamp = update.timestamp,
                              .activation = update.activation,
                              .next_object_id = update.next_object_id,
                              .default_zone_id = root.default_zone,
                              .objects = {},
                              .buffers = {}},
                    .hash = root.update.hash};
  CatalogImage& image = snapshot.image;
  size_t count = 0;
  for (const SnapshotChunk& chunk : chunks) count += chunk.objects.size();
  ANNALS_RETURN_IF_ERROR(CheckObjectCount(root, count));
  image.objects.reserve(count);
  for (SnapshotChunk& chunk : chunks) {
    image.objects.insert(image.objects.end(), chunk.objects.begin(), chunk.objects.end());
    std::ranges::move(chunk.buffers, std::back_inserter(image.buffers));
    chunk = SnapshotChunk();  // Memory for twice as many descriptors is not needed.
  }
  return snapshot;
}

}  // namespace annals
