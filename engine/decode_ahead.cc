#include "annals/engine/decode_ahead.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using Batch = std::vector<DecodedRecord>;

// From the thread that decodes to the one that makes versions. Handed over by the batch:
// a wake-up costs as much as several records do.
class DecodeAhead final : public LogSink {
 public:
  // --- The thread that decodes.

  absl::Status OnRecord(const LogRecord& record) override {
    ANNALS_ASSIGN_OR_RETURN(DecodedRecord decoded, Decode(record));
    if (batch_.empty()) batch_.reserve(kBatchRecords);
    batch_.push_back(std::move(decoded));
    bytes_ += record.payload.size();
    return batch_.size() < kBatchRecords && bytes_ < kBatchBytes ? absl::OkStatus() : HandOver();
  }
  void OnSnapshotMoved(CatalogVersion snapshot) override { snapshot_ = snapshot; }
  void OnLagged(CatalogVersion earliest) override { lagged_ = earliest; }
  void OnClosed(const absl::Status& status) override { closed_ = status; }

  // Gives away what it has. CANCELLED: no more is wanted.
  absl::Status HandOver() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || ready_.size() < kBatchesAhead; });
    if (stopped_) return absl::CancelledError("no more is wanted");
    if (!batch_.empty()) ready_.push_back(std::exchange(batch_, {}));
    bytes_ = 0;
    changed_.notify_all();
    return absl::OkStatus();
  }
  // Nothing comes any more.
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // --- The thread that makes versions.

  // The next records; none once there will be no more.
  Batch Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !ready_.empty(); });
    if (ready_.empty()) return {};
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
  }
  // No more is wanted.
  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  // What the log said beside its records. REQUIRES: it has ended.
  void Tell(Sequencer& sequencer) const {
    if (snapshot_) sequencer.OnSnapshotMoved(*snapshot_);
    if (lagged_) sequencer.OnLagged(*lagged_);
    if (closed_) sequencer.OnClosed(*closed_);
  }

 private:
  static constexpr size_t kBatchRecords = 256;
  static constexpr size_t kBatchBytes = size_t{1} << 20;
  static constexpr size_t kBatchesAhead = 4;

  // The decoding thread's.
  Batch batch_;
  size_t bytes_ = 0;
  std::optional<CatalogVersion> snapshot_;
  std::optional<CatalogVersion> lagged_;
  std::optional<absl::Status> closed_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::deque<Batch> ready_;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace

absl::Status ReplayAhead(UpdateLog& log, CatalogVersion from, Sequencer& sequencer) {
  DecodeAhead ahead;
  absl::Status read;
  std::exception_ptr thrown;
  std::thread reader([&] {
    try {
      read = log.Subscribe(from, &ahead);
      ahead.HandOver().IgnoreError();
    } catch (...) {
      thrown = std::current_exception();
    }
    ahead.End();
  });
  absl::Cleanup join = [&] {
    ahead.Stop();
    reader.join();
  };
  absl::Status made;
  for (Batch batch = ahead.Take(); !batch.empty() && made.ok(); batch = ahead.Take()) {
    for (size_t i = 0; i < batch.size() && made.ok(); ++i) {
      made = sequencer.OnDecoded(std::move(batch[i]));
    }
    if (!made.ok()) ahead.Stop();
  }
  std::move(join).Invoke();
  if (thrown) std::rethrow_exception(thrown);
  log.Unsubscribe();
  ahead.Tell(sequencer);
  return made.ok() ? read : made;
}

}  // namespace annals
