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

// What `call` says of `version`, also by throwing.
template <typename Call>
auto Guarded(CatalogVersion version, Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return MakeError(Reason::INTERNAL, absl::StrCat("version ", version.value, ": ", error.what()));
  }
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
  auto decoded = Guarded(record.version, [&] { return Decode(record); });
  if (decoded.ok()) return OnDecoded(*std::move(decoded));
  Fail(decoded.status());
  return decoded.status();
}

absl::Status Sequencer::OnDecoded(DecodedRecord record) {
  const CatalogVersion version = record.version;
  const absl::Status status = Guarded(version, [&] { return Take(std::move(record)); });
  if (!status.ok()) Fail(status);
  return status;
}

absl::Status Sequencer::Take(DecodedRecord record) {
  const Catalog before = store_->Latest();
  ANNALS_ASSIGN_OR_RETURN(const Replay::Step step, replay_.Next(std::move(record)));
  clock_.Observe(step.head.timestamp);
  recent_.Add(step.head.version, step.delta);
  if (!ListenerIds().empty()) {
    Notify(EventBetween(before, store_->Latest(), IdsOf(step.delta)));
  }
  Finish(step.head);
  return absl::OkStatus();
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
