#include "annals/engine/sequencer.h"

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/wait_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

std::vector<ObjectId> IdsOf(const Delta& delta) {
  std::vector<ObjectId> ids;
  ids.reserve(delta.changes.size());
  for (const Delta::Change& change : delta.changes) ids.push_back(change.id);
  return ids;
}

}  // namespace

// A listener may use other catalogs, whose listeners then run inside it.
class Sequencer::ListenerScope {
 public:
  explicit ListenerScope(const Sequencer& sequencer) : sequencer_(sequencer), outer_(innermost_) {
    innermost_ = this;
  }
  ~ListenerScope() { innermost_ = outer_; }
  ListenerScope(const ListenerScope&) = delete;
  ListenerScope& operator=(const ListenerScope&) = delete;

  static bool IsInside(const Sequencer& sequencer) {
    const ListenerScope* scope = innermost_;
    while (scope != nullptr && &scope->sequencer_ != &sequencer) scope = scope->outer_;
    return scope != nullptr;
  }

 private:
  inline static thread_local const ListenerScope* innermost_ = nullptr;

  const Sequencer& sequencer_;
  const ListenerScope* const outer_;
};

absl::Status Sequencer::OnRecord(const LogRecord& record) {
  return Take(record.version, [&]() -> absl::StatusOr<Replay::Step> {
    auto expected = TakeExpected(record);
    if (!expected) return replay_.Next(record);
    replay_.Next(*expected);
    return *std::move(expected);
  });
}

absl::Status Sequencer::OnDecoded(DecodedRecord record) {
  return Take(record.version, [&] { return replay_.Next(std::move(record)); });
}

absl::Status Sequencer::Take(CatalogVersion version,
                             absl::FunctionRef<absl::StatusOr<Replay::Step>()> make) {
  absl::Status status;
  try {
    const Catalog before = store_->Latest();
    status = Tell(before, make());
  } catch (const std::exception& error) {
    status =
        MakeError(Reason::INTERNAL, absl::StrCat("version ", version.value, ": ", error.what()));
  }
  if (!status.ok()) Fail(status);
  return status;
}

// Everybody hears of the version that `made` is, the one after `before`.
absl::Status Sequencer::Tell(const Catalog& before, const absl::StatusOr<Replay::Step>& made) {
  ANNALS_RETURN_IF_ERROR(made.status());
  clock_.Observe(made->head.timestamp);
  recent_.Add(made->head.version, made->delta);
  if (!ListenerIds().empty()) {
    Notify(EventBetween(before, store_->Latest(), IdsOf(made->delta)));
  }
  Finish(made->head);
  return absl::OkStatus();
}

void Sequencer::Expect(std::vector<Replay::Step> steps) {
  const std::lock_guard lock(mutex_);
  expected_.assign(std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
}

std::optional<Replay::Step> Sequencer::TakeExpected(const LogRecord& record) {
  const std::lock_guard lock(mutex_);
  if (expected_.empty()) return std::nullopt;
  if (expected_.front().head.hash != record.hash) {
    expected_.clear();
    return std::nullopt;
  }
  Replay::Step step = std::move(expected_.front());
  expected_.pop_front();
  return step;
}

void Sequencer::OnSnapshotMoved(CatalogVersion snapshot) {
  active_.MarkActive(snapshot);
  store_->Truncate(snapshot);
}

void Sequencer::OnLagged(CatalogVersion earliest) {
  const std::lock_guard lock(mutex_);
  lag_ = earliest;
  moved_.notify_all();
}

void Sequencer::OnClosed(const absl::Status& status) {
  Fail(status.ok() ? MakeError(Reason::CLOSED, "the log was closed") : status);
}

absl::Status Sequencer::Rebase(const Snapshot& snapshot) {
  // Not held unless somebody wants it: the store would keep room for all versions between.
  std::optional<Catalog> before;
  if (!ListenerIds().empty()) before = store_->Latest();
  ANNALS_RETURN_IF_ERROR(replay_.Rebase(snapshot));
  clock_.Observe(snapshot.image.timestamp);
  if (before) Notify(EventBetween(*std::move(before), store_->Latest()));
  Finish(replay_.head());
  // It was active for who took the snapshot.
  active_.MarkActive(snapshot.image.version);
  return absl::OkStatus();
}

ReplayHead Sequencer::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

absl::Status Sequencer::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

CatalogVersion Sequencer::TakeLag() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lag_, CatalogVersion{});
}

absl::Status Sequencer::WaitFor(CatalogVersion version, absl::Time deadline) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return head_.version >= version || !health_.ok(); };
  if (!WaitUntil(lock, moved_, deadline, there)) {
    return MakeError(
        Reason::DEADLINE_EXCEEDED,
        absl::StrCat("version ", version.value,
                     " was not there before the deadline; the latest is ", head_.version.value));
  }
  return head_.version >= version ? absl::OkStatus() : health_;
}

// All listeners have heard of `head`.
void Sequencer::Finish(const ReplayHead& head) {
  // Followers that this wakes ask for the head, and find this one: they wait for the lock.
  const std::lock_guard lock(mutex_);
  head_ = head;
  active_.Add(head.version, head.timestamp, head.activation);
  moved_.notify_all();
}

void Sequencer::Fail(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  if (health_.ok()) health_ = status;
  moved_.notify_all();
}

uint64_t Sequencer::AddListener(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_[next_listener_] = std::make_shared<const Listener>(std::move(listener));
  return next_listener_++;
}

void Sequencer::RemoveListener(uint64_t id) {
  std::unique_lock lock(listeners_mutex_);
  listeners_.erase(id);
  if (!InListener()) called_.wait(lock, [&] { return calling_ != id; });
}

Sequencer::ListenerFailures Sequencer::listener_failures() const {
  const std::lock_guard lock(listeners_mutex_);
  return failures_;
}

bool Sequencer::InListener() const { return ListenerScope::IsInside(*this); }

std::vector<uint64_t> Sequencer::ListenerIds() const {
  const std::lock_guard lock(listeners_mutex_);
  std::vector<uint64_t> ids;
  for (const auto& [id, listener] : listeners_) ids.push_back(id);
  return ids;
}

void Sequencer::Notify(const CatalogEvent& event) {
  const ListenerScope scope(*this);
  for (uint64_t id : ListenerIds()) Notify(id, event);
}

void Sequencer::Notify(uint64_t id, const CatalogEvent& event) {
  std::unique_lock lock(listeners_mutex_);
  const auto found = listeners_.find(id);
  if (found == listeners_.end()) return;  // Removed by one that was called before it.
  auto listener = found->second;
  calling_ = id;
  lock.unlock();
  const absl::Status status = CallGuarded([&] { return (*listener)(event); });
  listener.reset();  // What it captured goes before RemoveListener returns.
  lock.lock();
  calling_ = 0;
  called_.notify_all();
  if (status.ok()) return;
  ++failures_.count;
  failures_.last = absl::StrCat("version ", event.after.version().value, ": ", status.message());
}

}  // namespace annals
