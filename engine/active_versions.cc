#include "annals/engine/active_versions.h"

namespace annals {

void ActiveVersions::Add(CatalogVersion version, HybridTimestamp timestamp,
                         HybridTimestamp activation) {
  const std::lock_guard lock(mutex_);
  // Time has reached `timestamp`, so this needs no clock.
  pending_.push_back({version, activation, 0});
  while (!pending_.empty() && pending_.front().activation <= timestamp) {
    active_ = pending_.front().version;
    pending_.pop_front();
  }
  if (started_ && !pending_.empty()) pending_.back().due_ms = DueMs(activation);
  moved_.notify_all();
}

void ActiveVersions::MarkActive(CatalogVersion version) {
  const std::lock_guard lock(mutex_);
  while (!pending_.empty() && pending_.front().version <= version) {
    active_ = pending_.front().version;
    pending_.pop_front();
  }
  moved_.notify_all();
}

void ActiveVersions::Start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  for (Pending& one : pending_) one.due_ms = DueMs(one.activation);
}

CatalogVersion ActiveVersions::Now() {
  const std::lock_guard lock(mutex_);
  Settle();
  return active_;
}

CatalogVersion ActiveVersions::WaitForMore(CatalogVersion version, uint64_t earliest_ms,
                                           const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    Settle();
    const uint64_t now_ms = clock_.SteadyMs();
    const bool more = active_ > version;
    if (stop || (more && earliest_ms <= now_ms)) return active_;
    if (!more && pending_.empty()) {
      moved_.wait(lock);
      continue;
    }
    const uint64_t next_ms = more ? earliest_ms : pending_.front().due_ms;
    clock_.Wait(lock, moved_, next_ms > now_ms ? next_ms - now_ms : 0);
  }
}

void ActiveVersions::Wake() {
  const std::lock_guard lock(mutex_);
  moved_.notify_all();
}

uint64_t ActiveVersions::DueMs(HybridTimestamp activation) const {
  const uint64_t now_ms = hybrid_.NowMs();
  const uint64_t active_ms = activation.physical_ms();
  return clock_.SteadyMs() + (active_ms > now_ms ? active_ms - now_ms : 0);
}

// Moves on to what is active by now. REQUIRES: mutex_ is held.
void ActiveVersions::Settle() {
  if (!started_ || pending_.empty()) return;
  const uint64_t now_ms = clock_.SteadyMs();
  while (!pending_.empty() && pending_.front().due_ms <= now_ms) {
    active_ = pending_.front().version;
    pending_.pop_front();
  }
}

}  // namespace annals
