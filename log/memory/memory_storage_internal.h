#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "annals/log/storage_internal.h"

namespace annals {

// A LogStorage in memory. A Scan sees what is there when it gets to it.
class MemoryStorage final : public LogStorage {
 public:
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  absl::StatusOr<std::optional<std::string>> FirstKey(const KeyRange& range) const override;
  absl::Status Scan(const KeyRange& range, Visitor visit) const override;
  absl::Status Write(std::span<const Change> changes) override;
  std::unique_ptr<BulkWriter> NewBulkWriter() override;

 private:
  using Entries = std::map<std::string, std::string, std::less<>>;
  class Bulk;

  mutable std::mutex mu_;
  Entries entries_;  // Guarded by mu_.
};

}  // namespace annals
