// The part of HandleCache that keeps handles in step with the catalog and with time.

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/handles/handle_cache_internal.h"

namespace annals {
namespace {

// How often it is looked whether an old version is still held, as nobody tells.
constexpr uint64_t kLookAgainMs = 100;
constexpr uint64_t kLongestWaitMs = 3'600'000;

}  // namespace

void HandleCache::Start(bool follows) {
  {
    const std::lock_guard lock(mutex_);
    follows_ = follows;
  }
  tending_ = std::thread([this] { Tend(); });
}

void HandleCache::EndFollowing() {
  const std::lock_guard lock(mutex_);
  follows_no_more_ = true;
  changed_.notify_all();
}

std::vector<std::string> HandleCache::Preload(const std::vector<std::string>& catalogs) {
  const Catalog now = Newest(store_.Latest());
  EffectiveFingerprints fingerprints(now);
  std::vector<std::string> missing;
  for (const std::string& name : catalogs) {
    const ObjectDescriptor object = now.Find(NameScope::Root(ObjectKind::kCatalog), name);
    if (!object) {
      missing.push_back(name);
    } else if (FactoryOf(object) != nullptr) {
      BringUp(now, fingerprints, object.id());
    }
  }
  return missing;
}

// What counts now: a version may have become active while another one was followed.
Catalog HandleCache::Newest(const Catalog& at_least) const {
  auto active = store_.At(active_.Now());
  return active.ok() ? *std::move(active) : at_least;
}

absl::Status HandleCache::Follow(const CatalogEvent& event) {
  if (!Enter().ok()) return absl::OkStatus();
  const Inside visit(*this);
  const Catalog now = Newest(event.after);
  EffectiveFingerprints fingerprints(now);
  for (const ObjectChange& change : event.changes) {
    const Factory* factory = FactoryOf(change.object());
    if (factory == nullptr) continue;
    if (!now.Find(change.id)) {
      Supersede(change.id, std::nullopt);
    } else if (const HandleKey key{change.id, fingerprints.Of(change.id)};
               IsWanted(key, *factory)) {
      BringUp(now, fingerprints, change.id);
    } else {
      Supersede(change.id, key.fingerprint);
    }
  }
  if (event.whole()) {
    for (ObjectId id : KnownIds()) {
      if (!now.Find(id)) Supersede(id, std::nullopt);
    }
  }
  FinishFollowing(event.after.version());
  return absl::OkStatus();
}

// Whether there has to be a handle under `key` without anybody asking for it.
bool HandleCache::IsWanted(const HandleKey& key, const Factory& factory) const {
  if (factory.is_eager()) return true;
  const std::lock_guard lock(mutex_);
  if (offered_.contains(key)) return true;
  for (const auto& [other, entry] : EntriesOf(key.id)) {
    const bool in_use = !entry.kept.empty() || entry.building || entry.wanted;
    if (in_use && !entry.superseded) return true;
  }
  return false;
}

// Sees to it that there is a handle, now or as soon as there can be.
void HandleCache::BringUp(const Catalog& view, EffectiveFingerprints& fingerprints, ObjectId id) {
  const HandleKey key{id, fingerprints.Of(id)};
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[key];
    entry.wanted = true;
    entry.superseded = entry.doubtful = false;
  }
  const auto live = Acquire(view, fingerprints, id, Attempt::kNow);
  // An eager one works on until the new one does.
  const Factory* factory = FactoryOf(view.Find(id));
  if (live.ok() || (factory != nullptr && !factory->is_eager())) Supersede(id, key.fingerprint);
}

// The object is what has the fingerprint `current`, or gone.
void HandleCache::Supersede(ObjectId id, std::optional<Fingerprint> current) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  SupersedeLocked(id, current, trash);
}

void HandleCache::SupersedeLocked(ObjectId id, std::optional<Fingerprint> current, Trash& trash) {
  for (auto& [key, entry] : EntriesOf(id)) {
    if (key.fingerprint == current) continue;
    entry.superseded = true;
    entry.wanted = false;
    if (!entry.building) entry.error = absl::OkStatus();
    if (entry.factory == nullptr || !entry.factory->is_eager()) {
      entry.doubtful = new_doubts_ = true;
    } else {
      trash.splice(trash.end(), entry.kept);
    }
  }
}

void HandleCache::FinishFollowing(CatalogVersion version) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  for (auto at = offered_.begin(); at != offered_.end();) {
    const auto one = at++;
    if (!one->second.version || *one->second.version > version) continue;
    trash.splice(trash.end(), one->second.trial);
    offered_.erase(one);
  }
  EraseAbsent();
  reached_ = version;
  changed_.notify_all();
  tend_.notify_all();
}

// Of objects with entries: the newest first, which others do not need as a rule.
std::vector<ObjectId> HandleCache::KnownIds() const {
  const std::lock_guard lock(mutex_);
  std::vector<ObjectId> ids;
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
    if (ids.empty() || ids.back() != at->first.id) ids.push_back(at->first.id);
  }
  return ids;
}

void HandleCache::Tend() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    clock_.Wait(lock, tend_, MsUntilDue());
    if (closed_) return;
    lock.unlock();
    // What fails for want of memory is done again the next time.
    static_cast<void>(CallGuarded([this] {
      TryDue();
      CloseIdle();
      Prune();
      return absl::OkStatus();
    }));
    lock.lock();
  }
}

// REQUIRES: mutex_ is held.
uint64_t HandleCache::MsUntilDue() const {
  uint64_t due_ms = clock_.SteadyMs() + kLongestWaitMs;
  const auto at_most = [&](uint64_t ms) { due_ms = std::min(due_ms, ms); };
  for (const auto& [key, entry] : entries_) {
    if (entry.building || entry.factory == nullptr) continue;
    if (entry.wanted && !entry.error.ok()) at_most(entry.retry_ms);
    if (entry.doubtful) at_most(clock_.SteadyMs() + kLookAgainMs);
    const absl::Duration idle = entry.factory->caching.idle;
    if (!entry.kept.empty() && !entry.factory->is_eager() && idle != absl::InfiniteDuration()) {
      at_most(entry.used_ms + static_cast<uint64_t>(absl::ToInt64Milliseconds(idle)));
    }
  }
  const uint64_t now_ms = clock_.SteadyMs();
  return due_ms > now_ms ? due_ms - now_ms : 1;
}

void HandleCache::TryDue() {
  std::vector<HandleKey> due;
  {
    const std::lock_guard lock(mutex_);
    const uint64_t now_ms = clock_.SteadyMs();
    for (const auto& [key, entry] : entries_) {
      const bool failed = entry.wanted && !entry.building && !entry.error.ok();
      if (failed && entry.retry_ms <= now_ms) due.push_back(key);
    }
    if (due.empty() || closed_) return;
  }
  const Catalog now = Newest(store_.Latest());
  EffectiveFingerprints fingerprints(now);
  for (const HandleKey& key : due) {
    const bool current = now.Find(key.id) && fingerprints.Of(key.id) == key.fingerprint;
    if (current) {
      BringUp(now, fingerprints, key.id);
    } else {
      Forget(key);
    }
  }
}

// What failed under `key` is not what the object is any more.
void HandleCache::Forget(const HandleKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.building) return;
  found->second.wanted = false;
  found->second.error = absl::OkStatus();
}

void HandleCache::CloseIdle() {
  Trash trash;
  const std::lock_guard lock(mutex_);
  const uint64_t now_ms = clock_.SteadyMs();
  for (auto& [key, entry] : entries_) {
    if (entry.kept.empty() || entry.factory->is_eager()) continue;
    const absl::Duration idle = entry.factory->caching.idle;
    if (idle == absl::InfiniteDuration()) continue;
    if (entry.kept.front().use_count() > 1) {
      entry.used_ms = now_ms;
    } else if (absl::Milliseconds(static_cast<int64_t>(now_ms - entry.used_ms)) >= idle) {
      trash.splice(trash.end(), entry.kept);
    }
  }
}

// The entries to look into, if the answers may be others than last time.
std::vector<HandleKey> HandleCache::TakeDoubts(const std::vector<CatalogVersion>& held) {
  const std::lock_guard lock(mutex_);
  std::vector<HandleKey> doubts;
  if (!new_doubts_ && held == looked_at_) return doubts;
  for (const auto& [key, entry] : entries_) {
    if (entry.doubtful && !entry.building) doubts.push_back(key);
  }
  new_doubts_ = false;
  looked_at_ = held;
  return doubts;
}

// Lets go what no version can reach that somebody holds, or that is active or later.
void HandleCache::Prune() {
  const std::vector<HandleKey> doubts = TakeDoubts(store_.HeldVersions());
  if (doubts.empty()) return;
  absl::Cleanup again = [this] {  // Without memory for what follows.
    const std::lock_guard lock(mutex_);
    new_doubts_ = true;
  };
  // Again: who got the version before one that brought a doubt has it by now.
  std::vector<CatalogVersion> versions = store_.HeldVersions();
  const CatalogVersion active = active_.Now();
  const CatalogVersion latest = store_.latest();
  versions.insert(versions.end(), {active, latest});
  std::set<HandleKey> reached;
  std::set<HandleKey> current;
  CatalogVersion not_seen = {0};
  for (CatalogVersion version : versions) {
    const auto catalog = store_.At(version);
    if (!catalog.ok()) {  // Truncated, and perhaps still held.
      not_seen = std::max(not_seen, version);
      continue;
    }
    EffectiveFingerprints fingerprints(*catalog);
    for (const HandleKey& key : doubts) {
      if (!catalog->Find(key.id) || fingerprints.Of(key.id) != key.fingerprint) continue;
      reached.insert(key);
      if (version == active || version == latest) current.insert(key);
    }
  }
  std::move(again).Cancel();
  Trash trash;
  const std::lock_guard lock(mutex_);
  for (const HandleKey& key : doubts) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.building) continue;
    Entry& entry = found->second;
    if (current.contains(key)) entry.doubtful = false;
    const bool perhaps = not_seen.value > 0 && entry.since <= not_seen;
    if (reached.contains(key) || perhaps) continue;
    entry.superseded = true;
    entry.wanted = false;
    entry.error = absl::OkStatus();
    trash.splice(trash.end(), entry.kept);
  }
  EraseAbsent();
}

}  // namespace annals
