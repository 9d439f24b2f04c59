#include "annals/tests/support/simulated_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/tests/support/test_log.h"

namespace annals {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

void Erase(Entries& entries, const KeyRange& range) {
  entries.erase(entries.lower_bound(range.begin), entries.lower_bound(range.end));
}

AppendResult Unknown(std::span<const PendingRecord> records) {
  return {.outcome = AppendResult::Outcome::kUnknown,
          .head = {},
          .status = MakeError(Reason::OUTCOME_UNKNOWN,
                              absl::StrCat("version ", records.front().version.value,
                                           " (commit id ", records.front().commit_id.ToString(),
                                           ") may or may not be in the log: no reply"))};
}

AppendResult Refused(absl::Status why) {
  return {.outcome = AppendResult::Outcome::kRefused, .head = {}, .status = std::move(why)};
}

}  // namespace

SimulatedCluster::SimulatedCluster() : shared_(std::make_shared<Shared>()) {
  shared_->store = StoreUuid::Random();
  shared_->limits = {.max_record_bytes = 1 << 20,
                     .max_batch_records = 64,
                     .single_writer = false,
                     .synchronous = false};
}

std::unique_ptr<SimulatedLog> SimulatedCluster::Connect(Delivery delivery) {
  return std::unique_ptr<SimulatedLog>(new SimulatedLog(shared_, delivery));
}

StoreUuid SimulatedCluster::store() const {
  std::lock_guard lock(shared_->mu);
  return shared_->store;
}

LogPosition SimulatedCluster::head() const {
  std::lock_guard lock(shared_->mu);
  return shared_->head;
}

void SimulatedCluster::FailNextAppend(Fault fault) {
  std::lock_guard lock(shared_->mu);
  shared_->faults.push_back(fault);
}

void SimulatedCluster::BeforeNextAppend(std::function<void()> action) {
  std::lock_guard lock(shared_->mu);
  shared_->before_append = std::move(action);
}

LogPosition SimulatedCluster::AppendForeign(std::string_view payload) {
  std::lock_guard lock(shared_->mu);
  RecordWriter writer(shared_->store, shared_->head);
  const PendingRecord record = writer.Next(payload);
  shared_->entries[UpdateKey(record.version)] = record.bytes;
  shared_->head = writer.position();
  shared_->changed.notify_all();
  return shared_->head;
}

void SimulatedCluster::AnswerOutcomes(bool answer) {
  std::lock_guard lock(shared_->mu);
  shared_->answer_outcomes = answer;
}

void SimulatedCluster::HoldWatches(bool hold) {
  std::lock_guard lock(shared_->mu);
  shared_->hold_watches = hold;
  shared_->changed.notify_all();
}

void SimulatedCluster::CloseWatches(const absl::Status& status) {
  std::lock_guard lock(shared_->mu);
  ++shared_->closings;
  shared_->closed_with = status;
  shared_->changed.notify_all();
}

void SimulatedCluster::SetLimits(uint64_t max_record_bytes, size_t max_batch_records) {
  std::lock_guard lock(shared_->mu);
  shared_->limits.max_record_bytes = max_record_bytes;
  shared_->limits.max_batch_records = max_batch_records;
}

SimulatedLog::SimulatedLog(std::shared_ptr<Shared> shared, SimulatedCluster::Delivery delivery)
    : shared_(std::move(shared)) {
  if (delivery == SimulatedCluster::Delivery::kWatchThread) {
    thread_ = std::thread([this] { RunWatch(); });
  }
}

SimulatedLog::~SimulatedLog() {
  {
    std::lock_guard lock(shared_->mu);
    stopping_ = true;
    shared_->changed.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (watch_.has_value()) watch_->sink->OnClosed(absl::OkStatus());
}

UpdateLog::HeadInfo SimulatedLog::Head() const {
  std::lock_guard lock(shared_->mu);
  return {shared_->store, shared_->head.version, shared_->snapshot};
}

UpdateLog::Capabilities SimulatedLog::capabilities() const {
  std::lock_guard lock(shared_->mu);
  return shared_->limits;
}

AppendResult SimulatedLog::Append(std::span<const PendingRecord> records,
                                  CatalogVersion expected_head, absl::Time deadline) {
  std::unique_lock lock(shared_->mu);
  if (auto action = std::exchange(shared_->before_append, nullptr)) {
    lock.unlock();
    action();
    lock.lock();
  }
  if (deadline <= absl::Now()) {
    return Refused(MakeError(Reason::DEADLINE_EXCEEDED, "the deadline passed before the append"));
  }
  std::optional<SimulatedCluster::Fault> fault;
  if (!shared_->faults.empty()) {
    fault = shared_->faults.front();
    shared_->faults.pop_front();
  }
  if (fault == SimulatedCluster::Fault::kRefused) {
    return Refused(MakeError(Reason::IO_ERROR, "no server answers"));
  }
  if (fault == SimulatedCluster::Fault::kUnknownNotApplied) return Unknown(records);
  if (shared_->head.version != expected_head) {
    if (fault.has_value()) return Unknown(records);  // Who lost the reply can't know of the race.
    return {.outcome = AppendResult::Outcome::kConflict, .head = shared_->head.version};
  }
  const auto checked = CheckAppend(shared_->store, shared_->head, shared_->limits, records);
  if (!checked.ok()) return Refused(checked.status());
  for (const PendingRecord& record : records) {
    shared_->entries[UpdateKey(record.version)] = record.bytes;
  }
  shared_->head = {checked->back().version, checked->back().hash};
  shared_->changed.notify_all();
  if (fault.has_value()) return Unknown(records);
  return {.outcome = AppendResult::Outcome::kCommitted, .head = shared_->head.version};
}

absl::StatusOr<bool> SimulatedLog::Outcome(CommitId commit_id, CatalogVersion version) const {
  {
    std::lock_guard lock(shared_->mu);
    if (!shared_->answer_outcomes) {
      return MakeError(Reason::OUTCOME_UNKNOWN, "no server answers");
    }
    if (version > shared_->head.version) return false;
  }
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(RecordView record, OpenRecord(UpdateKey(version), bytes));
  if (record.envelope.kind == RecordKind::kRoot) record = UpdateInRoot(record).value_or(record);
  return record.envelope.commit_id == commit_id;
}

absl::Status SimulatedLog::Subscribe(CatalogVersion from, LogSink* sink) {
  std::lock_guard delivering(delivering_);
  const HeadInfo head = Head();
  if (from.value == 0 || from > head.version.Next()) return NoSuchVersion(from, head.version);
  if (from <= head.snapshot) {
    sink->OnLagged(head.snapshot);
    return absl::OkStatus();
  }
  LogPosition before;
  if (from.value > 1) {
    ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(from.Previous()));
    ANNALS_ASSIGN_OR_RETURN(before, PositionOf(head.store, from.Previous(), bytes));
  }
  uint64_t closings = 0;
  {
    std::lock_guard lock(shared_->mu);
    closings = shared_->closings;
  }
  watch_.emplace(Watch{sink, RecordChain(head.store, before), head.snapshot, closings});
  while (watch_.has_value() && watch_->chain.position().version < head.version) {
    ANNALS_RETURN_IF_ERROR(DeliverOne().status());
  }
  return absl::OkStatus();
}

void SimulatedLog::Unsubscribe() {
  std::lock_guard delivering(delivering_);
  watch_.reset();
}

// REQUIRES: delivering_ and shared_->mu are held.
std::optional<SimulatedLog::Event> SimulatedLog::NextEvent() const {
  if (!watch_.has_value()) return std::nullopt;
  const CatalogVersion next = watch_->chain.position().version.Next();
  if (next <= shared_->snapshot) return Event{Event::Kind::kLagged, shared_->snapshot, {}, {}};
  if (next <= shared_->head.version) {
    return Event{Event::Kind::kRecord, next, shared_->entries.at(UpdateKey(next)), {}};
  }
  if (watch_->snapshot < shared_->snapshot) {
    return Event{Event::Kind::kSnapshotMoved, shared_->snapshot, {}, {}};
  }
  if (watch_->closings < shared_->closings) {
    return Event{Event::Kind::kClosed, {}, {}, shared_->closed_with};
  }
  return std::nullopt;
}

// Whether there was something to deliver. REQUIRES: delivering_ is held.
absl::StatusOr<bool> SimulatedLog::DeliverOne(bool unless_held) {
  std::optional<Event> event;
  {
    std::lock_guard lock(shared_->mu);
    // Asked here, so that what is appended after HoldWatches is never delivered.
    if (unless_held && shared_->hold_watches) return false;
    event = NextEvent();
  }
  if (!event.has_value()) return false;
  LogSink* const sink = watch_->sink;
  switch (event->kind) {
    case Event::Kind::kRecord: {
      auto record = watch_->chain.Next(event->version, event->bytes);
      absl::Status status = record.ok() ? sink->OnRecord(*record) : record.status();
      if (!status.ok()) watch_.reset();
      if (!status.ok()) return status;
      break;
    }
    case Event::Kind::kSnapshotMoved:
      watch_->snapshot = event->version;
      sink->OnSnapshotMoved(event->version);
      break;
    case Event::Kind::kLagged:
      watch_.reset();
      sink->OnLagged(event->version);
      break;
    case Event::Kind::kClosed:
      watch_.reset();
      sink->OnClosed(event->status);
      break;
  }
  return true;
}

size_t SimulatedLog::Pump() { return Deliver(/*unless_held=*/false); }

size_t SimulatedLog::Deliver(bool unless_held) {
  size_t calls = 0;
  while (true) {
    std::lock_guard delivering(delivering_);
    LogSink* const sink = watch_.has_value() ? watch_->sink : nullptr;
    const auto delivered = DeliverOne(unless_held);
    // Nobody else waits for what the sink, or the chain, had against the record.
    if (!delivered.ok()) sink->OnClosed(delivered.status());
    if (!delivered.ok() || *delivered) ++calls;
    if (!delivered.ok() || !*delivered) return calls;
  }
}

void SimulatedLog::RunWatch() {
  std::unique_lock lock(shared_->mu);
  while (!stopping_) {
    lock.unlock();
    const bool idle = Deliver(/*unless_held=*/true) == 0;
    lock.lock();
    // What changed between Pump and here is seen a moment later.
    if (idle && !stopping_) shared_->changed.wait_for(lock, std::chrono::milliseconds(1));
  }
}

absl::StatusOr<std::string> SimulatedLog::ReadRecord(CatalogVersion version) const {
  std::lock_guard lock(shared_->mu);
  if (version < shared_->snapshot) return TruncatedVersion(version, shared_->snapshot);
  const auto record = shared_->entries.find(UpdateKey(version));
  if (record == shared_->entries.end()) return NoSuchVersion(version, shared_->head.version);
  return record->second;
}

absl::StatusOr<std::string> SimulatedLog::ReadChunk(CatalogVersion snapshot,
                                                    std::string_view attempt,
                                                    uint32_t number) const {
  std::lock_guard lock(shared_->mu);
  const auto chunk = shared_->entries.find(ChunkKey(snapshot, attempt, number));
  if (chunk != shared_->entries.end()) return chunk->second;
  if (snapshot < shared_->snapshot) return TruncatedVersion(snapshot, shared_->snapshot);
  return MakeError(Reason::DAMAGED,
                   absl::StrCat(ChunkKey(snapshot, attempt, number), " is missing"));
}

absl::Status SimulatedLog::PutChunk(CatalogVersion snapshot, std::string_view attempt,
                                    uint32_t number, std::string_view bytes) {
  std::lock_guard lock(shared_->mu);
  shared_->entries[ChunkKey(snapshot, attempt, number)] = bytes;
  return absl::OkStatus();
}

absl::Status SimulatedLog::InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                                       std::string_view attempt, std::string_view root) {
  std::lock_guard lock(shared_->mu);
  if (shared_->snapshot != expected_snapshot) {
    return MakeError(Reason::VERSION_CONFLICT,
                     absl::StrCat("the earliest version is ", shared_->snapshot.value));
  }
  if (snapshot < shared_->snapshot) return TruncatedVersion(snapshot, shared_->snapshot);
  const auto entry = shared_->entries.find(UpdateKey(snapshot));
  if (entry == shared_->entries.end()) return NoSuchVersion(snapshot, shared_->head.version);
  ANNALS_ASSIGN_OR_RETURN(const LogPosition at,
                          PositionOf(shared_->store, snapshot, entry->second));
  ANNALS_RETURN_IF_ERROR(CheckRoot(shared_->store, at, attempt, root));
  entry->second = root;
  shared_->snapshot = snapshot;
  Erase(shared_->entries, UpdateKeysBelow(snapshot));
  Erase(shared_->entries, ChunkKeysBelow(snapshot));
  Erase(shared_->entries, ChunkKeysBefore(snapshot, attempt));
  Erase(shared_->entries, ChunkKeysAfter(snapshot, attempt));
  shared_->changed.notify_all();
  return absl::OkStatus();
}

absl::Status SimulatedLog::Backup(std::string_view /*directory*/) {
  return MakeError(Reason::NOT_SUPPORTED, "this kind of log has no copies");
}

}  // namespace annals
