#include "annals/engine/sequencer.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

thread_local bool in_listener = false;

std::vector<ObjectId> IdsOf(const Delta& delta) {
  std::vector<ObjectId> ids;
  ids.reserve(delta.changes.size());
  for (const Delta::Change& change : delta.changes) ids.push_back(change.id);
  return ids;
}

// What a listener says, also by throwing: no exception crosses the engine.
absl::Status Call(const Listener& listener, const CatalogEvent& event) {
  try {
    return listener(event);
  } catch (const std::exception& error) {
    return absl::UnknownError(error.what());
  } catch (...) {
    return absl::UnknownError("an exception of unknown type");
  }
}

}  // namespace

absl::Status Sequencer::OnRecord(const LogRecord& record) {
  const Catalog before = store_->Latest();
  const auto step = replay_.Next(record);
  if (!step.ok()) {
    Fail(step.status());
    return step.status();
  }
  if (clock_ != nullptr) {
    clock_->Observe(step->head.timestamp);
    Notify(before, step->delta);
  }
  Finish(step->head);
  return absl::OkStatus();
}

void Sequencer::OnSnapshotMoved(CatalogVersion snapshot) { store_->Truncate(snapshot); }

void Sequencer::OnLagged(CatalogVersion earliest) {
  const std::lock_guard lock(mutex_);
  lag_ = earliest;
  moved_.notify_all();
}

void Sequencer::OnClosed(const absl::Status& status) {
  Fail(status.ok() ? MakeError(Reason::CLOSED, "the log was closed") : status);
}

absl::Status Sequencer::Rebase(const Snapshot& snapshot) {
  ANNALS_RETURN_IF_ERROR(replay_.Rebase(snapshot));
  if (clock_ != nullptr) clock_->Observe(snapshot.image.timestamp);
  Finish(replay_.head());
  return absl::OkStatus();
}

void Sequencer::GoLive(HybridClock* clock) { clock_ = clock; }

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
  if (deadline == absl::InfiniteFuture()) {
    moved_.wait(lock, there);
  } else if (!moved_.wait_for(lock, absl::ToChronoNanoseconds(deadline - absl::Now()), there)) {
    return MakeError(
        Reason::DEADLINE_EXCEEDED,
        absl::StrCat("version ", version.value,
                     " was not there before the deadline; the latest is ", head_.version.value));
  }
  return head_.version >= version ? absl::OkStatus() : health_;
}

void Sequencer::Finish(const ReplayHead& head) {
  const std::lock_guard lock(mutex_);
  head_ = head;
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
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(id);
}

Sequencer::ListenerFailures Sequencer::listener_failures() const {
  const std::lock_guard lock(listeners_mutex_);
  return failures_;
}

bool Sequencer::InListener() { return in_listener; }

void Sequencer::Notify(const Catalog& before, const Delta& delta) {
  std::vector<std::shared_ptr<const Listener>> listeners;
  {
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& [id, listener] : listeners_) listeners.push_back(listener);
  }
  if (listeners.empty()) return;
  CatalogEvent event{before, store_->Latest(), {}};
  event.changes = Diff(event.before, event.after, IdsOf(delta));
  in_listener = true;
  for (const auto& listener : listeners) {
    const absl::Status status = Call(*listener, event);
    if (status.ok()) continue;
    const std::lock_guard lock(listeners_mutex_);
    ++failures_.count;
    failures_.last = absl::StrCat("version ", event.after.version().value, ": ", status.message());
  }
  in_listener = false;
}

}  // namespace annals
