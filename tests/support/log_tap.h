#pragma once

// A log with a tap: everything goes through to another one, a test counts what is
// appended, may delay it or let it fail, and may act while records are read.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annals/log/update_log.h"

namespace annals {

// What a test keeps in its hands. Outlives the log.
class Tap {
 public:
  using Records = std::span<const PendingRecord>;
  // Called before each append, on the appending thread; may wait. Instead of what it
  // returns, nothing is appended.
  using Before = std::function<std::optional<AppendResult>(Records)>;
  // Called after each append that was made; may change what is told of it.
  using After = std::function<void(AppendResult&)>;

  void OnAppend(Before before) {
    const std::lock_guard lock(mutex_);
    before_ = std::move(before);
  }
  void AfterAppend(After after) {
    const std::lock_guard lock(mutex_);
    after_ = std::move(after);
  }
  // Called before each chunk of a snapshot; what it says unless OK is the answer.
  using BeforeChunk = std::function<absl::Status()>;
  void OnPutChunk(BeforeChunk before) {
    const std::lock_guard lock(mutex_);
    before_chunk_ = std::move(before);
  }

  // Called before each record is read, on the reading thread.
  using Read = std::function<void(CatalogVersion)>;
  void OnRead(Read read) {
    const std::lock_guard lock(mutex_);
    read_ = std::move(read);
  }

  // Called when a subscription has got what is there; may throw.
  using AfterSubscription = std::function<void()>;
  void AfterSubscribe(AfterSubscription after) {
    const std::lock_guard lock(mutex_);
    after_subscription_ = std::move(after);
  }

  struct Batch {
    size_t records;
    size_t bytes;
  };
  // The appends so far.
  std::vector<Batch> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

 private:
  friend class TappedLog;

  mutable std::mutex mutex_;
  Before before_;
  After after_;
  Read read_;
  BeforeChunk before_chunk_;
  AfterSubscription after_subscription_;
  std::vector<Batch> batches_;
};

class TappedLog final : public UpdateLog {
 public:
  TappedLog(std::unique_ptr<UpdateLog> log, Tap* tap) : log_(std::move(log)), tap_(*tap) {}

  AppendResult Append(std::span<const PendingRecord> records, CatalogVersion expected_head,
                      absl::Time deadline) override {
    Tap::Before before;
    Tap::After after;
    {
      const std::lock_guard lock(tap_.mutex_);
      before = tap_.before_;
      after = tap_.after_;
      size_t bytes = 0;
      for (const PendingRecord& record : records) bytes += record.bytes.size();
      tap_.batches_.push_back({records.size(), bytes});
    }
    if (before) {
      if (auto instead = before(records)) return *std::move(instead);
    }
    AppendResult result = log_->Append(records, expected_head, deadline);
    if (after) after(result);
    return result;
  }

  HeadInfo Head() const override { return log_->Head(); }
  Capabilities capabilities() const override { return log_->capabilities(); }
  absl::StatusOr<bool> Outcome(CommitId commit_id, CatalogVersion version) const override {
    return log_->Outcome(commit_id, version);
  }
  absl::Status Subscribe(CatalogVersion from, LogSink* sink) override {
    Tap::AfterSubscription after;
    {
      const std::lock_guard lock(tap_.mutex_);
      after = tap_.after_subscription_;
    }
    absl::Status status = log_->Subscribe(from, sink);
    if (after) after();
    return status;
  }
  void Unsubscribe() override { log_->Unsubscribe(); }
  absl::StatusOr<std::string> ReadRecord(CatalogVersion version) const override {
    Tap::Read read;
    {
      const std::lock_guard lock(tap_.mutex_);
      read = tap_.read_;
    }
    if (read) read(version);
    return log_->ReadRecord(version);
  }
  absl::StatusOr<std::string> ReadChunk(CatalogVersion snapshot, std::string_view attempt,
                                        uint32_t number) const override {
    return log_->ReadChunk(snapshot, attempt, number);
  }
  absl::Status PutChunk(CatalogVersion snapshot, std::string_view attempt, uint32_t number,
                        std::string_view bytes) override {
    Tap::BeforeChunk before;
    {
      const std::lock_guard lock(tap_.mutex_);
      before = tap_.before_chunk_;
    }
    if (const absl::Status said = before ? before() : absl::OkStatus(); !said.ok()) return said;
    return log_->PutChunk(snapshot, attempt, number, bytes);
  }
  absl::Status InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                           std::string_view attempt, std::string_view root) override {
    return log_->InstallRoot(snapshot, expected_snapshot, attempt, root);
  }
  absl::Status Backup(std::string_view directory) override { return log_->Backup(directory); }
  std::span<const std::string> warnings() const override { return log_->warnings(); }
  std::string_view accepted_loss() const override { return log_->accepted_loss(); }

 private:
  const std::unique_ptr<UpdateLog> log_;
  Tap& tap_;
};

}  // namespace annals
