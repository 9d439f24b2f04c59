#include "annals/bench/rocksdb_reading.h"

#include <cstdlib>
#include <iostream>

namespace annals::bench {
namespace {

void Must(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::cerr << status.ToString() << "\n";
  std::exit(1);
}

class NoInfoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace

std::unique_ptr<rocksdb::DB> OpenForReading(const std::string& path) {
  rocksdb::Options options;
  options.info_log = std::make_shared<NoInfoLog>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::DB* db = nullptr;
  Must(rocksdb::DB::OpenForReadOnly(options, path, &db));
  return std::unique_ptr<rocksdb::DB>(db);
}

uint64_t ReadAll(const std::string& path) {
  const auto db = OpenForReading(path);
  rocksdb::ReadOptions options;
  options.readahead_size = 2 << 20;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(options));
  uint64_t bytes = 0;
  for (at->SeekToFirst(); at->Valid(); at->Next()) bytes += at->value().size();
  Must(at->status());
  return bytes;
}

}  // namespace annals::bench
