#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/log/mutant_internal.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/log/rocksdb/rocksdb_storage_internal.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "rocksdb/convenience.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_batch.h"

namespace annals {
namespace {

constexpr size_t kReadAhead = 2 << 20;
// Files that vanish send those away who open the store to read it just then, so a few small
// ones wait for a compaction.
constexpr uint64_t kWorthDropping = 8 << 20;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// RocksDB's values lie where they lie; FlatBuffers must be aligned.
class AlignedCopy {
 public:
  std::string_view Of(const rocksdb::Slice& bytes) {
    words_.resize((bytes.size() + 7) / 8);
    std::memcpy(words_.data(), bytes.data(), bytes.size());
    return {reinterpret_cast<const char*>(words_.data()), bytes.size()};
  }

 private:
  std::vector<uint64_t> words_;
};

rocksdb::WriteBatch ToBatch(std::span<const Change> changes) {
  constexpr size_t kOverhead = 32;
  size_t size = kOverhead;
  for (const Change& change : changes) {
    size += change.begin.size() + change.value.size() + change.end.size() + kOverhead;
  }
  rocksdb::WriteBatch batch(size);
  // A batch that takes these refuses nothing: they fail on column families and
  // limits that it does not have.
  for (const Change& change : changes) {
    if (change.end.empty()) {
      batch.Put(change.begin, ToSlice(change.value)).PermitUncheckedError();
    } else {
      batch.DeleteRange(change.begin, change.end).PermitUncheckedError();
    }
  }
  return batch;
}

// Writes a table beside the database, which RocksDB then takes in as it is. By way of the
// write-ahead log and memory all would be written three times, and other writers would wait
// for room in both.
class TableWriter final : public BulkWriter {
 public:
  TableWriter(rocksdb::DB& db, const std::string& path)
      : db_(db),
        path_(path),
        file_(BulkFile(path)),
        // A table that names no column family is one that RocksDB's repair throws away.
        writer_(SteadyWriting(), db.GetOptions(), db.DefaultColumnFamily(),
                /*invalidate_page_cache=*/false),
        status_(writer_.Open(file_)) {}

  ~TableWriter() override { db_.GetEnv()->DeleteFile(file_).PermitUncheckedError(); }

  absl::Status Put(const std::string& key, std::string_view value) override {
    if (status_.ok()) status_ = writer_.Put(key, ToSlice(value));
    return Result();
  }

  absl::Status Finish() override {
    if (status_.ok()) status_ = writer_.Finish();
    if (status_.ok()) status_ = Ingest();
    return Result();
  }

 private:
  // The disk gets it bit by bit. All at once, with the sync at the end, would keep it from
  // syncing commits for long.
  static rocksdb::EnvOptions SteadyWriting() {
    rocksdb::EnvOptions options;
    options.bytes_per_sync = 1 << 20;
    options.strict_bytes_per_sync = true;
    return options;
  }

  rocksdb::Status Ingest() {
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;
    return db_.IngestExternalFile({file_}, options);
  }

  absl::Status Result() const {
    return status_.ok() ? absl::OkStatus() : FromRocksDb(status_, "cannot write to " + path_);
  }

  rocksdb::DB& db_;
  const std::string path_;
  const std::string file_;
  rocksdb::SstFileWriter writer_;
  rocksdb::Status status_;
};

}  // namespace

absl::Status RocksDbStorage::Reading(const rocksdb::Status& status) const {
  return status.ok() ? absl::OkStatus() : FromRocksDb(status, "cannot read " + path_);
}

absl::StatusOr<std::optional<std::string>> RocksDbStorage::Get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  ANNALS_RETURN_IF_ERROR(Reading(status));
  return value;
}

absl::StatusOr<std::optional<std::string>> RocksDbStorage::FirstKey(const KeyRange& range) const {
  const rocksdb::Slice end(range.end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
  at->Seek(range.begin);
  ANNALS_RETURN_IF_ERROR(Reading(at->status()));
  if (!at->Valid()) return std::nullopt;
  return at->key().ToString();
}

absl::Status RocksDbStorage::Scan(const KeyRange& range, Visitor visit) const {
  const rocksdb::Slice end(range.end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  options.readahead_size = kReadAhead;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
  AlignedCopy aligned;
  for (at->Seek(range.begin); at->Valid(); at->Next()) {
    ANNALS_RETURN_IF_ERROR(visit(ToView(at->key()), aligned.Of(at->value())));
  }
  return Reading(at->status());
}

absl::Status RocksDbStorage::Write(std::span<const Change> changes) {
  rocksdb::WriteBatch batch = ToBatch(changes);
  rocksdb::WriteOptions options;
  options.sync = !IsMutant("no-sync");
  const rocksdb::Status status = db_->Write(options, &batch);
  if (!status.ok()) return FromRocksDb(status, "cannot write to " + path_);
  for (const Change& change : changes) DropFiles(change);
  return absl::OkStatus();
}

// Much that was deleted need not wait for a compaction to give its room back. Files with
// other keys in them stay.
void RocksDbStorage::DropFiles(const Change& change) {
  if (change.end.empty()) return;
  const rocksdb::Range range(change.begin, change.end);
  uint64_t bytes = 0;
  const rocksdb::SizeApproximationOptions options;
  db_->GetApproximateSizes(options, db_->DefaultColumnFamily(), &range, 1, &bytes)
      .PermitUncheckedError();
  if (bytes < kWorthDropping) return;
  rocksdb::DeleteFilesInRange(db_.get(), db_->DefaultColumnFamily(), &range.start, &range.limit,
                              /*include_end=*/false)
      .PermitUncheckedError();
}

std::unique_ptr<BulkWriter> RocksDbStorage::NewBulkWriter() {
  return std::make_unique<TableWriter>(*db_, path_);
}

void RocksDbStorage::NoteHead(const LogPosition& head) { mark_->Note({store_, head}); }

// The copy is made beside its place and renamed: it is there as a whole or not. RocksDB
// makes the directory of a copy with the rights of any other, so that lies in one of
// ours, which nobody else may enter.
absl::Status RocksDbStorage::CopyTo(std::string_view directory, const LogPosition& head) {
  const std::string target = AbsolutePath(directory);
  if (IsTaken(env_, target)) {
    return MakeError(Reason::BACKUP_EXISTS, absl::StrCat(target, " exists already"));
  }
  const std::string room = absl::StrCat(target, ".partial-", CommitId::Random().ToString());
  const std::string copy = room + "/copy";
  absl::Status status = MakeDirectory(env_, room);
  if (status.ok()) status = CopyInto(copy, head);
  if (status.ok()) status = MoveDirectory(env_, copy, target);
  RemoveDirectory(env_, copy);
  RemoveDirectory(env_, copy + ".tmp");  // Of a copy that RocksDB did not finish.
  RemoveDirectory(env_, room);
  return status;
}

absl::Status RocksDbStorage::CopyInto(const std::string& directory, const LogPosition& head) {
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
  ANNALS_RETURN_IF_ERROR(FromRocksDb(status, "cannot copy " + path_));
  MakePrivate(env_, directory);
  return WriteNewMark(env_, directory, {store_, head});
}

}  // namespace annals
