#pragma once

// What RocksDB takes on trust when it opens a table. The properties of a table are parsed
// before their checksum is looked at, and where they say of themselves that they have a hash
// index, which they never have, a RocksDB with assertions, such as Debian's, ends the process.

#include <string>

#include "absl/status/status.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "rocksdb/env.h"

namespace annals {

// Whether RocksDB may open the table `file`. What it will find out by itself is OK here.
//   STORE_UNREADABLE  names the file, what was found in it and what was expected
absl::Status CheckTable(rocksdb::Env* env, const std::string& file);

// The same of all tables among `files` in the directory `path`.
absl::Status CheckTables(rocksdb::Env* env, const std::string& path, const DatabaseFiles& files);

}  // namespace annals
