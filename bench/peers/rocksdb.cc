#include <atomic>
#include <cstdlib>
#include <iostream>

#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"
#include "annals/log/keys.h"
#include "rocksdb/db.h"

namespace annals::bench {
namespace {

void MustDo(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::cerr << status.ToString() << "\n";
  std::exit(1);
}

class RocksDb final : public TableKeeper {
 public:
  explicit RocksDb(const std::string& directory) : record_(RecordOfTable()) {
    rocksdb::Options options;  // What the log sets, too (log/rocksdb), as far as writing goes.
    options.create_if_missing = true;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 8 << 20;
    options.max_background_jobs = 1;
    options.track_and_verify_wals_in_manifest = true;
    rocksdb::DB* db = nullptr;
    MustDo(rocksdb::DB::Open(options, directory + "/rocksdb", &db));
    db_.reset(db);
  }

  void CreateTable(uint64_t /*number*/) override {
    rocksdb::WriteOptions options;
    options.sync = true;
    MustDo(db_->Put(options, UpdateKey({++version_}), record_));
  }

 private:
  const std::string record_;
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<uint64_t> version_{0};
};

}  // namespace

std::unique_ptr<TableKeeper> NewRocksDb(const std::string& directory) {
  return std::make_unique<RocksDb>(directory);
}

}  // namespace annals::bench
