#pragma once

// Runs the followers of a catalog (engine/follower.h), each on a thread of its own. A
// follower's thread waits for versions to become active and holds nothing meanwhile.
//
// Any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/versioned_store.h"
#include "annals/engine/active_versions.h"
#include "annals/engine/clock.h"
#include "annals/engine/follower.h"
#include "annals/engine/recent_changes.h"

namespace annals {

class Followers {
 public:
  // All must outlive this.
  Followers(const VersionedStore& store, ActiveVersions& active, const RecentChanges& recent,
            const Clock& clock)
      : store_(store), active_(active), recent_(recent), clock_(clock) {}
  ~Followers();
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;

  //   CLOSED  after Stop
  absl::StatusOr<uint64_t> Add(Follower follower, const FollowerOptions& options);
  // No call of it begins after this. Unless `wait` is false, or this is called inside a
  // follower, none is under way either.
  void Remove(uint64_t id, bool wait);
  std::vector<FollowerStats> Stats() const;

  // No call begins after this.
  void Stop();
  // Waits for all calls that are under way. REQUIRES: Stop was called.
  void Join();

 private:
  class Running;

  // Whether this thread is inside a follower of these.
  bool Inside() const;

  const VersionedStore& store_;
  ActiveVersions& active_;
  const RecentChanges& recent_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  std::map<uint64_t, std::shared_ptr<Running>> running_;  // Removed ones too, until they ended.
  uint64_t next_id_ = 1;
  bool stopped_ = false;
};

}  // namespace annals
