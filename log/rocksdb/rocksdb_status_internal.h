#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace annals {

// What RocksDB says, in our terms: DAMAGED for corruption, DISK_FULL, STORE_LOCKED,
// else IO_ERROR. `doing` begins the message: "cannot open /data/shop".
absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view doing);

}  // namespace annals
