#pragma once

// A store's RocksDB, read by nothing but RocksDB, with the options that the log reads
// it with (log/rocksdb).

#include <cstdint>
#include <memory>
#include <string>

#include "rocksdb/db.h"

namespace annals::bench {

// Opens the database of the store at `path` for reading. Ends the program if it cannot.
std::unique_ptr<rocksdb::DB> OpenForReading(const std::string& path);

// Opens it and reads every key and value, in order; returns the bytes of the values.
uint64_t ReadAll(const std::string& path);

}  // namespace annals::bench
