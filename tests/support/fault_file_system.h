#pragma once

// A file system on which writing fails when a test says so.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace annals {

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Operation { kAppend, kSync };

  explicit FaultFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base)
      : FileSystemWrapper(base) {}

  // From now on `operation` fails with `status` on all files whose names end in
  // `suffix`, such as ".log" for the write-ahead log. A sync that fails has
  // happened if `done`: the caller just never learns of it.
  void Fail(Operation operation, std::string suffix, rocksdb::IOStatus status, bool done = false);
  void Heal();
  // Appends and syncs so far, of any file.
  uint64_t operations() const { return operations_; }

  const char* Name() const override { return "FaultFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;

 private:
  class File;
  struct Fault {
    Operation operation;
    std::string suffix;
    rocksdb::IOStatus status;
    bool done;
  };

  std::optional<Fault> FaultOf(Operation operation, const std::string& name);

  std::atomic<uint64_t> operations_ = 0;
  std::mutex mu_;
  std::optional<Fault> fault_;  // Guarded by mu_.
};

}  // namespace annals
