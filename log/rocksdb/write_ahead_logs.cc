#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "annals/log/rocksdb/write_ahead_logs_internal.h"

namespace annals {
namespace {

// The first bytes of a file.
class Beginning final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  Beginning(std::unique_ptr<rocksdb::FSSequentialFile> file, uint64_t size)
      : FSSequentialFileOwnerWrapper(std::move(file)), left_(size) {}

  rocksdb::IOStatus Read(size_t count, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus read = FSSequentialFileOwnerWrapper::Read(
        std::min<uint64_t>(count, left_), options, result, scratch, debug);
    left_ -= result->size();
    return read;
  }

  rocksdb::IOStatus Skip(uint64_t count) override {
    const uint64_t skipped = std::min(count, left_);
    left_ -= skipped;
    return FSSequentialFileOwnerWrapper::Skip(skipped);
  }

 private:
  uint64_t left_;
};

class LogsOfAMoment final : public rocksdb::FileSystemWrapper {
 public:
  LogsOfAMoment(DatabaseFiles files, std::shared_ptr<rocksdb::FileSystem> base)
      : FileSystemWrapper(std::move(base)), files_(std::move(files)) {}

  const char* Name() const override { return "annals.LogsOfAMoment"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus opened = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
    if (!opened.ok() || !IsWriteAheadLog(path)) return opened;
    const auto found = files_.find(path.substr(path.rfind('/') + 1));
    const uint64_t size = found == files_.end() ? 0 : found->second;
    *file = std::make_unique<Beginning>(std::move(*file), size);
    return opened;
  }

 private:
  const DatabaseFiles files_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> WithLogsOf(const DatabaseFiles& files,
                                                std::shared_ptr<rocksdb::FileSystem> base) {
  return std::make_shared<LogsOfAMoment>(files, std::move(base));
}

}  // namespace annals
