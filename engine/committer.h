#pragma once

// Accept: plans what callers want and appends it to the log. Whoever comes first
// leads: it plans all that has queued, one version a call, writes it in one append,
// and hands the lead to the next who waits. A lone caller does all by itself.
//
// Planning runs ahead of durability, so no caller hears anything, not even a
// refusal, before the versions that its answer rests on are durable and applied. A
// group that loses its race for the log is planned again on the new head.
//
// Any thread.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/catalog/versioned_store.h"
#include "annals/commands/command.h"
#include "annals/engine/execute.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/engine/sequencer.h"
#include "annals/log/update_log.h"

namespace annals {

class Committer {
 public:
  // One call of Execute on its way. The caller's; it lives until it is done.
  struct Request {
    std::vector<CatalogCommand> commands;
    ExecuteOptions options;
    bool keep_empty = false;  // Make a version even if there is nothing to do.

    absl::StatusOr<ExecuteResult> result = ExecuteResult();

   private:
    friend class Committer;
    bool done = false;
    bool leads = false;
    bool rests_on_records = false;  // Of its group: not to be answered before they are durable.
    std::condition_variable turn;
  };

  struct Limits {
    size_t group_records = 64;
    size_t group_bytes = size_t{1} << 20;
    int attempts = 10;
  };

  // All must outlive the committer.
  Committer(VersionedStore& store, UpdateLog& log, Sequencer& sequencer, HybridClock& clock,
            absl::Duration delay)
      : store_(store), log_(log), sequencer_(sequencer), clock_(clock), delay_(delay) {}

  // Puts requests into the queue; each of them then needs a Finish.
  void Enqueue(std::vector<Request*> requests);
  // Returns when `request` is done, leading whenever it is its turn.
  void Finish(Request& request);

 private:
  struct Group;

  void Lead();
  std::vector<Request*> TakeGroup();
  // Tells how many of `requests` are done, from the first on.
  size_t Commit(std::span<Request* const> requests);
  absl::Status Plan(Request& request, Group& group);
  absl::StatusOr<std::string> Seal(Request& request, UpdateEntries entries, ObjectId next_object_id,
                                   Group& group);
  absl::StatusOr<bool> Append(const Group& group);
  absl::StatusOr<bool> Settle(const Group& group);

  VersionedStore& store_;
  UpdateLog& log_;
  Sequencer& sequencer_;
  HybridClock& clock_;
  const absl::Duration delay_;
  const Limits limits_;

  std::mutex mutex_;
  std::deque<Request*> queue_;
  bool led_ = false;
};

}  // namespace annals
