#pragma once

// Accept: plans what callers want and appends it to the log. Whoever comes first
// leads: it plans all that has queued, one version a call, writes it in one append,
// and hands the lead to the next who waits. A lone caller does all by itself.
//
// Planning runs ahead of durability, so no caller hears anything, not even a
// refusal, before the versions that its answer rests on are durable and applied. A
// group that loses its race for the log is planned again on the new head.
//
// Only a thread that waits in Finish can be given the lead: whoever has put several
// requests into the queue may be elsewhere when their turn comes.
//
// A deadline ends the waiting in the queue. A group waits for the log as long as the
// most patient of its calls.
//
// Any thread.

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/catalog_draft.h"
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

    // Once it is done.
    absl::StatusOr<ExecuteResult> result;
    // The activation of the newest version that the result, or refusal, rests on.
    HybridTimestamp rests_on;

   private:
    friend class Committer;
    absl::Status valid_;  // Of the commands by themselves.
    bool done_ = false;
    bool taken_ = false;  // By who leads; stays at the front of the queue until it is done.
    bool waits_ = false;  // In Finish, and can be given the lead.
    bool leads_ = false;
    bool rests_on_records_ = false;  // Of its group: not to be answered before they are durable.
    std::condition_variable* turn_ = nullptr;  // Of the committer, shared with a few others.
  };

  // Of a group that is appended at once; a record larger than that goes alone.
  static constexpr size_t kGroupRecords = 64;
  static constexpr size_t kGroupBytes = size_t{1} << 20;
  // How often a group may lose its race.
  static constexpr int kAttempts = 10;

  // All must outlive the committer.
  Committer(VersionedStore& store, UpdateLog& log, Sequencer& sequencer, HybridClock& clock,
            const PlanHost& host, absl::Duration delay)
      : store_(store),
        log_(log),
        sequencer_(sequencer),
        clock_(clock),
        host_(host),
        delay_(delay) {}

  // Checks what can be said of the requests by themselves, while others lead, and puts
  // them into the queue; each of them then needs a Finish.
  void Enqueue(std::span<Request* const> requests);
  // Returns when `request` is done, leading whenever it is its turn.
  void Finish(Request& request);

  // The requests that are in the queue or under way.
  size_t queue_length() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  struct Group;
  struct Sealed;

  // Memory that it never has to ask for: taking a group cannot fail.
  using Taken = absl::InlinedVector<Request*, kGroupRecords>;

  void Lead();
  bool Withdraw(Request& request);
  Taken TakeGroup();
  size_t CommitGuarded(std::span<Request* const> requests);
  // Tells how many of `requests` are done, from the first on.
  size_t Commit(std::span<Request* const> requests);
  absl::StatusOr<Catalog> TakeBase(ReplayHead& head, absl::Time deadline);
  size_t PlanGroup(std::span<Request* const> requests, Group& group);
  absl::StatusOr<bool> Plan(Request& request, Group& group);
  absl::Status WhyNotSealed(const Request& request, const Group& group,
                            const absl::Status& failure) const;
  absl::StatusOr<Sealed> Seal(const ExecuteOptions& options, UpdateEntries entries,
                              ObjectId next_object_id, const ReplayHead& before,
                              CatalogDraft& made);
  absl::StatusOr<bool> AppendGuarded(Group& group);
  absl::StatusOr<bool> Append(Group& group);
  absl::StatusOr<bool> Settle(Group& group, const absl::Status& unknown);
  absl::Status WaitApplied(Group& group, const absl::Status& told = absl::OkStatus());

  VersionedStore& store_;
  UpdateLog& log_;
  Sequencer& sequencer_;
  HybridClock& clock_;
  const PlanHost& host_;
  const absl::Duration delay_;

  mutable std::mutex mutex_;
  std::deque<Request*> queue_;  // Guarded by mutex_, as are the requests' private parts.
  bool led_ = false;            // Guarded by mutex_.
  // What requests wait for, each for one in turn. They are not the requests' own, since a
  // request may be gone as soon as its owner sees it done, and who is woken should not run
  // into a lock that the waker holds.
  std::array<std::condition_variable, kGroupRecords> turns_;
  size_t next_turn_ = 0;  // Guarded by mutex_.
};

}  // namespace annals
