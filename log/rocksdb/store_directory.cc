#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status NotAStore(const std::string& path, std::string_view why) {
  return MakeError(Reason::NOT_A_STORE, absl::StrCat(path, " is not a store: ", ToAbsl(why)));
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What RocksDB writes before CURRENT makes a database of it.
bool IsLeftOfCreation(const std::string& name) {
  return name == "LOCK" || name == "LOG" || name == "IDENTITY" ||
         absl::StartsWith(name, "LOG.old.") || name.starts_with("MANIFEST-") ||
         absl::EndsWith(name, ".dbtmp");
}

std::string ParentOf(const std::string& path) {
  return std::filesystem::path(AbsolutePath(path)).parent_path();
}

// Private from the first moment on, on a real disk.
rocksdb::Status CreatePrivate(rocksdb::Env* env, const std::string& path) {
  if (env != rocksdb::Env::Default()) return env->CreateDir(path);
  if (::mkdir(path.c_str(), 0700) == 0) return rocksdb::Status::OK();
  return rocksdb::Status::IOError(std::generic_category().message(errno));
}

absl::Status SyncDirectory(rocksdb::Env* env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> handle;
  rocksdb::Status status = env->NewDirectory(path, &handle);
  if (status.ok()) status = handle->Fsync();
  return FromRocksDb(status, "cannot sync " + path);
}

}  // namespace

std::string AbsolutePath(std::string_view path) {
  std::error_code error;  // A process without a working directory; the path is good as it is.
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (error) absolute = path;
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

absl::StatusOr<DirectoryContent> LookInto(rocksdb::Env* env, const std::string& path) {
  if (env->FileExists(path).IsNotFound()) return DirectoryContent::kNothing;
  bool is_directory = false;
  if (env->IsDirectory(path, &is_directory).ok() && !is_directory) {
    return NotAStore(path, "it is a file");
  }
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(path, &names);
  ANNALS_RETURN_IF_ERROR(FromRocksDb(listed, "cannot list " + path));
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });

  if (Contains(names, "CURRENT")) return DirectoryContent::kDatabase;
  if (std::all_of(names.begin(), names.end(), IsLeftOfCreation)) return DirectoryContent::kNothing;
  if (Contains(names, "CATALOG-HEAD")) {
    return MakeError(Reason::STORE_UNREADABLE, absl::StrCat(path,
                                                            " has a mark, CATALOG-HEAD, but no "
                                                            "database: expected the file CURRENT"));
  }
  return NotAStore(path, "it holds other files, and no CURRENT");
}

bool IsTaken(rocksdb::Env* env, const std::string& path) {
  struct stat about {};
  // Other environments have no links.
  if (env == rocksdb::Env::Default() && ::lstat(path.c_str(), &about) == 0) return true;
  return env->FileExists(path).ok();
}

absl::Status MakeDirectory(rocksdb::Env* env, const std::string& path) {
  if (env->FileExists(path).ok()) {
    MakePrivate(env, path);
    return absl::OkStatus();
  }
  ANNALS_RETURN_IF_ERROR(FromRocksDb(CreatePrivate(env, path), "cannot create " + path));
  return SyncDirectory(env, ParentOf(path));
}

void MakePrivate(rocksdb::Env* env, const std::string& path) {
  // Other environments may keep their directories elsewhere.
  if (env == rocksdb::Env::Default()) static_cast<void>(::chmod(path.c_str(), 0700));
}

absl::Status MoveDirectory(rocksdb::Env* env, const std::string& from, const std::string& to) {
  const rocksdb::Status renamed = env->RenameFile(from, to);
  ANNALS_RETURN_IF_ERROR(FromRocksDb(renamed, "cannot rename " + from));
  return SyncDirectory(env, ParentOf(to));
}

void RemoveDirectory(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  env->GetChildren(path, &names).PermitUncheckedError();
  for (const std::string& name : names) {
    env->DeleteFile(absl::StrCat(path, "/", name)).PermitUncheckedError();
  }
  env->DeleteDir(path).PermitUncheckedError();
}

absl::Status CheckUnlocked(rocksdb::Env* env, const std::string& path) {
  const std::string lock = path + "/LOCK";
  if (!env->FileExists(lock).ok()) return absl::OkStatus();
  rocksdb::FileLock* held = nullptr;
  const rocksdb::Status locked = env->LockFile(lock, &held);
  if (locked.ok()) return FromRocksDb(env->UnlockFile(held), "cannot unlock " + lock);
  const absl::Status failed = FromRocksDb(locked, "cannot lock " + path);
  if (ReasonOf(failed) != Reason::STORE_LOCKED) return failed;
  return FromRocksDb(locked, "another writer has " + path);
}

std::string BulkFile(const std::string& path) { return path + "/CATALOG-CHUNKS.tmp"; }

bool IsTable(std::string_view name) { return name.ends_with(".sst"); }
bool IsWriteAheadLog(std::string_view name) { return name.ends_with(".log"); }

absl::StatusOr<DatabaseFiles> ListDatabase(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  ANNALS_RETURN_IF_ERROR(FromRocksDb(env->GetChildren(path, &names), "cannot look into " + path));
  DatabaseFiles files;
  for (const std::string& name : names) {
    if (!IsWriteAheadLog(name) && !IsTable(name) && !name.starts_with("MANIFEST-")) continue;
    uint64_t size = 0;
    const bool is_known = env->GetFileSize(absl::StrCat(path, "/", name), &size).ok();
    files.emplace(name, is_known ? size : kUnknownSize);
  }
  return files;
}

}  // namespace annals
