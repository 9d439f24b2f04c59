#include "annals/tests/support/fault_file_system.h"

#include <string_view>
#include <utility>

namespace annals {

class FaultFileSystem::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(FaultFileSystem* owner, std::string name, std::unique_ptr<rocksdb::FSWritableFile> base)
      : FSWritableFileOwnerWrapper(std::move(base)), owner_(owner), name_(std::move(name)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (auto fault = owner_->FaultOf(Operation::kAppend, name_)) return fault->status;
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info,
                           rocksdb::IODebugContext* debug) override {
    if (auto fault = owner_->FaultOf(Operation::kAppend, name_)) return fault->status;
    return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    const auto fault = owner_->FaultOf(Operation::kSync, name_);
    if (fault.has_value() && !fault->done) return fault->status;
    const rocksdb::IOStatus synced = FSWritableFileOwnerWrapper::Sync(options, debug);
    return fault.has_value() ? fault->status : synced;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  FaultFileSystem* const owner_;  // Outlives its files.
  const std::string name_;
};

void FaultFileSystem::Fail(Operation operation, std::string suffix, rocksdb::IOStatus status,
                           bool done) {
  std::lock_guard lock(mu_);
  fault_ = Fault{operation, std::move(suffix), std::move(status), done};
}

void FaultFileSystem::Heal() {
  std::lock_guard lock(mu_);
  fault_.reset();
}

std::optional<FaultFileSystem::Fault> FaultFileSystem::FaultOf(Operation operation,
                                                               const std::string& name) {
  ++operations_;
  std::lock_guard lock(mu_);
  const bool hit =
      fault_.has_value() && fault_->operation == operation && name.ends_with(fault_->suffix);
  return hit ? fault_ : std::nullopt;
}

rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& name,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                   rocksdb::IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> base;
  rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &base, debug);
  if (status.ok()) *result = std::make_unique<File>(this, name, std::move(base));
  return status;
}

}  // namespace annals
