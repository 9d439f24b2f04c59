#include <utility>

#include "annals/log/memory/memory_storage_internal.h"

namespace annals {

class MemoryStorage::Bulk final : public BulkWriter {
 public:
  explicit Bulk(MemoryStorage& storage) : storage_(storage) {}

  absl::Status Put(const std::string& key, std::string_view value) override {
    entries_.insert_or_assign(key, std::string(value));
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    std::lock_guard lock(storage_.mu_);
    for (auto& [key, value] : entries_) storage_.entries_.insert_or_assign(key, std::move(value));
    return absl::OkStatus();
  }

 private:
  MemoryStorage& storage_;
  Entries entries_;
};

std::unique_ptr<BulkWriter> MemoryStorage::NewBulkWriter() { return std::make_unique<Bulk>(*this); }

absl::StatusOr<std::optional<std::string>> MemoryStorage::Get(std::string_view key) const {
  std::lock_guard lock(mu_);
  const auto at = entries_.find(key);
  if (at == entries_.end()) return std::nullopt;
  return at->second;
}

absl::StatusOr<std::optional<std::string>> MemoryStorage::FirstKey(const KeyRange& range) const {
  std::lock_guard lock(mu_);
  const auto at = entries_.lower_bound(range.begin);
  if (at == entries_.end() || at->first >= range.end) return std::nullopt;
  return at->first;
}

absl::Status MemoryStorage::Scan(const KeyRange& range, Visitor visit) const {
  // Each entry is copied, so that `visit` runs without the lock and may read.
  std::string at = range.begin;
  while (true) {
    std::string value;
    {
      std::lock_guard lock(mu_);
      const auto entry = entries_.lower_bound(at);
      if (entry == entries_.end() || entry->first >= range.end) return absl::OkStatus();
      at = entry->first;
      value = entry->second;
    }
    ANNALS_RETURN_IF_ERROR(visit(at, value));
    at.push_back('\0');
  }
}

absl::Status MemoryStorage::Write(std::span<const Change> changes) {
  // What may run out of memory comes first: all changes are made or none.
  Entries put;
  for (const Change& change : changes) {
    if (change.end.empty()) put.insert_or_assign(change.begin, std::string(change.value));
  }
  std::lock_guard lock(mu_);
  for (const Change& change : changes) {
    if (!change.end.empty()) {
      entries_.erase(entries_.lower_bound(change.begin), entries_.lower_bound(change.end));
    } else if (auto entry = put.extract(change.begin)) {
      entries_.erase(change.begin);
      entries_.insert(std::move(entry));
    }
  }
  return absl::OkStatus();
}

}  // namespace annals
