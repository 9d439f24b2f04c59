#pragma once

// The directory of a store, seen from outside: what is in it before RocksDB may
// touch it, and how directories come, move and go.

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"

namespace annals {

enum class DirectoryContent {
  kNothing,   // It is absent or empty, or the making of a database was cut off in it.
  kDatabase,  // A RocksDB, of whomever.
};

//   NOT_A_STORE       it is a file, or it holds something else
//   STORE_UNREADABLE  it was a store once: there is a mark, and no database
absl::StatusOr<DirectoryContent> LookInto(rocksdb::Env* env, const std::string& path);

// `path` from the root on, without a slash at its end.
std::string AbsolutePath(std::string_view path);

// Whether anything is at `path`: a link, too, that leads nowhere, which nothing can be
// renamed over.
bool IsTaken(rocksdb::Env* env, const std::string& path);
// Makes `path`, unless it is there, and takes it for its owner only, since a store will
// be made in it. Its parent must exist.
absl::Status MakeDirectory(rocksdb::Env* env, const std::string& path);
// Takes the rights of others to the directory away, on a real disk.
void MakePrivate(rocksdb::Env* env, const std::string& path);
// Renames, durably.
absl::Status MoveDirectory(rocksdb::Env* env, const std::string& from, const std::string& to);
// Removes a directory without subdirectories, as far as possible.
void RemoveDirectory(rocksdb::Env* env, const std::string& path);

// STORE_LOCKED if a writer has the store. The lock is taken and given back at once,
// and no file changes, as RocksDB's own attempt would change its LOG.
absl::Status CheckUnlocked(rocksdb::Env* env, const std::string& path);

// Where tables are written before they become a part of the database. One that a crash
// left says nothing.
std::string BulkFile(const std::string& path);

// The files that make up a database at a moment, by name, with their sizes in bytes. They
// only grow, and those vanish that the writer needs no more.
using DatabaseFiles = std::map<std::string, uint64_t>;
// Of a file that vanished just now, or that cannot be asked.
inline constexpr uint64_t kUnknownSize = std::numeric_limits<uint64_t>::max();
absl::StatusOr<DatabaseFiles> ListDatabase(rocksdb::Env* env, const std::string& path);
bool IsTable(std::string_view name);
bool IsWriteAheadLog(std::string_view name);

}  // namespace annals
