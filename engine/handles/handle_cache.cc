#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/commands/configured_rules.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/handles/handle_cache_internal.h"
#include "annals/engine/wait_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status CacheIsClosed() { return MakeError(Reason::CLOSED, "the handles are closed"); }

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
  EffectiveFingerprints fingerprints(catalog);
  ANNALS_ASSIGN_OR_RETURN(const std::shared_ptr<LiveHandle> live,
                          Acquire(catalog, fingerprints, id, Attempt::kWhenDue));
  return LiveHandle::Share(live);
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
      if (IsOnlyAsActive(asked)) {
        return MakeError(Reason::PREPARE_FAILED,
                         absl::StrCat(NameOf(asked.view, asked.object),
                                      ": there is a handle of it as it is in the active version "
                                      "only, where it is another one"));
      }
      if (alone && OthersAreBusy(asked.key)) {
        changed_.wait(lock);
        continue;
      }
      if (asked.factory.is_eager()) entry.superseded = false;  // Whoever comes first follows.
      entry.building = true;
      entry.attempts = entry.error.ok() ? 1 : entry.attempts + 1;
      previous = alone ? CloseOthers(asked.key, lock, trash) : RunningLocked(asked.key.id);
      break;
    }
  }
  Taken made = MakeGuarded(asked, std::move(previous));
  Publish(asked, made);
  return made;
}

// REQUIRES: mutex_ is held; the entry is neither being built nor closed.
std::optional<HandleCache::Taken> HandleCache::Ready(const Asked& asked, Entry& entry,
                                                     Trash& trash) {
  if (auto live = entry.live.lock()) {
    Keep(entry, live, trash);
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

// Whether the handle must not be made, since it works for the active version only and is
// another one there.
bool HandleCache::IsOnlyAsActive(const Asked& asked) const {
  if (!asked.factory.is_eager() && asked.factory.reconfigure == Reconfigure::kSwap) return false;
  const auto active = store_.At(active_.Now());
  if (!active.ok()) return false;
  return !active->Find(asked.key.id) ||
         EffectiveFingerprints(*active).Of(asked.key.id) != asked.key.fingerprint;
}

// REQUIRES: mutex_ is held. So do all that follow and take a `Trash`.
bool HandleCache::OthersAreBusy(const HandleKey& key) const {
  for (const auto& [other, entry] : entries_) {
    if (other.id == key.id && other != key && (entry.building || entry.closing)) return true;
  }
  return false;
}

// Closes the object's handles of other versions, also if somebody holds them, and returns
// the one that was in use. Without the lock meanwhile.
std::shared_ptr<LiveHandle> HandleCache::CloseOthers(const HandleKey& key,
                                                     std::unique_lock<std::mutex>& lock,
                                                     Trash& trash) {
  std::shared_ptr<LiveHandle> running = RunningLocked(key.id);
  std::vector<HandleKey> others;
  const size_t begin = trash.size();
  for (auto& [other, entry] : entries_) {
    if (other.id != key.id || other == key) continue;
    if (auto live = entry.live.lock()) {
      entry.closing = true;
      others.push_back(other);
      trash.push_back(std::move(live));
    }
  }
  lock.unlock();
  for (size_t i = begin; i < trash.size(); ++i) trash[i]->Close();
  lock.lock();
  for (const HandleKey& other : others) {
    Entry& entry = entries_[other];
    entry.closing = false;
    entry.live.reset();
    if (entry.kept != nullptr) trash.push_back(std::move(entry.kept));
  }
  changed_.notify_all();
  return running;
}

HandleCache::Taken HandleCache::MakeGuarded(const Asked& asked,
                                            std::shared_ptr<LiveHandle> previous) {
  Taken made = std::shared_ptr<LiveHandle>();
  const absl::Status status = CallGuarded([&] {
    made = Make(asked, std::move(previous));
    return made.status();
  });
  if (status.ok()) return made;
  return MakeError(Reason::PREPARE_FAILED,
                   absl::StrCat(NameOf(asked.view, asked.object), ": ", status.message()));
}

HandleCache::Taken HandleCache::Make(const Asked& asked, std::shared_ptr<LiveHandle> previous) {
  std::shared_ptr<LiveHandle> live = TakeOffered(asked.key);
  if (live == nullptr) {
    const auto need = [&](ObjectId id) -> Taken {
      if (FactoryOf(asked.view.Find(id)) == nullptr) return std::shared_ptr<LiveHandle>();
      return Acquire(asked.view, asked.fingerprints, id, asked.attempt);
    };
    ANNALS_ASSIGN_OR_RETURN(
        live, Build(asked.view, asked.object, asked.factory, need, std::move(previous)));
  }
  ANNALS_RETURN_IF_ERROR(live->Start(asked.key.id));
  return live;
}

absl::StatusOr<std::shared_ptr<LiveHandle>> HandleCache::Build(
    const CatalogView& view, const ConfiguredDescriptor& object, const Factory& factory,
    NeedHandle need, std::shared_ptr<LiveHandle> previous, bool is_new) const {
  auto resolved = ResolveSpec(view, object, need);
  absl::StatusOr<std::unique_ptr<Handle>> built = std::unique_ptr<Handle>();
  absl::Status status = resolved.status();
  if (status.ok()) {
    if (is_new) resolved->spec.id = kNoObject;
    resolved->spec.previous = LiveHandle::Share(previous);
    status = WithoutSecrets(CallGuarded([&] {
                              built = factory.build(resolved->spec);
                              if (!built.ok()) return built.status();
                              return *built != nullptr ? absl::OkStatus()
                                                       : absl::UnknownError("no handle was built");
                            }),
                            resolved->secrets);
  }
  log_->NoteBuilt(status.ok());
  ANNALS_RETURN_IF_ERROR(status);
  return std::make_shared<LiveHandle>(*std::move(built), NameOf(view, object),
                                      std::move(resolved->needs), log_);
}

void HandleCache::Publish(const Asked& asked, const Taken& made) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[asked.key];
  entry.building = false;
  if (made.ok()) {
    entry.live = *made;
    entry.since = asked.view.version();
    entry.error = absl::OkStatus();
    entry.failures = entry.retry_ms = 0;
    entry.wanted = asked.factory.is_eager();
    // Whoever made it, there is one of an object that works for the active version.
    if (asked.factory.is_eager()) SupersedeLocked(asked.key.id, asked.key.fingerprint, trash);
    // The catalog moved on meanwhile, or was an older one from the start.
    if (store_.latest() != asked.view.version()) entry.doubtful = new_doubts_ = true;
    Keep(entry, *made, trash);
  } else {
    const uint64_t first_ms = ToMs(asked.factory.first_retry);
    const uint64_t most_ms = ToMs(asked.factory.longest_retry);
    const uint64_t doublings = std::min<uint64_t>(entry.failures++, 32);
    entry.error = made.status();
    entry.retry_ms = clock_.SteadyMs() + std::min(first_ms << doublings, most_ms);
    if (entry.superseded) entry.error = absl::OkStatus();
  }
  changed_.notify_all();
  tend_.notify_all();
}

// Somebody uses the entry's handle.
void HandleCache::Keep(Entry& entry, const std::shared_ptr<LiveHandle>& live, Trash& trash) {
  entry.used = ++uses_;
  entry.used_ms = clock_.SteadyMs();
  if (entry.superseded) {
    if (entry.factory->is_eager()) return;
    entry.doubtful = new_doubts_ = true;
  }
  const HandleCaching::Policy policy = entry.factory->caching.policy;
  if (entry.factory->is_eager()) {
    entry.kept = live;
  } else if (policy != HandleCaching::Policy::kNone && entry.kept == nullptr) {
    entry.kept = live;
    if (policy == HandleCaching::Policy::kLru) Evict(*entry.factory, trash);
    if (entry.factory->caching.idle != absl::InfiniteDuration()) tend_.notify_all();
  }
}

void HandleCache::Evict(const Factory& factory, Trash& trash) {
  std::vector<Entry*> kept;
  for (auto& [key, entry] : entries_) {
    if (entry.factory == &factory && entry.kept != nullptr) kept.push_back(&entry);
  }
  std::sort(kept.begin(), kept.end(),
            [](const Entry* a, const Entry* b) { return a->used > b->used; });
  for (size_t i = factory.caching.most; i < kept.size(); ++i) {
    trash.push_back(std::move(kept[i]->kept));
  }
}

// What nobody has and nothing can be said of.
void HandleCache::EraseAbsent() {
  std::erase_if(entries_, [](const auto& one) {
    const Entry& entry = one.second;
    return !entry.wanted && !entry.building && !entry.closing && entry.error.ok() &&
           entry.live.expired();
  });
}

std::shared_ptr<LiveHandle> HandleCache::RunningLocked(ObjectId id) const {
  const Entry* last = nullptr;
  for (auto at = entries_.lower_bound({id, {}}); at != entries_.end() && at->first.id == id; ++at) {
    const Entry& entry = at->second;
    if (entry.kept != nullptr && (last == nullptr || entry.used > last->used)) last = &entry;
  }
  return last == nullptr ? nullptr : last->kept;
}

std::shared_ptr<LiveHandle> HandleCache::Running(ObjectId id) const {
  const std::lock_guard lock(mutex_);
  return RunningLocked(id);
}

// --- Trials.

std::shared_ptr<LiveHandle> HandleCache::TakeOffered(const HandleKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = offered_.find(key);
  if (found == offered_.end()) return nullptr;
  std::shared_ptr<LiveHandle> trial = std::move(found->second.trial);
  offered_.erase(found);
  return trial;
}

void HandleCache::Offer(const HandleKey& key, const std::shared_ptr<LiveHandle>& trial) {
  const std::lock_guard lock(mutex_);
  if (!closed_) offered_.try_emplace(key, Offered{trial, std::nullopt});
}

void HandleCache::Confirm(const std::shared_ptr<LiveHandle>& trial, CatalogVersion version) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [key, offered] : offered_) {
      if (offered.trial == trial) offered.version = version;
    }
    if (reached_ < version) return;
  }
  Withdraw(trial);
}

void HandleCache::Withdraw(const std::shared_ptr<LiveHandle>& trial) {
  const std::lock_guard lock(mutex_);
  // The caller holds it, so that nothing is closed here.
  std::erase_if(offered_, [&](const auto& one) { return one.second.trial == trial; });
}

// --- Looking.

HandleStatus HandleCache::Describe(const HandleKey& key, const Entry& entry, Trash& trash) const {
  HandleStatus status{.id = key.id,
                      .kind = entry.factory != nullptr ? entry.factory->kind : ObjectKind::kCatalog,
                      .name = entry.name,
                      .fingerprint = key.fingerprint,
                      .error = entry.error,
                      .attempts = entry.attempts,
                      .next_attempt_ms = entry.wanted && !entry.error.ok() ? entry.retry_ms : 0};
  std::shared_ptr<LiveHandle> live = entry.live.lock();
  if (entry.building) {
    status.state = HandleState::kBuilding;
  } else if (entry.closing || (live != nullptr && entry.superseded)) {
    status.state = HandleState::kClosing;
  } else if (live != nullptr) {
    status.state = HandleState::kReady;
  } else if (!entry.error.ok()) {
    status.state = HandleState::kFailed;
  }
  if (live != nullptr) trash.push_back(std::move(live));
  return status;
}

HandleStatus HandleCache::StatusOf(const Catalog& catalog, ObjectId id) const {
  const HandleKey key{id, EffectiveFingerprints(catalog).Of(id)};
  const ObjectDescriptor object = catalog.Find(id);
  HandleStatus status{.id = id, .fingerprint = key.fingerprint};
  if (object) {
    status.kind = object.kind();
    status.name = std::string(object.name());
  }
  {
    Trash trash;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end()) status = Describe(key, found->second, trash);
  }
  const Catalog now = Newest(catalog);
  status.current = now.Find(id) && EffectiveFingerprints(now).Of(id) == key.fingerprint;
  return status;
}

std::vector<HandleStatus> HandleCache::States() const {
  std::vector<HandleStatus> states;
  {
    Trash trash;
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      HandleStatus status = Describe(key, entry, trash);
      if (status.state != HandleState::kAbsent) states.push_back(std::move(status));
    }
  }
  const Catalog now = Newest(store_.Latest());
  EffectiveFingerprints fingerprints(now);
  for (HandleStatus& status : states) {
    status.current = now.Find(status.id) && fingerprints.Of(status.id) == status.fingerprint;
  }
  return states;
}

Handles::Stats HandleCache::GetStats() const {
  const HandleLog::Counts counts = log_->counts();
  return {.built = counts.built,
          .failed = counts.failed,
          .closed = counts.closed,
          .close_failures = counts.close_failures.size(),
          .last_close_failure =
              counts.close_failures.empty() ? std::string() : counts.close_failures.back()};
}

absl::Status HandleCache::WaitFor(CatalogVersion version, absl::Time deadline) {
  ANNALS_RETURN_IF_ERROR(Enter());
  const Inside visit(*this);
  std::unique_lock lock(mutex_);
  if (!follows_) return absl::OkStatus();  // Nothing is asked for.
  const auto there = [&] { return reached_ >= version || closed_ || follows_no_more_; };
  if (!WaitUntil(lock, changed_, deadline, there)) {
    return MakeError(Reason::DEADLINE_EXCEEDED,
                     absl::StrCat("the handles have followed the catalog to version ",
                                  reached_.value, " by the deadline"));
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
  const size_t failed_before = log_->counts().close_failures.size();
  {
    Trash trash;  // What others need is not closed before them: they hold it.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ == 0; });
    for (auto& [key, entry] : entries_) trash.push_back(std::move(entry.kept));
    for (auto& [key, offered] : offered_) trash.push_back(std::move(offered.trial));
    entries_.clear();
    offered_.clear();
  }
  std::vector<std::string> failures = log_->counts().close_failures;
  failures.erase(failures.begin(), failures.begin() + static_cast<std::ptrdiff_t>(failed_before));
  if (failures.empty()) return absl::OkStatus();
  return MakeError(Reason::INTERNAL,
                   absl::StrCat("could not be closed: ", absl::StrJoin(failures, "; ")));
}

}  // namespace annals
