#pragma once

#include "rocksdb/options.h"

namespace annals {

// How a store is kept in RocksDB.
rocksdb::Options StoreOptions(rocksdb::Env* env);

}  // namespace annals
