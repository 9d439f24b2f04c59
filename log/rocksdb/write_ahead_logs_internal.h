#pragma once

// What a reader sees of a database beside a writer that goes on writing. RocksDB learns from
// its manifest which tables there are, and reads the write-ahead logs after that. What is
// written to them in between may rest on tables that this manifest did not have yet: the root
// of a snapshot on the chunks that were taken in just before it.

#include <memory>

#include "annals/log/rocksdb/store_directory_internal.h"
#include "rocksdb/file_system.h"

namespace annals {

// `base` with every write-ahead log as long as it is in `files`, and those empty that are not
// there. REQUIRES: `files` were listed before the manifest is read.
std::shared_ptr<rocksdb::FileSystem> WithLogsOf(const DatabaseFiles& files,
                                                std::shared_ptr<rocksdb::FileSystem> base);

}  // namespace annals
