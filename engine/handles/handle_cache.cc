#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/commands/configured_rules.h"
#include "annals/engine/handles/handle_cache_internal.h"
#include "annals/engine/wait_internal.h"
#include "annals/schemas/guarded_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr absl::string_view kNoHandle = "no handle could be made";
constexpr absl::string_view kLookingFailed = "looking at the handles failed";

absl::Status CacheIsClosed() { return ErrorOf(Reason::CLOSED, "the handles are closed"); }

uint64_t ToMs(absl::Duration duration) {
  return static_cast<uint64_t>(std::max<int64_t>(absl::ToInt64Milliseconds(duration), 1));
}

}  // namespace

std::string_view HandleStateName(HandleState state) {
  switch (state) {
    case HandleState::kAbsent:
      return "absent";
    case HandleState::kBuilding:
      return "building";
    case HandleState::kReady:
      return "ready";
    case HandleState::kFailed:
      return "failed";
    case HandleState::kClosing:
      return "closing";
  }
  return "unknown";
}

// A handle that is asked for.
struct HandleCache::Asked {
  const Catalog& view;
  EffectiveFingerprints& fingerprints;
  const ConfiguredDescriptor object;
  const Factory& factory;
  const HandleKey key;
  const Attempt attempt;
};

absl::Status HandleCache::Enter() {
  const std::lock_guard lock(mutex_);
  if (closed_) return CacheIsClosed();
  ++inside_;
  return absl::OkStatus();
}

const Factory* HandleCache::FactoryOf(ObjectKind kind, std::string_view type) const {
  const Factory* of_kind = nullptr;
  for (const Factory& factory : factories_) {
    if (factory.kind != kind) continue;
    if (factory.type == type) return &factory;
    if (factory.type.empty()) of_kind = &factory;
  }
  return of_kind;
}

const Factory* HandleCache::FactoryOf(const ObjectDescriptor& object) const {
  const auto configured = As<ConfiguredDescriptor>(object);
  return configured ? FactoryOf(configured->kind(), configured->type()) : nullptr;
}

absl::StatusOr<std::shared_ptr<Handle>> HandleCache::Get(const Catalog& catalog, ObjectId id) {
  return Guarded(kNoHandle, [&]() -> absl::StatusOr<std::shared_ptr<Handle>> {
    EffectiveFingerprints fingerprints(catalog);
    ANNALS_ASSIGN_OR_RETURN(const std::shared_ptr<LiveHandle> live,
                            Acquire(catalog, fingerprints, id, Attempt::kWhenDue));
    return LiveHandle::Share(live);
  });
}

absl::StatusOr<std::shared_ptr<LiveHandle>> HandleCache::Acquire(
    const Catalog& view, EffectiveFingerprints& fingerprints, ObjectId id, Attempt attempt) {
  const ObjectDescriptor object = view.Find(id);
  if (!object) {
    return MakeError(
        Reason::OBJECT_NOT_FOUND,
        absl::StrCat("object ", id.value, " is not in version ", view.version().value));
  }
  const Factory* factory = FactoryOf(object);
  if (factory == nullptr) {
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat("there is no factory for ", NameOf(view, object)));
  }
  ANNALS_RETURN_IF_ERROR(Enter());
  const Inside visit(*this);
  return Take({view,
               fingerprints,
               ConfiguredDescriptor(object),
               *factory,
               {id, fingerprints.Of(id)},
               attempt});
}

// Gives what is there, or waits for who makes it, or makes it.
HandleCache::Taken HandleCache::Take(const Asked& asked) {
  const bool alone = asked.factory.reconfigure == Reconfigure::kRestart;
  std::shared_ptr<LiveHandle> previous;
  Trash place;  // For what is made.
  Trash trash;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      Entry& entry = entries_[asked.key];
      if (entry.building || entry.closing) {
        changed_.wait(lock);
        continue;
      }
      entry.factory = &asked.factory;
      if (entry.name.empty()) entry.name = std::string(asked.object.name());
      if (auto answer = Ready(asked, entry, trash)) return *std::move(answer);
      // Anew after each wait: what is active may be another version by now.
      if (IsOnlyAsActive(asked.factory, asked.key)) {
        return MakeError(Reason::PREPARE_FAILED,
                         absl::StrCat(NameOf(asked.view, asked.object),
                                      ": there is a handle of it as it is in the active version "
                                      "only, where it is another one"));
      }
      if (alone && OthersAreBusy(asked.key)) {
        changed_.wait(lock);
        continue;
      }
      place.resize(1);
      if (asked.factory.is_eager()) entry.superseded = false;  // Whoever comes first follows.
      entry.building = true;
      entry.attempts = entry.error.ok() ? 1 : entry.attempts + 1;
      previous = RunningLocked(asked.key.id);
      break;
    }
  }
  // From here on nothing throws until it is published what came of it.
  Taken made = MakeGuarded(asked, previous);
  Publish(asked, made, std::move(place));
  return made;
}

// REQUIRES: mutex_ is held; the entry is neither being built nor closed.
std::optional<HandleCache::Taken> HandleCache::Ready(const Asked& asked, Entry& entry,
                                                     Trash& trash) {
  Trash place(IsToBeKept(entry) && entry.live.is_held() ? 1 : 0);
  if (auto live = entry.live.Get()) {
    NoteUse(entry);
    if (!place.empty()) {
      place.front() = live;
      Keep(entry, place, trash);
    }
    return live;
  }
  const bool waits = asked.attempt == Attempt::kWhenDue && clock_.SteadyMs() < entry.retry_ms;
  if (!entry.error.ok() && waits) return Why(entry);
  return std::nullopt;
}

absl::Status HandleCache::Why(const Entry& entry) const {
  const uint64_t now_ms = clock_.SteadyMs();
  const uint64_t left_ms = entry.retry_ms > now_ms ? entry.retry_ms - now_ms : 0;
  return MakeError(Reason::PREPARE_FAILED,
                   absl::StrCat(entry.error.message(), " (attempt ", entry.attempts,
                                "; another one may be made in ", left_ms, " ms)"));
}

bool HandleCache::IsOnlyAsActive(const Factory& factory, const HandleKey& key) const {
  if (!factory.is_eager() && factory.reconfigure == Reconfigure::kSwap) return false;
  const auto active = store_.At(active_.Now());
  if (!active.ok()) return false;
  return !active->Find(key.id) || EffectiveFingerprints(*active).Of(key.id) != key.fingerprint;
}

// REQUIRES: mutex_ is held. So do all that follow and take a `Trash`.
bool HandleCache::OthersAreBusy(const HandleKey& key) const {
  for (const auto& [other, entry] : EntriesOf(key.id)) {
    if (other != key && (entry.building || entry.closing)) return true;
  }
  return false;
}

// Whether `offered` is a trial of what is asked for. A trial that was then not written was of
// another object: that one is called otherwise.
bool HandleCache::IsFor(const std::pair<const HandleKey, Offered>& offered, const HandleKey& key,
                        std::string_view what) {
  return offered.first == key && offered.second.trial.front()->what() == what;
}

// Takes all trials from under the object's id that nobody who is called `what` can use.
void HandleCache::DropOffers(const HandleKey& key, std::string_view what, Trash& trash) {
  for (auto at = offered_.lower_bound(HandleKey::FirstOf(key.id));
       at != offered_.end() && at->first.id == key.id;) {
    const auto one = at++;
    if (IsFor(*one, key, what)) continue;
    one->second.trial.front()->NoteTaken();
    trash.splice(trash.end(), one->second.trial);
    offered_.erase(one);
  }
}

// All handles of the object that may be open, but for a trial that is offered for `key`.
std::vector<HandleWatch> HandleCache::OthersOf(const HandleKey& key) const {
  std::vector<HandleWatch> others;
  for (const auto& [other, entry] : EntriesOf(key.id)) {
    const bool is_offered = other == key && offered_.contains(key);
    if (entry.live.is_open()) others.push_back(entry.live);
    if (entry.trial.is_open() && !is_offered) others.push_back(entry.trial);
  }
  return others;
}

// Closes them, also if somebody holds them, and waits for who closes them already. Without
// the lock: the entry of `key` is being built, so that no other handle of the object is.
void HandleCache::CloseOthers(const HandleKey& key, std::string_view what) {
  std::vector<HandleWatch> others;
  Trash trash;
  std::unique_lock lock(mutex_);
  DropOffers(key, what, trash);
  others = OthersOf(key);
  for (auto& [other, entry] : EntriesOf(key.id)) entry.closing = other != key;
  lock.unlock();
  for (const HandleWatch& other : others) other.Close();
  lock.lock();
  for (auto& [other, entry] : EntriesOf(key.id)) {
    entry.closing = false;
    entry.live = {};
    trash.splice(trash.end(), entry.kept);
  }
  changed_.notify_all();
}

// Throws nothing: who waits for the handle is told of all that went wrong.
HandleCache::Taken HandleCache::MakeGuarded(const Asked& asked,
                                            const std::shared_ptr<LiveHandle>& previous) {
  return Guarded(kNoHandle, [&]() -> Taken {
    Taken made = Make(asked, previous);
    if (made.ok()) return made;
    return MakeError(Reason::PREPARE_FAILED,
                     absl::StrCat(NameOf(asked.view, asked.object), ": ", made.status().message()));
  });
}

HandleCache::Taken HandleCache::Make(const Asked& asked,
                                     const std::shared_ptr<LiveHandle>& previous) {
  const std::string what = NameOf(asked.view, asked.object);
  if (asked.factory.reconfigure == Reconfigure::kRestart) CloseOthers(asked.key, what);
  std::shared_ptr<LiveHandle> live = TakeOffered(asked.key, what);
  if (live == nullptr) {
    const auto need = [&](ObjectId id) -> Taken {
      if (FactoryOf(asked.view.Find(id)) == nullptr) return std::shared_ptr<LiveHandle>();
      return Acquire(asked.view, asked.fingerprints, id, asked.attempt);
    };
    ANNALS_ASSIGN_OR_RETURN(live, Build(asked.view, asked.object, asked.factory,
                                        /*first_new=*/kNoObject, need, previous));
  }
  ANNALS_RETURN_IF_ERROR(live->Start(asked.key.id));
  return live;
}

absl::StatusOr<std::shared_ptr<LiveHandle>> HandleCache::Build(
    const CatalogView& view, const ConfiguredDescriptor& object, const Factory& factory,
    ObjectId first_new, NeedHandle need, const std::shared_ptr<LiveHandle>& previous) const {
  auto resolved = ResolveSpec(view, object, first_new, need);
  if (!resolved.ok()) {
    log_->NoteBuilt(false);
    return resolved.status();
  }
  HandleSpec& spec = resolved->spec;
  spec.previous = LiveHandle::Share(previous);
  auto live = std::make_shared<LiveHandle>(NameOf(view, object), std::move(resolved->needs),
                                           std::move(resolved->secrets), log_);
  ANNALS_RETURN_IF_ERROR(live->Build([&] { return factory.build(spec); }));
  return live;
}

// `place`: a list of one, for the handle. Asks for no memory.
void HandleCache::Publish(const Asked& asked, const Taken& made, Trash place) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_.find(asked.key)->second;
  entry.building = false;
  if (made.ok()) {
    entry.live = HandleWatch(*made);
    entry.since = asked.view.version();
    entry.error = absl::OkStatus();
    entry.failures = entry.retry_ms = 0;
    entry.wanted = asked.factory.is_eager();
    // Whoever made it, there is one of an object that works for the active version.
    if (asked.factory.is_eager()) SupersedeLocked(asked.key.id, asked.key.fingerprint, trash);
    NoteUse(entry);
    place.front() = *made;
    if (IsToBeKept(entry)) Keep(entry, place, trash);
  } else {
    const uint64_t first_ms = ToMs(asked.factory.first_retry);
    const uint64_t most_ms = ToMs(asked.factory.longest_retry);
    const uint64_t doublings = std::min<uint64_t>(entry.failures++, 32);
    entry.error = made.status();
    entry.retry_ms = clock_.SteadyMs() + std::min(first_ms << doublings, most_ms);
    if (entry.superseded) entry.error = absl::OkStatus();
  }
  // The catalog moved on meanwhile, or was an older one from the start.
  if (store_.latest() != asked.view.version()) entry.doubtful = new_doubts_ = true;
  changed_.notify_all();
  tend_.notify_all();
}

// Somebody uses the entry's handle.
void HandleCache::NoteUse(Entry& entry) {
  entry.used = ++uses_;
  entry.used_ms = clock_.SteadyMs();
  if (entry.superseded && !entry.factory->is_eager()) entry.doubtful = new_doubts_ = true;
}

bool HandleCache::IsToBeKept(const Entry& entry) {
  if (!entry.kept.empty()) return false;
  if (entry.factory->is_eager()) return !entry.superseded;
  return entry.factory->caching.policy != HandleCaching::Policy::kNone;
}

// The entry's handle, which is used and to be kept, is the one in `live`.
void HandleCache::Keep(Entry& entry, Trash& live, Trash& trash) {
  entry.kept.splice(entry.kept.end(), live);
  if (entry.factory->is_eager()) return;
  const HandleCaching& caching = entry.factory->caching;
  if (caching.policy == HandleCaching::Policy::kLru) Evict(*entry.factory, trash);
  if (caching.idle != absl::InfiniteDuration()) tend_.notify_all();
}

void HandleCache::Evict(const Factory& factory, Trash& trash) {
  for (;;) {
    size_t kept = 0;
    Entry* oldest = nullptr;
    for (auto& [key, entry] : entries_) {
      if (entry.factory != &factory || entry.kept.empty()) continue;
      ++kept;
      if (oldest == nullptr || entry.used < oldest->used) oldest = &entry;
    }
    if (kept <= factory.caching.most) return;
    trash.splice(trash.end(), oldest->kept);
  }
}

// What nobody has and nothing can be said of.
void HandleCache::EraseAbsent() {
  std::erase_if(entries_, [](const auto& one) {
    const Entry& entry = one.second;
    return !entry.wanted && !entry.building && !entry.closing && entry.error.ok() &&
           !entry.live.is_open() && !entry.trial.is_open();
  });
}

std::shared_ptr<LiveHandle> HandleCache::RunningLocked(ObjectId id) const {
  const Entry* last = nullptr;
  for (const auto& [key, entry] : EntriesOf(id)) {
    if (!entry.kept.empty() && (last == nullptr || entry.used > last->used)) last = &entry;
  }
  return last == nullptr ? nullptr : last->kept.front();
}

std::shared_ptr<LiveHandle> HandleCache::Running(ObjectId id) const {
  const std::lock_guard lock(mutex_);
  return RunningLocked(id);
}

// --- Trials.

std::shared_ptr<LiveHandle> HandleCache::TakeOffered(const HandleKey& key, std::string_view what) {
  const std::lock_guard lock(mutex_);
  const auto found = offered_.find(key);
  if (found == offered_.end() || !IsFor(*found, key, what)) return nullptr;
  std::shared_ptr<LiveHandle> trial = std::move(found->second.trial.front());
  offered_.erase(found);
  trial->NoteTaken();
  return trial;
}

void HandleCache::Offer(const HandleKey& key, const Factory& factory,
                        const std::shared_ptr<LiveHandle>& trial) {
  Trash trash;
  Trash place = {trial};
  const std::lock_guard lock(mutex_);
  WithdrawLocked(trial);  // It was planned before, with another id, and was not written.
  if (closed_ || trial->taken()) return;
  // Of an equal one that nobody took yet: it serves as well, and is not closed here, where
  // commits wait.
  const auto equal = offered_.find(key);
  if (equal != offered_.end() && IsFor(*equal, key, trial->what())) return;
  if (factory.reconfigure == Reconfigure::kRestart) entries_[key].trial = HandleWatch(trial);
  Offered& offered = offered_[key];
  trash.splice(trash.end(), offered.trial);
  offered.trial.splice(offered.trial.end(), place);
  offered.version.reset();
}

void HandleCache::Confirm(const std::shared_ptr<LiveHandle>& trial, CatalogVersion version) {
  const std::lock_guard lock(mutex_);
  const auto found = FindOffered(trial);
  if (found == offered_.end()) return;
  found->second.version = version;
  // Nobody needed it. It is of the object, and there may be no other before it is closed.
  if (reached_ >= version) offered_.erase(found);
}

void HandleCache::Withdraw(const std::shared_ptr<LiveHandle>& trial) {
  const std::lock_guard lock(mutex_);
  WithdrawLocked(trial);
}

// It is of no object. The caller holds it, so that nothing is closed here.
void HandleCache::WithdrawLocked(const std::shared_ptr<LiveHandle>& trial) {
  const auto found = FindOffered(trial);
  if (found == offered_.end()) return;
  const auto entry = entries_.find(found->first);
  if (entry != entries_.end()) entry->second.trial = {};
  offered_.erase(found);
}

std::map<HandleKey, HandleCache::Offered>::iterator HandleCache::FindOffered(
    const std::shared_ptr<LiveHandle>& trial) {
  return std::find_if(offered_.begin(), offered_.end(),
                      [&](const auto& one) { return one.second.trial.front() == trial; });
}

// --- Looking.

HandleStatus HandleCache::Describe(const HandleKey& key, const Entry& entry) {
  HandleStatus status{.id = key.id,
                      .kind = entry.factory != nullptr ? entry.factory->kind : ObjectKind::kCatalog,
                      .name = entry.name,
                      .fingerprint = key.fingerprint,
                      .error = entry.error,
                      .attempts = entry.attempts,
                      .next_attempt_ms = entry.wanted && !entry.error.ok() ? entry.retry_ms : 0};
  const bool is_held = entry.live.is_held();
  if (entry.building) {
    status.state = HandleState::kBuilding;
  } else if (is_held && !entry.closing && !entry.superseded) {
    status.state = HandleState::kReady;
  } else if (entry.live.is_open()) {
    status.state = HandleState::kClosing;
  } else if (!entry.error.ok()) {
    status.state = HandleState::kFailed;
  }
  return status;
}

absl::StatusOr<HandleStatus> HandleCache::StatusOf(const Catalog& catalog, ObjectId id) const {
  return Guarded(kLookingFailed, [&]() -> absl::StatusOr<HandleStatus> {
    const HandleKey key{id, EffectiveFingerprints(catalog).Of(id)};
    const ObjectDescriptor object = catalog.Find(id);
    HandleStatus status{.id = id, .fingerprint = key.fingerprint};
    if (object) {
      status.kind = object.kind();
      status.name = std::string(object.name());
    }
    {
      const std::lock_guard lock(mutex_);
      const auto found = entries_.find(key);
      if (found != entries_.end()) status = Describe(key, found->second);
    }
    const Catalog now = Newest(catalog);
    status.current = now.Find(id) && EffectiveFingerprints(now).Of(id) == key.fingerprint;
    return status;
  });
}

absl::StatusOr<std::vector<HandleStatus>> HandleCache::States() const {
  return Guarded(kLookingFailed, [&]() -> absl::StatusOr<std::vector<HandleStatus>> {
    std::vector<HandleStatus> states;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, entry] : entries_) {
        HandleStatus status = Describe(key, entry);
        if (status.state != HandleState::kAbsent) states.push_back(std::move(status));
      }
    }
    const Catalog now = Newest(store_.Latest());
    EffectiveFingerprints fingerprints(now);
    for (HandleStatus& status : states) {
      status.current = now.Find(status.id) && fingerprints.Of(status.id) == status.fingerprint;
    }
    return states;
  });
}

absl::Status HandleCache::WaitFor(CatalogVersion version, absl::Time deadline) {
  ANNALS_RETURN_IF_ERROR(Enter());
  const Inside visit(*this);
  std::unique_lock lock(mutex_);
  if (!follows_) return absl::OkStatus();  // Nothing is asked for.
  const auto there = [&] { return reached_ >= version || closed_ || follows_no_more_; };
  if (!WaitUntil(lock, changed_, deadline, there)) {
    return ErrorOf(Reason::DEADLINE_EXCEEDED, "the handles have followed the catalog to version ",
                   reached_.value, " by the deadline");
  }
  return reached_ >= version ? absl::OkStatus() : CacheIsClosed();
}

// --- The end.

absl::Status HandleCache::Close() { return Shut(); }

absl::Status HandleCache::Shut() {
  const std::lock_guard closing(close_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return absl::OkStatus();
    changed_.notify_all();
    tend_.notify_all();
  }
  if (tending_.joinable()) tending_.join();
  const uint64_t failed_before = log_->close_failures();
  {
    Trash trash;  // What others need is not closed before them: they hold it.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ == 0; });
    for (auto& [key, entry] : entries_) trash.splice(trash.end(), entry.kept);
    for (auto& [key, offered] : offered_) trash.splice(trash.end(), offered.trial);
    entries_.clear();
    offered_.clear();
  }
  return Guarded("not all handles could be closed", [&] { return FailedSince(failed_before); });
}

// What did not close after the first so many that did not.
absl::Status HandleCache::FailedSince(uint64_t count) const {
  const uint64_t failures = log_->close_failures() - count;
  if (failures == 0) return absl::OkStatus();
  const std::vector<std::string> kept = log_->CloseFailuresAfter(count);
  const uint64_t more = failures - kept.size();
  return MakeError(Reason::INTERNAL,
                   absl::StrCat("could not be closed: ", absl::StrJoin(kept, "; "),
                                more == 0 ? "" : absl::StrCat("; and ", more, " more")));
}

}  // namespace annals
