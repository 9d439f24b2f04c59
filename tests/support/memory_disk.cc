#include "annals/tests/support/memory_disk.h"

#include <utility>

#include "annals/log/local_log_internal.h"
#include "annals/log/memory/memory_storage_internal.h"

namespace annals {
namespace {

class Borrowed final : public LogStorage {
 public:
  explicit Borrowed(LogStorage* storage) : storage_(storage) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return storage_->Get(key);
  }
  absl::StatusOr<std::optional<std::string>> FirstKey(const KeyRange& range) const override {
    return storage_->FirstKey(range);
  }
  absl::Status Scan(const KeyRange& range, Visitor visit) const override {
    return storage_->Scan(range, visit);
  }
  absl::Status Write(std::span<const Change> changes) override { return storage_->Write(changes); }
  std::unique_ptr<BulkWriter> NewBulkWriter() override { return storage_->NewBulkWriter(); }

 private:
  LogStorage* const storage_;
};

}  // namespace

MemoryDisk::MemoryDisk() : storage_(std::make_unique<MemoryStorage>()) {
  EXPECT_TRUE(LocalLog::Create(storage_.get()).ok());
}

MemoryDisk::~MemoryDisk() = default;

std::unique_ptr<MemoryDisk> MemoryDisk::Clone() const {
  auto clone = std::make_unique<MemoryDisk>();
  for (const auto& [key, value] : Entries()) clone->Put(key, value);
  return clone;
}

absl::StatusOr<std::unique_ptr<UpdateLog>> MemoryDisk::Open() {
  auto log = LocalLog::Open(std::make_unique<Borrowed>(storage_.get()), LogAccess::kWrite);
  if (!log.ok()) return log.status();
  ANNALS_RETURN_IF_ERROR((*log)->SweepChunks());
  return std::unique_ptr<UpdateLog>(*std::move(log));
}

absl::StatusOr<std::unique_ptr<UpdateLog>> MemoryDisk::Salvage() {
  auto log = LocalLog::Open(std::make_unique<Borrowed>(storage_.get()), LogAccess::kSalvage);
  if (!log.ok()) return log.status();
  return std::unique_ptr<UpdateLog>(*std::move(log));
}

std::map<std::string, std::string> MemoryDisk::Entries() const {
  std::map<std::string, std::string> entries;
  const absl::Status scanned =
      storage_->Scan({"", "~"}, [&](std::string_view key, std::string_view value) {
        entries.emplace(key, value);
        return absl::OkStatus();
      });
  EXPECT_TRUE(scanned.ok());
  return entries;
}

std::string MemoryDisk::Get(const std::string& key) const {
  const auto value = storage_->Get(key);
  EXPECT_TRUE(value.ok() && value->has_value()) << key;
  return value.ok() ? value->value_or("") : "";
}

void MemoryDisk::Put(const std::string& key, const std::string& value) {
  const Change put[] = {Change::Put(key, value)};
  EXPECT_TRUE(storage_->Write(put).ok());
}

void MemoryDisk::Delete(const std::string& key) {
  const Change erase[] = {Change::Delete({key, key + '\0'})};
  EXPECT_TRUE(storage_->Write(erase).ok());
}

}  // namespace annals
