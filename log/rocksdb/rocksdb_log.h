#pragma once

// The log in a RocksDB of its own, which is a directory on one disk. It belongs
// to one writer at a time; any number of processes may read beside it.
//
// Next to RocksDB's files lies the mark, CATALOG-HEAD: the newest version that
// was acknowledged. RocksDB drops a damaged end of its write-ahead log without a
// word, and the mark is how that is noticed.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "annals/log/update_log.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace annals {

struct RocksDbLogOptions {
  std::string path;
  // Takes no lock, writes nothing at all to the directory, and shows the log as
  // it was at one moment of the opening.
  bool read_only = false;
  // If there is no store at `path`, makes one; its parent must exist.
  bool create_if_missing = true;
  // Accepts that acknowledged versions are lost: the log goes on from what is
  // left, be it nothing, and accepted_loss() says what is missing. The mark goes on
  // raising its alarm until the next append is durable, which should record the
  // loss; the old mark is kept as CATALOG-HEAD.bak then.
  bool accept_loss = false;
  // For an inspector, with read_only: damage of what is checked at open is a
  // warning, and whatever can be read can be read.
  bool salvage = false;
  // Not owned; must outlive the log. Null is the machine's.
  rocksdb::Env* env = nullptr;
};

// A refused open changes nothing in the directory.
//   STORE_NOT_FOUND   there is no store, and none is to be made
//   NOT_A_STORE       `path` is a file, or a directory of something else
//   STORE_LOCKED      another writer has it
//   STORE_UNREADABLE  files of RocksDB's own are damaged or missing, so that it cannot
//                     open them, not even in order to salvage
//   LOST_VERSIONS     versions that were acknowledged are gone; names them
//   DAMAGED           as UpdateLog::Subscribe, for what is checked at open: the
//                     store's keys and the records at both ends
//   NEWER_FORMAT      a newer release wrote the store
//   IO_ERROR, DISK_FULL
absl::StatusOr<std::unique_ptr<UpdateLog>> OpenRocksDbLog(const RocksDbLogOptions& options);

// What the store at `path` looks like from outside: another text once something was
// appended or truncated. Costs a look into the directory, so a reader that follows a
// writer need not open the store to learn that there is nothing new. Empty: no store.
std::string StoreStamp(const std::string& path, rocksdb::Env* env = nullptr);

}  // namespace annals
