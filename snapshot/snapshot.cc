#include "annals/snapshot/snapshot.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals_fbs/snapshot_generated.h"

namespace annals {
namespace {

std::string_view Finish(flatbuffers::FlatBufferBuilder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

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

template <typename Table>
absl::StatusOr<const Table*> VerifiedRoot(std::string_view key, std::string_view payload) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
                                 /*max_depth=*/64, /*max_tables=*/10'000'000);
  if (!verifier.VerifyBuffer<Table>()) return Damaged(key, "the payload is no whole FlatBuffer");
  return flatbuffers::GetRoot<Table>(payload.data());
}

// --- Writing.

class ChunkWriter {
 public:
  ChunkWriter(const Envelope& envelope, UpdateLog& log, std::string attempt, size_t chunk_bytes)
      : envelope_(envelope), log_(log), attempt_(std::move(attempt)), chunk_bytes_(chunk_bytes) {}

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
    const std::string record = SealRecord(envelope_, Finish(builder_));
    ANNALS_RETURN_IF_ERROR(
        log_.PutChunk(envelope_.version, attempt_, static_cast<uint32_t>(chunks_.size()), record));
    const Sha256Hash hash = Sha256Hash::Of(record);
    auto& info = *chunks_.emplace_back(std::make_unique<fbs::ChunkInfoT>());
    info.size = record.size();
    info.sha256.assign(hash.bytes.begin(), hash.bytes.end());
    objects_.clear();
    builder_.Clear();
    return absl::OkStatus();
  }

  uint64_t object_count() const { return object_count_; }
  std::vector<std::unique_ptr<fbs::ChunkInfoT>> TakeChunks() { return std::move(chunks_); }

 private:
  const Envelope envelope_;
  UpdateLog& log_;
  const std::string attempt_;
  const size_t chunk_bytes_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<flatbuffers::Offset<fbs::SnapshotObject>> objects_;
  std::vector<std::unique_ptr<fbs::ChunkInfoT>> chunks_;
  uint64_t object_count_ = 0;
};

// --- Reading.

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

// The root's payload, and the table in it.
struct Root {
  Envelope envelope;
  std::string payload;
  const fbs::Root* table = nullptr;
};

absl::StatusOr<Root> OpenRoot(std::string_view key, const RecordView& record,
                              CatalogVersion version) {
  ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kRoot, version));
  Root root{record.envelope, Aligned(record.payload)};
  ANNALS_ASSIGN_OR_RETURN(root.table, VerifiedRoot<fbs::Root>(key, root.payload));
  if (!IsAttempt(root.table->attempt()->string_view()) ||
      root.table->chunks()->size() > kMaxChunks) {
    return Damaged(key, "it names chunks that cannot be");
  }
  for (const fbs::ChunkInfo* chunk : *root.table->chunks()) {
    if (chunk == nullptr || chunk->sha256()->size() != sizeof(Sha256Hash::bytes)) {
      return Damaged(key, "it lists a chunk without hash");
    }
  }
  return root;
}

absl::StatusOr<UpdateRecord> OpenUpdate(std::string_view key, std::string bytes,
                                        CatalogVersion version, bool is_root) {
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
  ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kUpdate, version));
  auto update = DecodeUpdate(Aligned(record.payload));
  if (!update.ok()) return WithContext(update.status(), key);
  const Envelope envelope = record.envelope;
  const Sha256Hash hash = HashOfVersion(bytes);
  return UpdateRecord{std::move(bytes), envelope, hash, *std::move(update), is_root};
}

// What chunks hold. The objects' bytes lie in `buffers`.
struct Content {
  std::vector<ObjectDescriptor> objects;
  std::vector<std::unique_ptr<const std::string>> buffers;

  std::string_view Keep(std::string bytes) {
    return *buffers.emplace_back(std::make_unique<const std::string>(std::move(bytes)));
  }
};

bool IsAligned(std::string_view bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data()) % 8 == 0;
}

// Adds what is in `chunk`, checked; its bytes must live as long as `content`.
absl::Status AddObjects(std::string_view key, const fbs::Chunk& chunk, Content& content) {
  content.objects.reserve(chunk.objects()->size());
  for (const fbs::SnapshotObject* object : *chunk.objects()) {
    if (object == nullptr) return Damaged(key, "it has an empty object");
    std::string_view object_bytes = View(*object->object());
    // Another program's builder may have put it anywhere.
    if (!IsAligned(object_bytes)) object_bytes = content.Keep(Aligned(object_bytes));
    if (const absl::Status status = CheckObject(object_bytes); !status.ok()) {
      return WithContext(status, key);
    }
    content.objects.emplace_back(object_bytes, CatalogVersion{object->from()},
                                 HybridTimestamp::FromRaw(object->timestamp()));
  }
  return absl::OkStatus();
}

absl::Status WrongObjectCount(std::string_view key, uint64_t found, const fbs::Root& root) {
  return Damaged(
      key, absl::StrCat("the chunks hold ", found, " objects, expected ", root.object_count()));
}

// The chunks of a snapshot, read and checked one by one. Any thread.
class ChunkReader {
 public:
  ChunkReader(const UpdateLog& log, const fbs::Root& root, CatalogVersion version)
      : log_(log), root_(root), version_(version), store_(log.Head().store) {}

  uint32_t count() const { return root_.chunks()->size(); }

  absl::StatusOr<Content> Read(uint32_t number) const {
    const std::string_view attempt = root_.attempt()->string_view();
    const std::string key = ChunkKey(version_, attempt, number);
    ANNALS_ASSIGN_OR_RETURN(std::string read, log_.ReadChunk(version_, attempt, number));
    Content content;
    const std::string_view bytes = content.Keep(std::move(read));
    ANNALS_RETURN_IF_ERROR(CheckListed(key, bytes, *root_.chunks()->Get(number)));
    ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
    ANNALS_RETURN_IF_ERROR(CheckKind(key, record.envelope, RecordKind::kChunk, version_));
    if (record.envelope.store != store_) return Damaged(key, "it is of another store");
    ANNALS_ASSIGN_OR_RETURN(const fbs::Chunk* chunk, VerifiedRoot<fbs::Chunk>(key, record.payload));
    ANNALS_RETURN_IF_ERROR(AddObjects(key, *chunk, content));
    return content;
  }

 private:
  static absl::Status CheckListed(std::string_view key, std::string_view bytes,
                                  const fbs::ChunkInfo& info) {
    const Sha256Hash hash = Sha256Hash::Of(bytes);
    if (bytes.size() == info.size() &&
        std::memcmp(hash.bytes.data(), info.sha256()->data(), hash.bytes.size()) == 0) {
      return absl::OkStatus();
    }
    return Damaged(key, "it is not the chunk that the snapshot's root lists");
  }

  const UpdateLog& log_;
  const fbs::Root& root_;
  const CatalogVersion version_;
  const StoreUuid store_;
};

// What the chunks hold, one after the other; read on `threads` threads.
std::vector<absl::StatusOr<Content>> ReadChunks(const ChunkReader& reader, int threads) {
  std::vector<absl::StatusOr<Content>> chunks(reader.count());
  std::atomic<uint32_t> next{0};
  std::atomic<bool> damaged{false};
  const auto work = [&] {
    // A chunk that was taken is read, so all before a damaged one are.
    while (!damaged) {
      const uint32_t number = next.fetch_add(1);
      if (number >= chunks.size()) return;
      chunks[number] = reader.Read(number);
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

absl::Status ReadObjects(const ChunkReader& reader, int threads, CatalogImage& image) {
  std::vector<absl::StatusOr<Content>> chunks = ReadChunks(reader, threads);
  size_t count = 0;
  for (const absl::StatusOr<Content>& chunk : chunks) {
    ANNALS_RETURN_IF_ERROR(chunk.status());
    count += chunk->objects.size();
  }
  image.objects.reserve(count);
  for (absl::StatusOr<Content>& chunk : chunks) {
    image.objects.insert(image.objects.end(), chunk->objects.begin(), chunk->objects.end());
    std::move(chunk->buffers.begin(), chunk->buffers.end(), std::back_inserter(image.buffers));
    chunk = Content();  // Memory for twice as many descriptors is not needed.
  }
  return absl::OkStatus();
}

std::string EmbeddedKey(std::string_view key) {
  return absl::StrCat(ToAbsl(key), " (the update in the snapshot's root)");
}

// Of the root itself, and of the update record in it.
absl::StatusOr<Root> VerifyRoot(const UpdateLog& log, CatalogVersion version) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, VerifyRecord(key, bytes));
  ANNALS_ASSIGN_OR_RETURN(Root root, OpenRoot(key, record, version));
  const StoreUuid store = log.Head().store;
  if (root.envelope.store != store) {
    return Damaged(key, absl::StrCat("the snapshot is of another store: expected ",
                                     store.ToString(), ", found ", root.envelope.store.ToString()));
  }
  const std::string update(View(*root.table->update()));
  ANNALS_RETURN_IF_ERROR(VerifyRecord(EmbeddedKey(key), update).status());
  ANNALS_ASSIGN_OR_RETURN(const UpdateRecord opened,
                          OpenUpdate(EmbeddedKey(key), update, version, true));
  if (root.envelope.previous != opened.hash) {
    return Damaged(key, "the root does not stand for the update that it holds");
  }
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
  const ChunkReader reader(log, *root->table, version);
  uint64_t objects = 0;
  for (uint32_t number = 0; number < reader.count(); ++number) {
    const auto content = reader.Read(number);
    if (!content.ok()) {
      check.damage.push_back(content.status());
      continue;
    }
    ++check.chunks;
    check.bytes += root->table->chunks()->Get(number)->size();
    objects += content->objects.size();
  }
  if (check.damage.empty() && objects != root->table->object_count()) {
    check.damage.push_back(WrongObjectCount(UpdateKey(version), objects, *root->table));
  }
  return check;
}

absl::StatusOr<FieldTree> FieldsOfPayload(std::string_view key, const RecordView& record) {
  const std::string payload = Aligned(record.payload);
  switch (record.envelope.kind) {
    case RecordKind::kUpdate: {
      auto fields = UpdateFields(payload);
      if (!fields.ok()) return WithContext(fields.status(), key);
      return fields;
    }
    case RecordKind::kRoot:
      ANNALS_RETURN_IF_ERROR(OpenRoot(key, record, record.envelope.version).status());
      return FieldsOf(payload, fbs::RootTypeTable());
    case RecordKind::kChunk: {
      ANNALS_ASSIGN_OR_RETURN(const fbs::Chunk* chunk, VerifiedRoot<fbs::Chunk>(key, payload));
      Content content;
      ANNALS_RETURN_IF_ERROR(AddObjects(key, *chunk, content));
      return FieldsOf(payload, fbs::ChunkTypeTable());
    }
  }
  return Damaged(key, "it is of no known kind");
}

absl::StatusOr<UpdateRecord> ReadUpdateRecord(const UpdateLog& log, CatalogVersion version) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(std::string bytes, log.ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(log.Head().store, version, bytes));
  if (record.envelope.kind != RecordKind::kRoot) {
    return OpenUpdate(key, std::move(bytes), version, false);
  }
  ANNALS_ASSIGN_OR_RETURN(const Root root, OpenRoot(key, record, version));
  return OpenUpdate(EmbeddedKey(key), std::string(View(*root.table->update())), version, true);
}

absl::Status WriteSnapshot(const Catalog& catalog, UpdateLog& log, CatalogVersion expected_snapshot,
                           size_t chunk_bytes) {
  const CatalogVersion version = catalog.version();
  ANNALS_ASSIGN_OR_RETURN(UpdateRecord record, ReadUpdateRecord(log, version));
  Envelope envelope{.kind = RecordKind::kChunk,
                    .store = log.Head().store,
                    .version = version,
                    .commit_id = CommitId::Random()};
  const std::string attempt = envelope.commit_id.ToString();

  ChunkWriter chunks(envelope, log, attempt, chunk_bytes);
  absl::Status status;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (status.ok()) status = chunks.Add(object);
  });
  if (status.ok()) status = chunks.Flush();
  ANNALS_RETURN_IF_ERROR(status);

  fbs::RootT root;
  root.attempt = attempt;
  root.update.assign(record.bytes.begin(), record.bytes.end());
  root.default_zone = catalog.default_zone_id().value;
  root.object_count = chunks.object_count();
  root.chunks = chunks.TakeChunks();
  flatbuffers::FlatBufferBuilder builder(record.bytes.size() + 1024);
  builder.Finish(fbs::Root::Pack(builder, &root));
  envelope.kind = RecordKind::kRoot;
  envelope.previous = record.hash;  // The hash of the version that the root stands for.
  return log.InstallRoot(version, expected_snapshot, attempt,
                         SealRecord(envelope, Finish(builder)));
}

absl::StatusOr<SnapshotInfo> ReadSnapshotInfo(const UpdateLog& log, CatalogVersion version) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
  ANNALS_ASSIGN_OR_RETURN(const Root root, OpenRoot(key, record, version));
  SnapshotInfo info{root.table->attempt()->str(), root.table->chunks()->size(), 0};
  for (const fbs::ChunkInfo* chunk : *root.table->chunks()) info.bytes += chunk->size();
  return info;
}

absl::StatusOr<Snapshot> ReadSnapshot(const UpdateLog& log, CatalogVersion version, int threads) {
  const std::string key = UpdateKey(version);
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, log.ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecord(key, bytes));
  ANNALS_ASSIGN_OR_RETURN(const Root root, OpenRoot(key, record, version));
  if (root.envelope.store != log.Head().store)
    return Damaged(key, "the snapshot is of another store");
  ANNALS_ASSIGN_OR_RETURN(UpdateRecord update, ReadUpdateRecord(log, version));
  if (root.envelope.previous != update.hash) {
    return Damaged(key, "the root does not stand for the update that it holds");
  }
  Snapshot snapshot{.image = {.version = version,
                              .timestamp = update.update.timestamp,
                              .activation = update.update.activation,
                              .next_object_id = update.update.next_object_id,
                              .default_zone_id = {root.table->default_zone()},
                              .objects = {},
                              .buffers = {}},
                    .hash = update.hash};
  const ChunkReader reader(log, *root.table, version);
  ANNALS_RETURN_IF_ERROR(ReadObjects(reader, threads, snapshot.image));
  if (snapshot.image.objects.size() != root.table->object_count()) {
    return WrongObjectCount(key, snapshot.image.objects.size(), *root.table);
  }
  return snapshot;
}

}  // namespace annals
