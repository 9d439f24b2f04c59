#include "annals/engine/committer.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/commands/plan.h"
#include "annals/schemas/status.h"

namespace annals {

// What is planned and not yet appended: records, each the version after the one
// before, and the catalog as they will leave it.
struct Committer::Group {
  Group(const Catalog& catalog, const ReplayHead& head)
      : base(catalog), planned(base, head.version.Next(), {}), first(head), last(head) {}

  const Catalog base;
  CatalogDraft planned;
  const ReplayHead first;
  ReplayHead last;
  std::vector<PendingRecord> records;
  size_t bytes = 0;
  absl::Time deadline = absl::InfinitePast();  // The latest of its requests'.
};

void Committer::Enqueue(std::vector<Request*> requests) {
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.end(), requests.begin(), requests.end());
}

void Committer::Finish(Request& request) {
  std::unique_lock lock(mutex_);
  while (!request.done) {
    if (!led_) led_ = request.leads = true;
    if (std::exchange(request.leads, false)) {
      lock.unlock();
      Lead();
      lock.lock();
    } else {
      request.turn.wait(lock);
    }
  }
}

std::vector<Committer::Request*> Committer::TakeGroup() {
  const std::lock_guard lock(mutex_);
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), limits_.group_records));
  std::vector<Request*> group(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  return group;
}

void Committer::Lead() {
  const std::vector<Request*> group = TakeGroup();
  const size_t done = Commit(group);
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.begin(), group.begin() + static_cast<std::ptrdiff_t>(done), group.end());
  for (size_t i = 0; i < done; ++i) {
    group[i]->done = true;
    group[i]->turn.notify_one();
  }
  led_ = !queue_.empty();
  if (led_) {
    queue_.front()->leads = true;
    queue_.front()->turn.notify_one();
  }
}

size_t Committer::Commit(std::span<Request* const> requests) {
  size_t planned = 0;
  absl::Status failure;
  for (int attempt = 0; attempt < limits_.attempts; ++attempt) {
    const absl::Cleanup done = [this] { clock_.Done(); };
    const ReplayHead head = sequencer_.head();
    auto base = store_.At(head.version);
    if (!base.ok()) {  // It was truncated under our eyes: there is a newer one.
      failure = base.status();
      continue;
    }
    Group group(*base, head);
    for (planned = 0; planned < requests.size(); ++planned) {
      if (group.bytes >= limits_.group_bytes) break;
      Request& request = *requests[planned];
      const absl::Status status = Plan(request, group);
      if (!status.ok()) request.result = status;
      request.rests_on_records = !group.records.empty();
    }
    if (group.records.empty()) return planned;
    auto committed = Append(group);
    if (committed.ok() && *committed) return planned;
    if (!committed.ok()) {
      failure = committed.status();
      break;
    }
    failure = MakeError(
        Reason::MAX_RETRIES,
        absl::StrCat("other writers were first ", limits_.attempts, " times in a row; try again"));
  }
  for (Request* request : requests.first(planned)) {
    if (request->rests_on_records) request->result = failure;
  }
  return std::max<size_t>(planned, 1);
}

// Plans one call on what the group has planned so far.
absl::Status Committer::Plan(Request& request, Group& group) {
  const ExecuteOptions& options = request.options;
  group.deadline = std::max(group.deadline, options.deadline);
  if (options.deadline != absl::InfiniteFuture() && absl::Now() >= options.deadline) {
    return MakeError(Reason::DEADLINE_EXCEEDED, "the deadline passed; nothing was written");
  }
  if (options.expected_version && *options.expected_version != group.last.version) {
    return MakeError(Reason::VERSION_CONFLICT,
                     absl::StrCat("the latest version is ", group.last.version.value, ", expected ",
                                  options.expected_version->value));
  }
  ANNALS_RETURN_IF_ERROR(sequencer_.health());
  CatalogDraft draft(group.planned, group.last.version.Next(), {});
  ANNALS_ASSIGN_OR_RETURN(PlannedBatch batch,
                          PlanBatch(request.commands, group.planned, draft, options.policy,
                                    {.max_entries = options.max_entries}));
  if (!batch.entries.empty() || request.keep_empty) {
    ANNALS_ASSIGN_OR_RETURN(std::string bytes,
                            Seal(request, std::move(batch.entries), draft.next_object_id(), group));
    std::move(draft).MergeInto(group.planned);
    group.bytes += bytes.size();
    group.records.back().bytes = std::move(bytes);
  }
  request.result =
      ExecuteResult{group.last.version, std::move(batch.applied), group.last.activation};
  return absl::OkStatus();
}

// Makes the record of the group's next version and moves `group.last` to it.
absl::StatusOr<std::string> Committer::Seal(Request& request, UpdateEntries entries,
                                            ObjectId next_object_id, Group& group) {
  const ExecuteOptions& options = request.options;
  const absl::Duration delay = options.delay.value_or(delay_);
  if (delay < absl::ZeroDuration() || delay > absl::Hours(24 * 366)) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("an activation delay of ", absl::FormatDuration(delay),
                                  " is not between 0 and a year"));
  }
  ANNALS_ASSIGN_OR_RETURN(const HybridTimestamp timestamp, clock_.Begin(options.accept_clock_jump));
  const HybridTimestamp activation =
      std::max(group.last.activation.Next(),
               timestamp.PlusMs(static_cast<uint64_t>(absl::ToInt64Milliseconds(delay))));
  const std::string payload = EncodeUpdate({.timestamp = timestamp,
                                            .activation = activation,
                                            .policy = options.policy,
                                            .next_object_id = next_object_id,
                                            .entries = std::move(entries),
                                            .author = options.author,
                                            .message = options.message,
                                            .statement = options.statement});
  const uint64_t limit = log_.capabilities().max_record_bytes;
  if (payload.size() + kEnvelopeSize > limit) {
    return MakeError(Reason::RECORD_TOO_LARGE,
                     absl::StrCat("the record of this version would have ",
                                  payload.size() + kEnvelopeSize, " bytes, the log takes ", limit));
  }
  const CommitId commit_id = CommitId::Random();
  const CatalogVersion version = group.last.version.Next();
  std::string bytes = SealRecord({.store = log_.Head().store,
                                  .version = version,
                                  .previous = group.last.hash,
                                  .commit_id = commit_id},
                                 payload);
  group.last = {version, HashOfVersion(bytes), timestamp, activation};
  group.records.push_back({version, commit_id, {}});
  return bytes;
}

// True: the group is durable and applied. False: another writer was first, and what
// it wrote is applied.
absl::StatusOr<bool> Committer::Append(const Group& group) {
  const AppendResult appended = log_.Append(group.records, group.first.version, group.deadline);
  switch (appended.outcome) {
    case AppendResult::Outcome::kRefused:
      return appended.status;
    case AppendResult::Outcome::kUnknown: {
      auto settled = Settle(group);
      if (!settled.ok()) return appended.status;
      if (!*settled) return false;
      break;
    }
    case AppendResult::Outcome::kConflict:
      ANNALS_RETURN_IF_ERROR(sequencer_.WaitFor(appended.head, group.deadline));
      return false;
    case AppendResult::Outcome::kCommitted:
      ANNALS_RETURN_IF_ERROR(appended.status);
      break;
  }
  if (const absl::Status applied = sequencer_.WaitFor(group.last.version, group.deadline);
      !applied.ok()) {
    return WithContext(applied, absl::StrCat("version ", group.last.version.value,
                                             " is in the log, but was not applied here"));
  }
  return true;
}

// Asks the log whether an append of unknown outcome happened.
absl::StatusOr<bool> Committer::Settle(const Group& group) {
  const PendingRecord& first = group.records.front();
  ANNALS_ASSIGN_OR_RETURN(const bool ours, log_.Outcome(first.commit_id, first.version));
  // The version is another writer's: that has to be applied before planning again.
  if (!ours && log_.Head().version >= first.version) {
    ANNALS_RETURN_IF_ERROR(sequencer_.WaitFor(first.version, group.deadline));
  }
  return ours;
}

}  // namespace annals
