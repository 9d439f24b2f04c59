#include "annals/log/rocksdb/store_repair.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/log/keys.h"
#include "annals/log/rocksdb/rocksdb_options_internal.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "annals/log/rocksdb/table_check_internal.h"
#include "annals/schemas/status.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

// What belongs to one opening, and not to the store.
bool IsLeftBehind(const std::string& name) {
  return name == "LOCK" || name == "LOG" || absl::StartsWith(name, "LOG.old.");
}

// "20261121T180600.123Z": no character that a path could not have.
std::string NowText() {
  return absl::FormatTime("%Y%m%dT%H%M%E3SZ", absl::Now(), absl::UTCTimeZone());
}

// Keys that look like those of records, and are none.
bool IsMalformed(std::string_view key) {
  if (key.starts_with("catalog.update.")) return !VersionOfUpdateKey(key).has_value();
  if (!key.starts_with("catalog.snapshot.") || key == kSnapshotKey) return false;
  return !ParseChunkKey(key).has_value();
}

absl::Status SyncFile(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (synced) return absl::OkStatus();
  return MakeError(Reason::IO_ERROR, absl::StrCat("cannot sync ", path.string(), ": ",
                                                  std::generic_category().message(error)));
}

absl::Status RenameError(const std::string& from, const std::string& to, int error) {
  return MakeError(Reason::IO_ERROR, absl::StrCat("cannot rename ", from, " to ", to, ": ",
                                                  std::generic_category().message(error)));
}

absl::Status GiveTo(const struct stat& owner, const fs::path& path) {
  if (::chown(path.c_str(), owner.st_uid, owner.st_gid) == 0) return absl::OkStatus();
  return MakeError(Reason::IO_ERROR, absl::StrCat("cannot give ", path.string(), " to its owner: ",
                                                  std::generic_category().message(errno)));
}

// Who repairs a store as root leaves it to whose it was.
absl::Status GiveToOwner(const std::string& store, const std::string& copy) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(store.c_str(), &owner) != 0) return absl::OkStatus();
  std::error_code error;
  for (fs::directory_iterator at(copy, error), end; !error && at != end; at.increment(error)) {
    ANNALS_RETURN_IF_ERROR(GiveTo(owner, at->path()));
  }
  return GiveTo(owner, copy);
}

// A copy that a crash takes away again is none.
absl::Status SyncFiles(const std::string& directory) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error)) ANNALS_RETURN_IF_ERROR(SyncFile(at->path()));
  }
  return SyncFile(directory);
}

void Delete(const KeyRange& range, rocksdb::WriteBatch& batch) {
  batch.DeleteRange(range.begin, range.end).PermitUncheckedError();
}

void AddMalformed(rocksdb::DB& database, rocksdb::WriteBatch& batch) {
  const std::unique_ptr<rocksdb::Iterator> at(database.NewIterator(rocksdb::ReadOptions()));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    if (IsMalformed(at->key().ToStringView())) batch.Delete(at->key()).PermitUncheckedError();
  }
  at->status().PermitUncheckedError();  // What cannot be read cannot be deleted either.
}

void AddKeys(const UpdateLog::HeadInfo& head, rocksdb::WriteBatch& batch) {
  batch.Put(std::string(kProductKey), ProductValue(head.store)).PermitUncheckedError();
  batch.Put(std::string(kHeadKey), VersionValue(head.version)).PermitUncheckedError();
  const std::string snapshot(kSnapshotKey);
  if (head.snapshot.value > 0) {
    batch.Put(snapshot, VersionValue(head.snapshot)).PermitUncheckedError();
  } else {
    batch.Delete(snapshot).PermitUncheckedError();
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreRepair>> StoreRepair::Begin(const std::string& path) {
  // Not a link to the store, but the store itself is exchanged.
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  const std::string store = AbsolutePath(error ? path : real.string());
  const std::string copy = absl::StrCat(store, ".repair-", CommitId::Random().ToString());
  rocksdb::Env* const env = rocksdb::Env::Default();
  std::unique_ptr<StoreRepair> repair(new StoreRepair(store, copy, env));
  ANNALS_RETURN_IF_ERROR(repair->Lock());
  ANNALS_RETURN_IF_ERROR(MakeDirectory(env, copy));
  ANNALS_RETURN_IF_ERROR(repair->CopyFiles());
  return repair;
}

StoreRepair::~StoreRepair() {
  std::error_code ignored;
  if (!exchanged_) fs::remove_all(copy_, ignored);
  if (lock_ != nullptr) env_->UnlockFile(lock_).PermitUncheckedError();
}

absl::Status StoreRepair::Lock() {
  ANNALS_RETURN_IF_ERROR(CheckUnlocked(env_, path_));
  return FromRocksDb(env_->LockFile(path_ + "/LOCK", &lock_), "cannot lock " + path_);
}

absl::Status StoreRepair::CopyFiles() const {
  std::error_code error;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    if (IsLeftBehind(name) || !at->is_regular_file(error)) continue;
    fs::copy_file(at->path(), fs::path(copy_) / name, error);
    if (error) break;
  }
  if (!error) return absl::OkStatus();
  return MakeError(Reason::IO_ERROR,
                   absl::StrCat("cannot copy ", path_, " to ", copy_, ": ", error.message()));
}

absl::Status StoreRepair::RebuildDatabase() {
  // RocksDB leaves out what it cannot read, but for what it does not survive.
  ANNALS_ASSIGN_OR_RETURN(const DatabaseFiles files, ListDatabase(env_, copy_));
  for (const auto& [name, size] : files) {
    const std::string file = absl::StrCat(copy_, "/", name);
    if (!IsTable(name) || CheckTable(env_, file).ok()) continue;
    ANNALS_RETURN_IF_ERROR(FromRocksDb(env_->DeleteFile(file), "cannot leave out " + file));
  }
  const rocksdb::Status rebuilt = rocksdb::RepairDB(copy_, StoreOptions(env_));
  return FromRocksDb(rebuilt, "cannot make the database of " + path_ + " anew");
}

absl::Status StoreRepair::CutTo(const UpdateLog::HeadInfo& head) {
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(StoreOptions(env_), copy_, &raw);
  ANNALS_RETURN_IF_ERROR(FromRocksDb(opened, "cannot open " + copy_));
  const std::unique_ptr<rocksdb::DB> database(raw);

  rocksdb::WriteBatch batch;
  AddMalformed(*database, batch);
  Delete(UpdateKeysBelow(std::max(head.snapshot, CatalogVersion{1})), batch);
  Delete(UpdateKeysAbove(head.version), batch);
  AddKeys(head, batch);
  rocksdb::WriteOptions options;
  options.sync = true;
  return FromRocksDb(database->Write(options, &batch), "cannot write to " + copy_);
}

absl::StatusOr<std::string> StoreRepair::Finish() {
  ANNALS_RETURN_IF_ERROR(GiveToOwner(path_, copy_));
  ANNALS_RETURN_IF_ERROR(SyncFiles(copy_));
  const std::string backup = absl::StrCat(path_, ".before-repair-", NowText());
  if (env_->FileExists(backup).ok()) {
    return MakeError(Reason::BACKUP_EXISTS, backup + " exists already");
  }
  ANNALS_RETURN_IF_ERROR(Swap(backup));
  ANNALS_RETURN_IF_ERROR(WithContext(SyncFile(fs::path(path_).parent_path()), [&] {
    return absl::StrCat(path_, " is repaired, and the store as it was is ", backup);
  }));
  return backup;
}

// At every moment there is a store at `path_`, where the file system can exchange two
// directories.
absl::Status StoreRepair::Swap(const std::string& backup) {
  if (::renameat2(AT_FDCWD, copy_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno == EINVAL || errno == ENOSYS) return SwapInTwoSteps(backup);
    return RenameError(copy_, path_, errno);
  }
  exchanged_ = true;
  if (::rename(copy_.c_str(), backup.c_str()) == 0) return absl::OkStatus();
  return WithContext(RenameError(copy_, backup, errno),
                     absl::StrCat(path_, " is repaired, and the store as it was is ", copy_));
}

absl::Status StoreRepair::SwapInTwoSteps(const std::string& backup) {
  if (::rename(path_.c_str(), backup.c_str()) != 0) return RenameError(path_, backup, errno);
  if (::rename(copy_.c_str(), path_.c_str()) == 0) return absl::OkStatus();
  const absl::Status failed = RenameError(copy_, path_, errno);
  if (::rename(backup.c_str(), path_.c_str()) == 0) return failed;
  return WithContext(failed, absl::StrCat("there is no store at ", path_, " now; it is ", backup));
}

}  // namespace annals
