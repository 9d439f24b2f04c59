#pragma once

// What RocksDB tells of its doings: the file LOG in the store, for who looks into a problem.

#include <memory>
#include <string>

#include "rocksdb/env.h"

namespace annals {

// Keeps nothing.
std::shared_ptr<rocksdb::Logger> NoInfoLog();

// The LOG of the database at `path`, on a real disk; the one before it is LOG.old.1. Where it
// cannot be written, as on a full disk, lines are missing. RocksDB's own would end the process
// then, if it is built with assertions, as Debian's is.
std::shared_ptr<rocksdb::Logger> NewInfoLog(rocksdb::Env* env, const std::string& path);

}  // namespace annals
