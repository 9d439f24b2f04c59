#pragma once

// A remote log that is not there: one history in memory, several clients, and
// everything that goes wrong with a log that others write to as well. Appends
// compare and set; records come back by watch, later, one's own too; and a test
// says when a race is lost, when a reply is, and when a watch is.
//
//   SimulatedCluster cluster;
//   auto ours = cluster.Connect(SimulatedCluster::Delivery::kPumped);
//   cluster.BeforeNextAppend([&] { cluster.AppendForeign("theirs"); });
//   ours->Append(...);   // kConflict
//   ours->Pump();        // OnRecord of their record
//
// Thread-safe. A client may outlive the cluster object.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "annals/log/chain.h"
#include "annals/log/update_log.h"

namespace annals {

class SimulatedLog;

class SimulatedCluster {
 public:
  enum class Delivery {
    kWatchThread,  // A thread of the client delivers what is there.
    kPumped,       // Pump does.
  };
  enum class Fault {
    kUnknownApplied,     // The records got in, the reply did not get out.
    kUnknownNotApplied,  // Neither did.
    kRefused,            // The server is not there: IO_ERROR, nothing written.
  };

  SimulatedCluster();

  std::unique_ptr<SimulatedLog> Connect(Delivery delivery = Delivery::kWatchThread);

  StoreUuid store() const;
  LogPosition head() const;

  // What happens to the appends to come, of whichever client: one fault each.
  void FailNextAppend(Fault fault);
  // Called, once, by the next Append before it compares heads.
  void BeforeNextAppend(std::function<void()> action);
  // Another writer's commit of `payload`.
  LogPosition AppendForeign(std::string_view payload);
  // Whether Outcome can tell; it can at first.
  void AnswerOutcomes(bool answer);
  // While held, watch threads deliver nothing. Pump still does.
  void HoldWatches(bool hold);
  // Ends all subscriptions with OnClosed(status), once they have what is there.
  void CloseWatches(const absl::Status& status);
  // Limits of clients from now on.
  void SetLimits(uint64_t max_record_bytes, size_t max_batch_records);

 private:
  friend class SimulatedLog;

  struct Shared {
    std::mutex mu;
    std::condition_variable changed;
    // All guarded by mu.
    StoreUuid store;
    LogPosition head;
    CatalogVersion snapshot;
    std::map<std::string, std::string, std::less<>> entries;  // By the keys of a real log.
    UpdateLog::Capabilities limits;
    std::deque<Fault> faults;
    std::function<void()> before_append;
    bool answer_outcomes = true;
    bool hold_watches = false;
    uint64_t closings = 0;
    absl::Status closed_with;
  };

  std::shared_ptr<Shared> shared_;
};

// A client of the cluster.
class SimulatedLog final : public UpdateLog {
 public:
  ~SimulatedLog() override;

  // Delivers everything that is there, and returns the number of calls made.
  size_t Pump();

  HeadInfo Head() const override;
  Capabilities capabilities() const override;
  AppendResult Append(std::span<const PendingRecord> records, CatalogVersion expected_head,
                      absl::Time deadline) override;
  absl::StatusOr<bool> Outcome(CommitId commit_id, CatalogVersion version) const override;
  absl::Status Subscribe(CatalogVersion from, LogSink* sink) override;
  void Unsubscribe() override;
  absl::StatusOr<std::string> ReadRecord(CatalogVersion version) const override;
  absl::StatusOr<std::string> ReadChunk(CatalogVersion snapshot, std::string_view attempt,
                                        uint32_t number) const override;
  absl::Status PutChunk(CatalogVersion snapshot, std::string_view attempt, uint32_t number,
                        std::string_view bytes) override;
  absl::Status InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                           std::string_view attempt, std::string_view root) override;
  absl::Status Backup(std::string_view directory) override;
  std::span<const std::string> warnings() const override { return {}; }

 private:
  friend class SimulatedCluster;
  using Shared = SimulatedCluster::Shared;

  // What the next call to the sink will say.
  struct Event {
    enum class Kind { kRecord, kSnapshotMoved, kLagged, kClosed };
    Kind kind;
    CatalogVersion version;
    std::string bytes;
    absl::Status status;
  };
  // A subscription, and how far it got. Guarded by delivering_.
  struct Watch {
    LogSink* sink;
    RecordChain chain;
    CatalogVersion snapshot;
    uint64_t closings;
  };

  SimulatedLog(std::shared_ptr<Shared> shared, SimulatedCluster::Delivery delivery);

  std::optional<Event> NextEvent() const;
  absl::StatusOr<bool> DeliverOne(bool unless_held = false);
  size_t Deliver(bool unless_held);
  void RunWatch();

  const std::shared_ptr<Shared> shared_;
  mutable std::mutex delivering_;  // Held during calls to the sink; before shared_->mu.
  std::optional<Watch> watch_;
  bool stopping_ = false;  // Guarded by shared_->mu.
  std::thread thread_;
};

}  // namespace annals
