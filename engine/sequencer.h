#pragma once

// The one way into a version. The log feeds the sequencer records in order, ours
// and others', live and in recovery alike; each is checked, applied, installed,
// activated, told to the listeners.
//
// OnRecord and the other sink functions: the log's thread, one at a time. All else:
// any thread.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "annals/catalog/versioned_store.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/engine/listener.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/replay.h"

namespace annals {

class Sequencer final : public LogSink {
 public:
  struct ListenerFailures {
    uint64_t count = 0;
    std::string last;  // "version 7: what the listener said"
  };

  explicit Sequencer(std::shared_ptr<VersionedStore> store)
      : store_(store), replay_(std::move(store)) {}

  // --- Fed by the log.
  absl::Status OnRecord(const LogRecord& record) override;
  void OnSnapshotMoved(CatalogVersion snapshot) override;
  void OnLagged(CatalogVersion earliest) override;
  void OnClosed(const absl::Status& status) override;

  // Jumps to a snapshot; the log goes on behind it.
  absl::Status Rebase(const Snapshot& snapshot);

  // From now on records are new: listeners hear of them, and `clock` too.
  void GoLive(HybridClock* clock);

  // The newest version that is applied and that all listeners have heard of.
  ReplayHead head() const;
  // OK while records are taken; else why no version will ever follow.
  absl::Status health() const;
  // The version to rebase to, once after the log said that we lag behind.
  CatalogVersion TakeLag();

  // Returns when `version` is applied and its listeners have run.
  //   DEADLINE_EXCEEDED, or what ended the log
  absl::Status WaitFor(CatalogVersion version, absl::Time deadline) const;

  uint64_t AddListener(Listener listener);
  void RemoveListener(uint64_t id);
  ListenerFailures listener_failures() const;
  // Whether this thread is inside a listener.
  static bool InListener();

 private:
  void Notify(const Catalog& before, const Delta& delta);
  void Finish(const ReplayHead& head);
  void Fail(const absl::Status& status);

  const std::shared_ptr<VersionedStore> store_;
  Replay replay_;                 // The log's thread's.
  HybridClock* clock_ = nullptr;  // Null during recovery.

  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
  ReplayHead head_;
  absl::Status health_;
  CatalogVersion lag_;

  mutable std::mutex listeners_mutex_;
  std::map<uint64_t, std::shared_ptr<const Listener>> listeners_;
  uint64_t next_listener_ = 1;
  ListenerFailures failures_;
};

}  // namespace annals
