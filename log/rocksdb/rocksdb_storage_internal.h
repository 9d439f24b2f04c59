#pragma once

// A RocksDB as the storage of a log.

#include <memory>
#include <string>

#include "annals/log/rocksdb/head_mark_internal.h"
#include "annals/log/storage_internal.h"
#include "rocksdb/db.h"

namespace annals {

class RocksDbStorage final : public LogStorage {
 public:
  // Takes the database, which was opened at `path`, and what it reads through, if that is not
  // `env` itself.
  RocksDbStorage(std::unique_ptr<rocksdb::DB> db, std::string path, rocksdb::Env* env,
                 std::unique_ptr<rocksdb::Env> readers_env)
      : readers_env_(std::move(readers_env)),
        db_(std::move(db)),
        path_(std::move(path)),
        env_(env) {}

  // From here on NoteHead writes `mark`, in the name of `store`.
  // REQUIRES: nobody appends yet.
  void KeepMark(std::unique_ptr<MarkFile> mark, const StoreUuid& store) {
    mark_ = std::move(mark);
    store_ = store;
  }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  absl::StatusOr<std::optional<std::string>> FirstKey(const KeyRange& range) const override;
  absl::Status Scan(const KeyRange& range, Visitor visit) const override;
  absl::Status Write(std::span<const Change> changes) override;
  std::unique_ptr<BulkWriter> NewBulkWriter() override;
  void NoteHead(const LogPosition& head) override;
  absl::Status CopyTo(std::string_view directory, const LogPosition& head) override;

 private:
  absl::Status Reading(const rocksdb::Status& status) const;
  void DropFiles(const Change& change);
  absl::Status CopyInto(const std::string& directory, const LogPosition& head);

  const std::unique_ptr<rocksdb::Env> readers_env_;  // Outlives the database.
  const std::unique_ptr<rocksdb::DB> db_;
  const std::string path_;
  rocksdb::Env* const env_;
  std::unique_ptr<MarkFile> mark_;  // Null in a reader.
  StoreUuid store_;
};

}  // namespace annals
