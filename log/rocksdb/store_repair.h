#pragma once

// Work on a store that cannot be gone on with as it is. All of it is done on a copy of the
// directory, which takes the store's place when it is good; the store as it was lies beside
// it from then on. Until then nothing of the store is changed, and a repair that is given
// up leaves nothing behind.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/update_log.h"

namespace rocksdb {
class Env;
class FileLock;
}  // namespace rocksdb

namespace annals {

// One thread.
class StoreRepair {
 public:
  // Copies the store at `path` to a new directory beside it. Nobody can write to the store
  // while this lives.
  //   STORE_LOCKED  a writer has it
  //   IO_ERROR, DISK_FULL
  static absl::StatusOr<std::unique_ptr<StoreRepair>> Begin(const std::string& path);

  StoreRepair(const StoreRepair&) = delete;
  StoreRepair& operator=(const StoreRepair&) = delete;
  // Removes the copy, unless it has taken the store's place.
  ~StoreRepair();

  // The directory to work on.
  const std::string& copy() const { return copy_; }

  // For a copy that RocksDB cannot open: makes its lists of files anew from the tables and
  // write-ahead logs that are there. What was deleted may come back by that, and what
  // cannot be read is left out.
  absl::Status RebuildDatabase();

  // Takes the records of `head.snapshot` (or 1) to `head.version` for all that there is:
  // makes the keys that say so, and drops what lies outside. The mark stays as it is.
  // REQUIRES: nobody has the copy open.
  absl::Status CutTo(const UpdateLog::HeadInfo& head);

  // Puts the copy in the store's place, at once where the file system can do that. Where
  // the store as it was lies now.
  //   BACKUP_EXISTS
  //   IO_ERROR       says where the two lie if anything was moved
  // REQUIRES: nobody has the copy open.
  absl::StatusOr<std::string> Finish();

 private:
  StoreRepair(std::string path, std::string copy, rocksdb::Env* env)
      : path_(std::move(path)), copy_(std::move(copy)), env_(env) {}

  absl::Status Lock();
  absl::Status CopyFiles() const;
  absl::Status Swap(const std::string& backup);
  absl::Status SwapInTwoSteps(const std::string& backup);

  const std::string path_;
  const std::string copy_;
  rocksdb::Env* const env_;
  rocksdb::FileLock* lock_ = nullptr;  // Of the store.
  bool exchanged_ = false;             // What lies at `copy_` is the store as it was.
};

}  // namespace annals
