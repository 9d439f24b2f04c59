#include "annals/engine/committer.h"

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "annals/commands/plan.h"
#include "annals/engine/wait_internal.h"
#include "annals/schemas/guarded_internal.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"

namespace annals {
namespace {

constexpr std::string_view kNothingWritten = "nothing was written";

absl::Time LatestDeadline(std::span<Committer::Request* const> requests) {
  absl::Time latest = absl::InfinitePast();
  for (const auto* request : requests) latest = std::max(latest, request->options.deadline);
  return latest;
}

constexpr absl::string_view kPlanningFailed = "planning failed";

absl::Status Validate(const Committer::Request& request) {
  return Guarded(kPlanningFailed,
                 [&] { return ValidateBatch(request.commands, request.options.policy); });
}

}  // namespace

// What is planned and not yet appended: records, each the version after the one
// before, and the catalog as they will leave it.
struct Committer::Group {
  Group(const Catalog& catalog, const ReplayHead& head, absl::Time until)
      : base(catalog),
        planned(base, head.version.Next(), {}),
        first(head),
        last(head),
        deadline(until) {}

  const Catalog base;
  CatalogDraft planned;
  const ReplayHead first;
  ReplayHead last;
  std::vector<PendingRecord> records;
  std::vector<Replay::Step> steps;  // What they do.
  size_t bytes = 0;
  bool logged = false;  // The records are in the log.
  const absl::Time deadline;
};

// A record, and what it will do.
struct Committer::Sealed {
  PendingRecord record;
  Replay::Step step;
};

void Committer::Enqueue(std::span<Request* const> requests) {
  for (Request* request : requests) request->valid_ = Validate(*request);
  const std::lock_guard lock(mutex_);
  try {
    queue_.insert(queue_.end(), requests.begin(), requests.end());
    for (Request* request : requests) request->turn_ = &turns_[next_turn_++ % turns_.size()];
  } catch (const std::bad_alloc&) {
    for (Request* request : requests) {
      request->result = ErrorOf(Reason::INTERNAL, "there is no memory for the queue");
      request->done_ = true;
    }
  }
}

void Committer::Finish(Request& request) {
  absl::Time deadline = request.options.deadline;
  std::unique_lock lock(mutex_);
  while (!request.done_) {
    if (!led_) led_ = request.leads_ = true;
    if (std::exchange(request.leads_, false)) {
      lock.unlock();
      Lead();
      lock.lock();
      continue;
    }
    request.waits_ = true;
    const bool called =
        WaitUntil(lock, *request.turn_, deadline, [&] { return request.done_ || request.leads_; });
    request.waits_ = false;
    // Who is in a group has to see it through: the group's leader knows the request.
    if (!called && !Withdraw(request)) deadline = absl::InfiniteFuture();
  }
}

// Takes `request` out of the queue, if it is still there. REQUIRES: mutex_ is held.
bool Committer::Withdraw(Request& request) {
  if (request.taken_) return false;
  std::erase(queue_, &request);
  request.done_ = true;
  request.result = ErrorOf(Reason::DEADLINE_EXCEEDED, "the deadline passed in the queue; ",
                           ToAbsl(kNothingWritten));
  return true;
}

Committer::Taken Committer::TakeGroup() {
  const size_t most = std::min(kGroupRecords, log_.capabilities().max_batch_records);
  const std::lock_guard lock(mutex_);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), most));
  Taken group(queue_.begin(), end);
  for (Request* request : group) request->taken_ = true;
  return group;
}

// Whatever happens, those who were taken and fail are told, and the lead goes on: nothing
// here, nor in TakeGroup, asks for memory.
void Committer::Lead() {
  const Taken group = TakeGroup();
  const size_t done = CommitGuarded(group);
  absl::InlinedVector<std::condition_variable*, kGroupRecords + 1> wake;
  {
    const std::lock_guard lock(mutex_);
    for (Request* request : group) request->taken_ = false;
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(done));
    const auto next = std::find_if(queue_.begin(), queue_.end(),
                                   [](const Request* request) { return request->waits_; });
    led_ = next != queue_.end();
    if (led_) {  // The first to be woken: all others have their answers, or wait for it.
      (*next)->leads_ = true;
      wake.push_back((*next)->turn_);
    }
    for (Request* request : std::span(group).first(done)) {
      request->done_ = true;
      if (request->waits_) wake.push_back(request->turn_);
    }
  }
  for (std::condition_variable* turn : wake) turn->notify_all();
}

// What Commit throws, it threw before anything was appended. The group may be planned
// by half: no answer can rest on it.
size_t Committer::CommitGuarded(std::span<Request* const> requests) {
  const absl::StatusOr<size_t> done =
      Guarded(kPlanningFailed, [&]() -> absl::StatusOr<size_t> { return Commit(requests); });
  if (done.ok()) return *done;
  for (Request* request : requests) {
    request->result = done.status();
    request->rests_on = {};
  }
  return requests.size();
}

size_t Committer::Commit(std::span<Request* const> requests) {
  const absl::Time deadline = LatestDeadline(requests);
  size_t planned = 0;
  // `applied`: those that rest on nothing later keep their own answers.
  const auto fail = [&](const absl::Status& failure,
                        std::optional<HybridTimestamp> applied = std::nullopt) {
    planned = std::max<size_t>(planned, 1);
    for (Request* request : requests.first(planned)) {
      if (!request->rests_on_records_ || request->rests_on <= applied) continue;
      request->result = failure;
      request->rests_on = {};
    }
    return planned;
  };
  for (Request* request : requests) request->rests_on_records_ = true;  // Until it is planned.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const absl::Cleanup done = [this] { clock_.Done(); };
    ReplayHead head;
    const auto base = TakeBase(head, deadline);
    if (!base.ok()) return fail(base.status());
    Group group(*base, head, deadline);
    planned = PlanGroup(requests, group);
    if (group.records.empty()) return planned;
    sequencer_.Expect(std::move(group.steps));
    const auto committed = AppendGuarded(group);
    if (!committed.ok() && group.logged) {
      return fail(committed.status(), sequencer_.head().activation);
    }
    if (!committed.ok()) return fail(committed.status());
    if (*committed) return planned;
  }
  return fail(MakeError(Reason::MAX_RETRIES, absl::StrCat("other writers were first ", kAttempts,
                                                          " times in a row; try again")));
}

// The catalog at the sequencer's head, which is no older than what anybody can see: another
// writer's version is there before its listeners have run. If it is truncated already, the
// sequencer is about to move on.
absl::StatusOr<Catalog> Committer::TakeBase(ReplayHead& head, absl::Time deadline) {
  CatalogVersion least = store_.latest();
  for (;;) {
    if (const absl::Status there = sequencer_.WaitFor(least, deadline); !there.ok()) {
      return WithContext(there, kNothingWritten);
    }
    head = sequencer_.head();
    auto base = store_.At(head.version);
    if (base.ok()) return base;
    least = head.version.Next();
  }
}

// Plans as many of `requests` as fit into `group`, and tells how many.
size_t Committer::PlanGroup(std::span<Request* const> requests, Group& group) {
  size_t planned = 0;
  for (Request* request : requests) {
    const auto fits = Plan(*request, group);
    if (fits.ok() && !*fits) break;
    if (!fits.ok()) request->result = fits.status();
    request->rests_on_records_ = !group.records.empty() && request->rests_on != HybridTimestamp();
    ++planned;
  }
  return planned;
}

// Plans one call on what the group has planned so far. False: the group has no room
// for its record.
absl::StatusOr<bool> Committer::Plan(Request& request, Group& group) {
  const ExecuteOptions& options = request.options;
  request.rests_on = {};
  if (options.deadline != absl::InfiniteFuture() && absl::Now() >= options.deadline) {
    return MakeError(Reason::DEADLINE_EXCEEDED,
                     absl::StrCat("the deadline passed; ", ToAbsl(kNothingWritten)));
  }
  ANNALS_RETURN_IF_ERROR(sequencer_.health());
  // What is wrong by itself is so whatever the catalog is, and rests on no version.
  ANNALS_RETURN_IF_ERROR(request.valid_);
  request.rests_on = group.last.activation;
  if (options.expected_version && *options.expected_version != group.last.version) {
    return MakeError(Reason::VERSION_CONFLICT,
                     absl::StrCat("the latest version is ", group.last.version.value, ", expected ",
                                  options.expected_version->value));
  }
  CatalogDraft draft(group.planned, group.last.version.Next(), {});
  ANNALS_ASSIGN_OR_RETURN(
      PlannedBatch batch,
      PlanValidBatch(request.commands, group.planned, draft, options.policy,
                     {.max_entries = options.max_entries, .try_last = false, .host = &host_}));
  if (!batch.entries.empty() || request.keep_empty) {
    CatalogDraft made(group.planned, group.last.version.Next(), {});
    auto sealed = Seal(options, std::move(batch.entries), draft.next_object_id(), group.last, made);
    if (!sealed.ok()) return WhyNotSealed(request, group, sealed.status());
    const size_t bytes = group.bytes + sealed->record.bytes.size();
    if (bytes > kGroupBytes && !group.records.empty()) return false;
    std::move(made).MergeInto(group.planned);
    group.bytes = bytes;
    group.last = sealed->step.head;
    group.records.push_back(std::move(sealed->record));
    group.steps.push_back(std::move(sealed->step));
  }
  request.rests_on = group.last.activation;
  request.result =
      ExecuteResult{group.last.version, std::move(batch.applied), group.last.activation};
  return true;
}

// If a command planned what does not fit, which one, and what of it: Seal has tried all
// that the commands planned and cannot tell.
absl::Status Committer::WhyNotSealed(const Request& request, const Group& group,
                                     const absl::Status& failure) const {
  CatalogDraft draft(group.planned, group.last.version.Next(), {});
  const auto planned =
      PlanValidBatch(request.commands, group.planned, draft, request.options.policy,
                     {.max_entries = request.options.max_entries, .host = &host_});
  return planned.ok() ? failure : planned.status();
}

// Makes the record of the version after `before`, and that version in `made`, which is
// fresh on the catalog of `before`.
absl::StatusOr<Committer::Sealed> Committer::Seal(const ExecuteOptions& options,
                                                  UpdateEntries entries, ObjectId next_object_id,
                                                  const ReplayHead& before, CatalogDraft& made) {
  const absl::Duration delay = options.delay.value_or(delay_);
  if (delay < absl::ZeroDuration() || delay > absl::Hours(24 * 366)) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("an activation delay of ", absl::FormatDuration(delay),
                                  " is not between 0 and a year"));
  }
  ANNALS_ASSIGN_OR_RETURN(const HybridTimestamp timestamp, clock_.Begin(options.accept_clock_jump));
  const HybridTimestamp activation =
      std::max(before.activation.Next(),
               timestamp.PlusMs(static_cast<uint64_t>(absl::ToInt64Milliseconds(delay))));
  const std::string payload = EncodeUpdate({.timestamp = timestamp,
                                            .activation = activation,
                                            .policy = options.policy,
                                            .next_object_id = next_object_id,
                                            .entries = std::move(entries),
                                            .author = options.author,
                                            .message = options.message,
                                            .statement = options.statement});
  // Read and applied before it is written as it will be after it is read: what could
  // not be replayed must never reach the log.
  auto readable = DecodeUpdate(payload);
  const absl::Status replays =
      readable.ok() ? ApplyNext(*std::move(readable), before, made) : readable.status();
  if (!replays.ok()) {
    return MakeError(Reason::INTERNAL,
                     absl::StrCat("the planned version could not be replayed: ", replays.message(),
                                  "; ", ToAbsl(kNothingWritten)));
  }
  const uint64_t limit = log_.capabilities().max_record_bytes;
  if (payload.size() + kEnvelopeSize > limit) {
    return MakeError(Reason::RECORD_TOO_LARGE,
                     absl::StrCat("the record of this version would have ",
                                  payload.size() + kEnvelopeSize, " bytes, the log takes ", limit));
  }
  const CommitId commit_id = CommitId::Random();
  const CatalogVersion version = before.version.Next();
  std::string bytes = SealRecord({.store = log_.Head().store,
                                  .version = version,
                                  .previous = before.hash,
                                  .commit_id = commit_id},
                                 payload);
  const ReplayHead head{version, HashOfVersion(bytes), timestamp, activation};
  return Sealed{{version, commit_id, std::move(bytes)}, {head, made.CopyDelta()}};
}

// A log that throws has told nothing: its records may be there or not.
absl::StatusOr<bool> Committer::AppendGuarded(Group& group) {
  absl::Status failure;
  try {
    return Append(group);
  } catch (const std::exception& error) {
    failure = ErrorOf(Reason::OUTCOME_UNKNOWN, "the log threw: ", error.what());
  } catch (...) {
    failure = ErrorOf(Reason::OUTCOME_UNKNOWN, "the log threw");
  }
  clock_.Forsake();
  return failure;
}

// True: the group is durable and applied. False: another writer was first, and what
// it wrote is applied.
absl::StatusOr<bool> Committer::Append(Group& group) {
  const AppendResult appended = log_.Append(group.records, group.first.version, group.deadline);
  switch (appended.outcome) {
    case AppendResult::Outcome::kRefused:
      return appended.status;
    case AppendResult::Outcome::kUnknown:
      return Settle(group, appended.status);
    case AppendResult::Outcome::kConflict:
      if (const absl::Status seen = sequencer_.WaitFor(appended.head, group.deadline); !seen.ok()) {
        return WithContext(seen, kNothingWritten);
      }
      return false;
    case AppendResult::Outcome::kCommitted:
      break;
  }
  ANNALS_RETURN_IF_ERROR(WaitApplied(group, appended.status));
  return true;
}

// Asks the log whether an append of unknown outcome happened. If it can't tell, the
// answer is `unknown`.
absl::StatusOr<bool> Committer::Settle(Group& group, const absl::Status& unknown) {
  const PendingRecord& first = group.records.front();
  const auto ours = log_.Outcome(first.commit_id, first.version);
  if (!ours.ok()) {
    clock_.Forsake();
    return unknown;
  }
  if (*ours) {
    ANNALS_RETURN_IF_ERROR(WaitApplied(group));
    return true;
  }
  // If the version is another writer's, that has to be applied before planning again.
  if (log_.Head().version >= first.version) {
    if (const absl::Status seen = sequencer_.WaitFor(first.version, group.deadline); !seen.ok()) {
      return WithContext(seen, kNothingWritten);
    }
  }
  return false;
}

// Waits for a group that is in the log. `told`: what the log says of giving it to the
// sequencer.
absl::Status Committer::WaitApplied(Group& group, const absl::Status& told) {
  group.logged = true;
  const absl::Status applied =
      told.ok() ? sequencer_.WaitFor(group.last.version, group.deadline) : told;
  if (applied.ok()) return applied;
  clock_.Forsake();  // Readers will see the versions once the log is opened again.
  return WithContext(applied, absl::StrCat("version ", group.last.version.value,
                                           " is in the log, but was not applied here"));
}

}  // namespace annals
