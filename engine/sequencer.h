#pragma once

// The one way into a version. The log feeds the sequencer records in order, ours
// and others', live and in recovery alike; each is checked, applied, installed,
// activated, told to the listeners.
//
// OnRecord and the other sink functions: the log's thread, one at a time. All else:
// any thread.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "annals/catalog/versioned_store.h"
#include "annals/engine/active_versions.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/engine/listener.h"
#include "annals/engine/recent_changes.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/replay.h"

namespace annals {

class Sequencer final : public LogSink {
 public:
  struct ListenerFailures {
    uint64_t count = 0;
    std::string last;  // "version 7: what the listener said"
  };

  // `clock` hears of every version's time; `active`, once the listeners have run, of the
  // version. Both must outlive the sequencer.
  Sequencer(std::shared_ptr<VersionedStore> store, HybridClock& clock, ActiveVersions& active)
      : store_(store), replay_(std::move(store)), clock_(clock), active_(active) {}

  // --- Fed by the log.
  absl::Status OnRecord(const LogRecord& record) override;
  // The same of a record that was decoded already.
  absl::Status OnDecoded(DecodedRecord record);
  void OnSnapshotMoved(CatalogVersion snapshot) override;
  void OnLagged(CatalogVersion earliest) override;
  void OnClosed(const absl::Status& status) override;

  // What the next records are, if they are those of `steps` and no other writer's come
  // between: who appends them has decoded and applied them already, on head(). It is by
  // their hash that they are known again, so nothing but the same bytes in the same place
  // is spared being read anew.
  void Expect(std::vector<Replay::Step> steps);

  // Jumps to a snapshot; the log goes on behind it. Listeners hear of the jump as of
  // one version; one that is added meanwhile may not. REQUIRES: there is no subscription.
  absl::Status Rebase(const Snapshot& snapshot);

  // The newest version that is applied and that all listeners have heard of.
  ReplayHead head() const;
  // What the versions up to head() changed.
  const RecentChanges& recent_changes() const { return recent_; }
  // OK while records are taken; else why no version will ever follow.
  absl::Status health() const;
  // The version to rebase to, once after the log said that we lag behind.
  CatalogVersion TakeLag();

  // Returns when `version` is applied and its listeners have run.
  //   DEADLINE_EXCEEDED, or what ended the log
  absl::Status WaitFor(CatalogVersion version, absl::Time deadline) const;

  uint64_t AddListener(Listener listener);
  // No call of it begins or is under way after this, unless this is called inside one.
  void RemoveListener(uint64_t id);
  ListenerFailures listener_failures() const;
  // Whether this thread is inside a listener of this sequencer.
  bool InListener() const;

 private:
  class ListenerScope;

  std::optional<Replay::Step> TakeExpected(const LogRecord& record);
  // `make` installs `version`.
  absl::Status Take(CatalogVersion version, absl::FunctionRef<absl::StatusOr<Replay::Step>()> make);
  absl::Status Tell(const Catalog& before, const absl::StatusOr<Replay::Step>& made);
  std::vector<uint64_t> ListenerIds() const;
  void Notify(const CatalogEvent& event);
  void Notify(uint64_t id, const CatalogEvent& event);
  void Finish(const ReplayHead& head);
  void Fail(const absl::Status& status);

  const std::shared_ptr<VersionedStore> store_;
  Replay replay_;  // The log's thread's.
  HybridClock& clock_;
  ActiveVersions& active_;
  RecentChanges recent_;

  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
  // All guarded by mutex_.
  ReplayHead head_;
  absl::Status health_;
  CatalogVersion lag_;
  std::deque<Replay::Step> expected_;

  mutable std::mutex listeners_mutex_;
  std::condition_variable called_;
  // All guarded by listeners_mutex_.
  std::map<uint64_t, std::shared_ptr<const Listener>> listeners_;
  uint64_t next_listener_ = 1;
  uint64_t calling_ = 0;  // The listener that is being called; 0: none.
  ListenerFailures failures_;
};

}  // namespace annals
