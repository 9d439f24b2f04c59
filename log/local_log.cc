#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/log/keys.h"
#include "annals/log/local_log_internal.h"
#include "annals/log/mutant_internal.h"

namespace annals {
namespace {

absl::Status ReadOnlyError() {
  return MakeError(Reason::READ_ONLY, "the log is open for reading only");
}

absl::Status KeyMissing(std::string_view key, std::string_view what) {
  return MakeError(Reason::DAMAGED, absl::StrCat(ToAbsl(key), " is missing: expected ",
                                                 ToAbsl(what), ", found no such key"));
}

std::string NamesOf(std::span<const PendingRecord> records) {
  const auto name = [](const PendingRecord& record) {
    return absl::StrCat("version ", record.version.value, " (commit id ",
                        record.commit_id.ToString(), ")");
  };
  if (records.size() == 1) return name(records.front());
  return absl::StrCat(name(records.front()), " to ", name(records.back()));
}

AppendResult Refused(absl::Status why) {
  return {.outcome = AppendResult::Outcome::kRefused, .head = {}, .status = std::move(why)};
}

absl::StatusOr<StoreUuid> ReadProduct(const LogStorage& storage) {
  ANNALS_ASSIGN_OR_RETURN(const auto product, storage.Get(kProductKey));
  if (product.has_value()) return ParseProductValue(*product);
  ANNALS_ASSIGN_OR_RETURN(const auto ours, storage.FirstKey({"catalog.", "catalog/"}));
  if (ours.has_value()) {
    return KeyMissing(kProductKey, absl::StrCat("it beside ", *ours));
  }
  ANNALS_ASSIGN_OR_RETURN(const auto foreign, storage.FirstKey(AllKeys()));
  if (foreign.has_value()) {
    return MakeError(Reason::NOT_A_STORE, "the database holds keys that are not of Annals");
  }
  return MakeError(Reason::STORE_NOT_FOUND, "the database is empty");
}

absl::StatusOr<std::optional<CatalogVersion>> ReadVersion(const LogStorage& storage,
                                                          std::string_view key) {
  ANNALS_ASSIGN_OR_RETURN(const auto value, storage.Get(key));
  if (!value.has_value()) return std::nullopt;
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, ParseVersionValue(key, *value));
  return version;
}

// The place of the version that `root` stands for, which must be of that store, in the
// root and in the update that it holds.
//   INTERNAL  it is not
absl::StatusOr<LogPosition> PositionInRoot(const StoreUuid& store, CatalogVersion version,
                                           std::string_view root) {
  const auto record = OpenRecordAt(store, version, root);
  if (!record.ok()) return MakeError(Reason::INTERNAL, ToStd(record.status().message()));
  const auto update = UpdateInRoot(*record);
  if (update.has_value() && update->envelope.store == store &&
      update->envelope.version == version && version.value > 0) {
    return LogPosition{version, record->envelope.previous};
  }
  return MakeError(Reason::INTERNAL, absl::StrCat("the root holds no update of version ",
                                                  version.value, " of this store"));
}

// What one atomic write rules out; for mutants alone.
absl::Status WriteInTwo(LogStorage& storage, std::span<const Change> changes, size_t first) {
  ANNALS_RETURN_IF_ERROR(storage.Write(changes.first(first)));
  return storage.Write(changes.subspan(first));
}

// For salvage: the store that the first record names whose bytes are whole.
StoreUuid StoreOfRecords(const LogStorage& storage) {
  StoreUuid store;
  storage
      .Scan(AllUpdateKeys(),
            [&](std::string_view key, std::string_view value) {
              const auto record = OpenRecord(key, value);
              if (!record.ok()) return absl::OkStatus();
              store = record->envelope.store;
              return absl::CancelledError();  // Found.
            })
      .IgnoreError();
  return store;
}

}  // namespace

absl::Status LocalLog::Create(LogStorage* storage, const StoreUuid& store) {
  const std::string product = ProductValue(store);
  const std::string head = VersionValue({});
  const Change changes[] = {Change::Put(std::string(kProductKey), product),
                            Change::Put(std::string(kHeadKey), head)};
  return storage->Write(changes);
}

absl::StatusOr<std::unique_ptr<LocalLog>> LocalLog::Open(std::unique_ptr<LogStorage> storage,
                                                         LogAccess access) {
  auto store = ReadProduct(*storage);
  const bool salvaged =
      access == LogAccess::kSalvage && ReasonOf(store.status()) == Reason::DAMAGED;
  if (!store.ok() && !salvaged) return store.status();

  const StoreUuid uuid = store.ok() ? *store : StoreOfRecords(*storage);
  std::unique_ptr<LocalLog> log(new LocalLog(std::move(storage), access, uuid));
  if (!store.ok()) log->AddWarning(std::string(ToStd(store.status().message())));

  if (const absl::Status read = log->ReadState(); !read.ok()) {
    if (access != LogAccess::kSalvage) return read;
    log->AddWarning(std::string(ToStd(read.message())));
    log->SalvageState();
  }
  return log;
}

absl::Status LocalLog::ReadState() {
  ANNALS_ASSIGN_OR_RETURN(const auto head, ReadVersion(*storage_, kHeadKey));
  if (!head.has_value()) return KeyMissing(kHeadKey, "the newest version");
  ANNALS_ASSIGN_OR_RETURN(const auto snapshot, ReadVersion(*storage_, kSnapshotKey));
  state_.head.version = *head;
  state_.snapshot = snapshot.value_or(CatalogVersion{});
  if (state_.snapshot > state_.head.version) {
    return MakeError(Reason::DAMAGED,
                     absl::StrCat(ToAbsl(kSnapshotKey), " is damaged: expected at most version ",
                                  head->value, ", found ", snapshot->value));
  }
  ANNALS_ASSIGN_OR_RETURN(const auto position, PositionAt(*head));
  state_.head = *position;
  ANNALS_RETURN_IF_ERROR(CheckRootThere());
  return CheckNothingOutside();
}

absl::Status LocalLog::CheckRootThere() const {
  const CatalogVersion snapshot = state_.snapshot;
  if (snapshot.value == 0) return CheckNoRootFirst();
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(snapshot));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(store_, snapshot, bytes));
  return CheckKind(record, RecordKind::kRoot);
}

// A snapshot whose key was lost would otherwise look like missing records.
absl::Status LocalLog::CheckNoRootFirst() const {
  ANNALS_ASSIGN_OR_RETURN(const auto first, storage_->FirstKey(AllUpdateKeys()));
  const auto version = first ? VersionOfUpdateKey(*first) : std::nullopt;
  if (!version || version->value <= 1 || *version > state_.head.version) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(*version));
  const auto record = OpenRecordAt(store_, *version, bytes);
  if (!record.ok() || record->envelope.kind != RecordKind::kRoot) return absl::OkStatus();
  return KeyMissing(kSnapshotKey, absl::StrCat("version ", version->value));
}

absl::Status LocalLog::CheckNothingOutside() const {
  const CatalogVersion head = state_.head.version;
  ANNALS_ASSIGN_OR_RETURN(const auto above, storage_->FirstKey(UpdateKeysAbove(head)));
  if (above.has_value()) {
    return MakeError(Reason::DAMAGED, absl::StrCat(*above, " is above the head: expected version ",
                                                   head.value, " to be the newest"));
  }
  const CatalogVersion first = state_.snapshot.value == 0 ? CatalogVersion{1} : state_.snapshot;
  ANNALS_ASSIGN_OR_RETURN(const auto below, storage_->FirstKey(UpdateKeysBelow(first)));
  if (below.has_value()) {
    return MakeError(Reason::DAMAGED,
                     absl::StrCat(*below, " is below the earliest version: expected ",
                                  "none before ", first.value));
  }
  return absl::OkStatus();
}

// What the records say, where the head and the snapshot cannot be believed. An
// append is impossible then, so the head's hash is not needed.
void LocalLog::SalvageState() {
  std::optional<CatalogVersion> first;
  CatalogVersion newest;
  bool first_is_root = false;
  storage_
      ->Scan(AllUpdateKeys(),
             [&](std::string_view key, std::string_view value) {
               const auto version = VersionOfUpdateKey(key);
               if (!version.has_value()) return absl::OkStatus();
               const auto record = OpenRecord(key, value);
               if (!first.has_value()) {
                 first_is_root = record.ok() && record->envelope.kind == RecordKind::kRoot;
                 first = version;
               }
               if (record.ok()) newest = *version;  // Any key may stand above it, and mean nothing.
               return absl::OkStatus();
             })
      .IgnoreError();  // What came before the error is what there is.
  state_.snapshot = SalvagedSnapshot(first.value_or(CatalogVersion{}), first_is_root);
  const auto key = ReadVersion(*storage_, kHeadKey);
  const bool known = key.ok() && key->has_value();
  state_.head = {known ? NewestInOnePiece(std::max(**key, state_.snapshot))
                       : std::max(newest, state_.snapshot),
                 {}};
}

// Where the log begins: what its key says, if a root is there; else where the first record
// is one; else the key again, for the root may be what is damaged. At most the version of
// a record.
CatalogVersion LocalLog::SalvagedSnapshot(CatalogVersion first, bool first_is_root) const {
  const auto key = ReadVersion(*storage_, kSnapshotKey);
  const bool known = key.ok() && key->has_value();
  if (known && **key > first) {
    const auto bytes = storage_->Get(UpdateKey(**key));
    const auto root = bytes.ok() && *bytes ? OpenRecordAt(store_, **key, **bytes)
                                           : absl::NotFoundError("no such record");
    if (root.ok() && root->envelope.kind == RecordKind::kRoot) return **key;
  }
  if (first_is_root) return first;
  return known && **key <= first ? **key : CatalogVersion{};
}

// The last of the records that continue the one of `version` without a gap or damage: the
// head that is too low for them is what is wrong. `version` if none does.
CatalogVersion LocalLog::NewestInOnePiece(CatalogVersion version) const {
  LogPosition start;
  if (version.value > 0) {
    const auto bytes = storage_->Get(UpdateKey(version));
    if (!bytes.ok() || !bytes->has_value()) return version;
    const auto position = PositionOf(store_, version, **bytes);
    if (!position.ok()) return version;
    start = *position;
  }
  RecordChain chain(store_, start);
  storage_
      ->Scan(UpdateKeysAbove(version),
             [&](std::string_view key, std::string_view value) -> absl::Status {
               const auto next = VersionOfUpdateKey(key);
               if (!next.has_value()) return absl::OkStatus();  // Told of as no key of a record.
               return chain.Next(*next, value).status();
             })
      .IgnoreError();  // The first that does not continue the chain ends it.
  return chain.position().version;
}

bool LocalLog::HasChunks() const {
  if (state_.snapshot.value == 0) return true;
  const auto bytes = ReadRecord(state_.snapshot);
  if (!bytes.ok()) return true;
  const auto root = OpenRecordAt(store_, state_.snapshot, *bytes);
  if (!root.ok()) return true;
  const std::string attempt = root->envelope.commit_id.ToString();
  const auto found = storage_->FirstKey(
      {ChunkKey(state_.snapshot, attempt, 0), ChunkKey(state_.snapshot, attempt, kMaxChunks - 1)});
  return !found.ok() || found->has_value();
}

LocalLog::~LocalLog() {
  if (sink_ != nullptr) sink_->OnClosed(absl::OkStatus());
}

absl::Status LocalLog::SweepChunks() {
  std::vector<KeyRange> ranges = {ChunkKeysBelow(state_.snapshot)};
  if (state_.snapshot.value > 0) {
    ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(state_.snapshot));
    ANNALS_ASSIGN_OR_RETURN(const RecordView root, OpenRecordAt(store_, state_.snapshot, bytes));
    const std::string attempt = root.envelope.commit_id.ToString();
    ranges.push_back(ChunkKeysBefore(state_.snapshot, attempt));
    ranges.push_back(ChunkKeysAfter(state_.snapshot, attempt));
  }
  ranges.push_back(ChunkKeysAbove(state_.snapshot));  // Nobody else can be at work on them.

  std::vector<Change> changes;
  for (KeyRange& range : ranges) {
    ANNALS_ASSIGN_OR_RETURN(const auto found, storage_->FirstKey(range));
    if (found.has_value()) changes.push_back(Change::Delete(std::move(range)));
  }
  if (changes.empty()) return absl::OkStatus();
  return storage_->Write(changes);
}

LocalLog::State LocalLog::Now() const {
  std::lock_guard lock(state_mu_);
  return state_;
}

void LocalLog::AddWarning(std::string warning) {
  if (std::find(warnings_.begin(), warnings_.end(), warning) != warnings_.end()) return;
  warnings_.push_back(std::move(warning));
}

void LocalLog::SetMark(MarkState mark) {
  if (!mark.problem.empty()) AddWarning(mark.problem);
  mark_ = std::move(mark);
}

void LocalLog::AcceptLoss(std::string loss) {
  AddWarning(loss);
  accepted_loss_ = std::move(loss);
}

UpdateLog::HeadInfo LocalLog::Head() const {
  std::lock_guard lock(state_mu_);
  return {store_, state_.head.version, state_.snapshot};
}

LogPosition LocalLog::HeadPosition() const {
  std::lock_guard lock(state_mu_);
  return state_.head;
}

absl::StatusOr<std::optional<LogPosition>> LocalLog::PositionAt(CatalogVersion version) const {
  if (version.value == 0) return LogPosition{};
  auto bytes = ReadRecord(version);
  if (bytes.status().code() == absl::StatusCode::kOutOfRange ||
      bytes.status().code() == absl::StatusCode::kNotFound) {
    return std::nullopt;
  }
  ANNALS_RETURN_IF_ERROR(bytes.status());
  ANNALS_ASSIGN_OR_RETURN(const LogPosition position, PositionOf(store_, version, *bytes));
  return position;
}

absl::Status LocalLog::CheckWritable() const {
  if (access_ != LogAccess::kWrite) return ReadOnlyError();
  std::lock_guard lock(state_mu_);
  return state_.broken;
}

AppendResult LocalLog::Append(std::span<const PendingRecord> records, CatalogVersion expected_head,
                              absl::Time deadline) {
  std::lock_guard turn(writing_);
  if (absl::Status status = CheckWritable(); !status.ok()) return Refused(std::move(status));
  if (deadline != absl::InfiniteFuture() && deadline <= absl::Now()) {
    return Refused(MakeError(Reason::DEADLINE_EXCEEDED, "the deadline passed before the append"));
  }
  const CatalogVersion head = state_.head.version;
  if (head != expected_head && !IsMutant("no-compare")) {
    return {.outcome = AppendResult::Outcome::kConflict, .head = head, .status = {}};
  }
  const auto checked = CheckAppend(store_, state_.head, capabilities(), records);
  if (!checked.ok()) return Refused(checked.status());

  if (const absl::Status written = WriteRecords(records); !written.ok()) {
    return {.outcome = AppendResult::Outcome::kUnknown,
            .head = head,
            .status = Break(NamesOf(records), written)};
  }
  const LogPosition new_head{checked->back().version, checked->back().hash};
  {
    std::lock_guard lock(state_mu_);
    state_.head = new_head;
  }
  storage_->NoteHead(new_head);
  return {.outcome = AppendResult::Outcome::kCommitted,
          .head = new_head.version,
          .status = Deliver(*checked)};
}

absl::Status LocalLog::WriteRecords(std::span<const PendingRecord> records) {
  const std::string head = VersionValue(records.back().version);
  std::vector<Change> changes;
  changes.reserve(records.size() + 1);
  for (const PendingRecord& record : records) {
    changes.push_back(Change::Put(UpdateKey(record.version), record.bytes));
  }
  changes.push_back(Change::Put(std::string(kHeadKey), head));
  if (IsMutant("two-writes")) return WriteInTwo(*storage_, changes, records.size());
  return storage_->Write(changes);
}

// From here on nobody writes: what is on the disk is not known, and a later
// write could make it true or untrue after the caller was told.
absl::Status LocalLog::Break(std::string_view what, const absl::Status& cause) {
  absl::Status broken = MakeError(
      Reason::OUTCOME_UNKNOWN,
      absl::StrCat(ToAbsl(what), " may or may not be in the log: ", cause.message(),
                   "; the log takes no more writes, and opening the store again decides"));
  std::lock_guard lock(state_mu_);
  if (state_.broken.ok()) state_.broken = broken;
  return broken;
}

absl::Status LocalLog::Deliver(std::span<const LogRecord> records) {
  for (const LogRecord& record : records) {
    if (sink_ == nullptr) break;
    if (absl::Status status = sink_->OnRecord(record); !status.ok()) {
      sink_ = nullptr;
      return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LocalLog::Outcome(CommitId commit_id, CatalogVersion version) const {
  const State state = Now();
  if (version > state.head.version) {
    ANNALS_RETURN_IF_ERROR(state.broken);
    return false;
  }
  if (version.value == 0) return NoSuchVersion(version, state.head.version);
  if (version < state.snapshot) {
    return MakeError(Reason::OUTCOME_UNKNOWN,
                     TruncatedVersion(version, state.snapshot).message().data());
  }
  ANNALS_ASSIGN_OR_RETURN(const std::string bytes, ReadRecord(version));
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(store_, version, bytes));
  if (record.envelope.kind == RecordKind::kUpdate) return record.envelope.commit_id == commit_id;
  const auto update = UpdateInRoot(record);
  if (!update.has_value()) {
    return MakeError(Reason::OUTCOME_UNKNOWN,
                     absl::StrCat("the snapshot of version ", version.value,
                                  " does not hold the version's own record"));
  }
  return update->envelope.commit_id == commit_id;
}

absl::Status LocalLog::Subscribe(CatalogVersion from, LogSink* sink) {
  std::lock_guard turn(writing_);
  if (sink_ != nullptr) {
    return MakeError(Reason::INVALID_REQUEST, "the log has a subscriber already");
  }
  const State state = Now();
  if (from.value == 0 || from.Previous() > state.head.version) {
    return NoSuchVersion(from, state.head.version);
  }
  if (from <= state.snapshot) {
    sink->OnLagged(state.snapshot);
    return absl::OkStatus();
  }
  ANNALS_RETURN_IF_ERROR(Replay(from, sink));
  sink_ = sink;
  return absl::OkStatus();
}

absl::Status LocalLog::Replay(CatalogVersion from, LogSink* sink) const {
  const CatalogVersion head = state_.head.version;
  ANNALS_ASSIGN_OR_RETURN(const auto before, PositionAt(from.Previous()));
  RecordChain chain(store_, *before);
  const KeyRange range{UpdateKey(from), UpdateKeysAbove(head).begin};
  ANNALS_RETURN_IF_ERROR(
      storage_->Scan(range, [&](std::string_view key, std::string_view value) -> absl::Status {
        const auto version = VersionOfUpdateKey(key);
        if (!version.has_value()) {
          return MakeError(Reason::DAMAGED,
                           absl::StrCat(ToAbsl(key), " is out of place: expected ",
                                        UpdateKey(chain.position().version.Next())));
        }
        ANNALS_ASSIGN_OR_RETURN(const LogRecord record, chain.Next(*version, value));
        return sink->OnRecord(record);
      }));
  if (chain.position().version < head) return chain.Missing(head);
  return absl::OkStatus();
}

void LocalLog::Unsubscribe() {
  std::lock_guard turn(writing_);
  sink_ = nullptr;
}

absl::StatusOr<std::string> LocalLog::ReadRecord(CatalogVersion version) const {
  const State before = Now();
  if (version < before.snapshot) return TruncatedVersion(version, before.snapshot);
  if (version.value == 0 || version > before.head.version) {
    return NoSuchVersion(version, before.head.version);
  }
  ANNALS_ASSIGN_OR_RETURN(auto bytes, storage_->Get(UpdateKey(version)));
  if (bytes.has_value()) return *std::move(bytes);
  const State after = Now();
  if (version < after.snapshot) return TruncatedVersion(version, after.snapshot);
  return KeyMissing(UpdateKey(version), absl::StrCat("the record of version ", version.value));
}

bool LocalLog::IsGap(CatalogVersion first, CatalogVersion last) const {
  const auto found = storage_->FirstKey({UpdateKey(first), UpdateKeysAbove(last).begin});
  return found.ok() && !found->has_value();
}

// Both ends are found by halving.
std::optional<UpdateLog::VersionRange> LocalLog::GapAt(CatalogVersion version) const {
  const State state = Now();
  uint64_t lowest = std::max<uint64_t>(state.snapshot.value, 1);
  uint64_t highest = state.head.version.value;
  if (version.value < lowest || version.value > highest || !IsGap(version, version)) {
    return std::nullopt;
  }
  uint64_t first = version.value;
  while (lowest < first) {
    const uint64_t middle = lowest + (first - lowest) / 2;
    if (IsGap({middle}, version)) {
      first = middle;
    } else {
      lowest = middle + 1;
    }
  }
  uint64_t last = version.value;
  while (last < highest) {
    const uint64_t middle = highest - (highest - last) / 2;
    if (IsGap(version, {middle})) {
      last = middle;
    } else {
      highest = middle - 1;
    }
  }
  return VersionRange{{first}, {last}};
}

absl::StatusOr<std::string> LocalLog::ReadChunk(CatalogVersion snapshot, std::string_view attempt,
                                                uint32_t number) const {
  const std::string key = ChunkKey(snapshot, attempt, number);
  ANNALS_ASSIGN_OR_RETURN(auto bytes, storage_->Get(key));
  if (bytes.has_value()) return *std::move(bytes);
  if (const State state = Now(); snapshot < state.snapshot) {
    return TruncatedVersion(snapshot, state.snapshot);
  }
  return KeyMissing(key, "a chunk of the snapshot");
}

absl::Status LocalLog::ForEachKey(std::string_view first, VisitKey visit) const {
  return storage_->Scan({std::string(first), AllKeys().end}, visit);
}

absl::Status LocalLog::PutChunk(CatalogVersion snapshot, std::string_view attempt, uint32_t number,
                                std::string_view bytes) {
  ANNALS_RETURN_IF_ERROR(CheckWritable());
  if (!IsAttempt(attempt) || number >= kMaxChunks) {
    return MakeError(Reason::INVALID_REQUEST,
                     "a chunk needs an attempt of 32 hex digits and a "
                     "number below 1000000");
  }
  const std::string key = ChunkKey(snapshot, attempt, number);
  std::lock_guard turn(snapshotting_);
  if (number == 0) BeginChunks(snapshot, attempt);
  if (!chunks_.AreOf(snapshot, attempt) || number != chunks_.count) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat(key,
                                  " comes out of turn: expected chunk 0, or the one after "
                                  "the last of the same attempt"));
  }
  ++chunks_.count;
  absl::Status put = chunks_.writer->Put(key, bytes);
  if (!put.ok()) GiveUpChunks();  // What a full disk holds of them is better gone.
  return put;
}

void LocalLog::BeginChunks(CatalogVersion snapshot, std::string_view attempt) {
  GiveUpChunks();
  std::erase(given_up_, attempt);
  chunks_ = {snapshot, std::string(attempt), 0, storage_->NewBulkWriter()};
}

void LocalLog::GiveUpChunks() {
  if (chunks_.writer == nullptr) return;
  given_up_.push_back(std::move(chunks_.attempt));
  chunks_ = {};
}

// An error changes nothing: nobody asks for chunks of which no root speaks.
absl::Status LocalLog::FinishChunks(CatalogVersion snapshot, std::string_view attempt) {
  const std::string what = absl::StrCat("the chunks of snapshot ", snapshot.value);
  if (std::find(given_up_.begin(), given_up_.end(), attempt) != given_up_.end()) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat(what, " were given up, for an error or another attempt"));
  }
  if (!chunks_.AreOf(snapshot, attempt)) return absl::OkStatus();
  const absl::Status finished = chunks_.writer->Finish();
  if (finished.ok()) {
    chunks_ = {};
  } else {
    GiveUpChunks();
  }
  return WithContext(finished, what);
}

absl::Status LocalLog::InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                                   std::string_view attempt, std::string_view root) {
  ANNALS_RETURN_IF_ERROR(CheckWritable());
  std::lock_guard no_copy(snapshotting_);
  // Not in our turn at writing: appends need not wait for it.
  ANNALS_RETURN_IF_ERROR(FinishChunks(snapshot, attempt));
  std::lock_guard turn(writing_);
  ANNALS_RETURN_IF_ERROR(CheckWritable());
  const State state = Now();
  if (state.snapshot != expected_snapshot) {
    return MakeError(Reason::VERSION_CONFLICT,
                     absl::StrCat("the earliest version is ", state.snapshot.value, ", not ",
                                  expected_snapshot.value));
  }
  if (snapshot.value == 0 || snapshot > state.head.version) {
    return NoSuchVersion(snapshot, state.head.version);
  }
  if (snapshot < state.snapshot) return TruncatedVersion(snapshot, state.snapshot);
  ANNALS_ASSIGN_OR_RETURN(const auto replaced, PositionAt(snapshot));
  ANNALS_RETURN_IF_ERROR(CheckRoot(store_, *replaced, attempt, root));

  const std::string earliest = VersionValue(snapshot);
  const Change changes[] = {Change::Put(UpdateKey(snapshot), root),
                            Change::Put(std::string(kSnapshotKey), earliest),
                            Change::Delete(UpdateKeysBelow(snapshot)),
                            Change::Delete(ChunkKeysBelow(snapshot)),
                            Change::Delete(ChunkKeysBefore(snapshot, attempt)),
                            Change::Delete(ChunkKeysAfter(snapshot, attempt))};
  absl::Status written;
  {
    // Who misses a record, or finds a root in its place, asks for the state next, and
    // must not hear of the one before.
    std::lock_guard lock(state_mu_);
    written = IsMutant("root-apart") ? WriteInTwo(*storage_, changes, 1) : storage_->Write(changes);
    if (written.ok()) state_.snapshot = snapshot;
  }
  if (!written.ok()) {
    return Break(absl::StrCat("the snapshot of version ", snapshot.value), written);
  }
  if (sink_ != nullptr) sink_->OnSnapshotMoved(snapshot);
  return absl::OkStatus();
}

absl::Status LocalLog::BeginAt(CatalogVersion snapshot, std::string_view attempt,
                               std::string_view root) {
  std::lock_guard no_copy(snapshotting_);
  std::lock_guard turn(writing_);
  ANNALS_RETURN_IF_ERROR(CheckWritable());
  if (sink_ != nullptr || state_.head.version.value > 0) {
    return MakeError(Reason::VERSION_CONFLICT,
                     absl::StrCat("only an empty log can begin with a snapshot; this one has ",
                                  sink_ != nullptr ? "a subscriber" : "versions"));
  }
  ANNALS_ASSIGN_OR_RETURN(const LogPosition head, PositionInRoot(store_, snapshot, root));
  ANNALS_RETURN_IF_ERROR(CheckRoot(store_, head, attempt, root));
  ANNALS_RETURN_IF_ERROR(FinishChunks(snapshot, attempt));

  const std::string version = VersionValue(snapshot);
  const Change changes[] = {Change::Put(UpdateKey(snapshot), root),
                            Change::Put(std::string(kSnapshotKey), version),
                            Change::Put(std::string(kHeadKey), version)};
  if (const absl::Status written = storage_->Write(changes); !written.ok()) {
    return Break(absl::StrCat("the snapshot of version ", snapshot.value), written);
  }
  {
    std::lock_guard lock(state_mu_);
    state_.head = head;
    state_.snapshot = snapshot;
  }
  storage_->NoteHead(head);
  return absl::OkStatus();
}

absl::Status LocalLog::Backup(std::string_view directory) {
  ANNALS_RETURN_IF_ERROR(CheckWritable());
  std::lock_guard no_snapshot(snapshotting_);
  // The head of now is in the copy, whatever is appended meanwhile.
  return storage_->CopyTo(directory, HeadPosition());
}

}  // namespace annals
