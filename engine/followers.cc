#include "annals/engine/followers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/engine/call_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr uint64_t kFirstPauseMs = 100;
constexpr uint64_t kLongestPauseMs = 30'000;

// The followers that this thread belongs to, of whichever catalog.
thread_local const Followers* inside = nullptr;

// Version 0, as a catalog that can be held. It needs no place in any store.
Catalog Nothing() { return VersionedStore::Create()->Latest(); }

}  // namespace

// One follower and its thread.
class Followers::Running {
 public:
  Running(const Followers& owner, Follower follower, FollowerStats stats)
      : owner_(owner), follower_(std::move(follower)), stats_(std::move(stats)) {}

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  void Stop() {
    stop_ = true;
    owner_.active_.Wake();
  }
  bool stopped() const { return stop_; }
  // Waits until no call is under way. Not on the follower's own thread.
  void WaitForEnd() {
    std::unique_lock lock(mutex_);
    ended_changed_.wait(lock, [this] { return ended_; });
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  // REQUIRES: ended().
  void Join() { thread_.join(); }

  FollowerStats stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  void Run();
  absl::Status Tell(Catalog after);
  Catalog Reached() const;
  void Note(CatalogVersion before, CatalogVersion after, const absl::Status& told);

  const Followers& owner_;
  Follower follower_;
  std::atomic<bool> stop_{false};

  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  // All guarded by mutex_.
  FollowerStats stats_;
  bool ended_ = false;

  std::thread thread_;
};

void Followers::Running::Run() {
  inside = &owner_;
  uint64_t pause_ms = 0;
  uint64_t earliest_ms = 0;
  for (;;) {
    const CatalogVersion active = owner_.active_.WaitForMore(stats().reached, earliest_ms, stop_);
    if (stop_) break;
    auto after = owner_.store_.At(active);
    if (!after.ok()) {
      // A jump to another writer's snapshot is being made, which takes a moment.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    const absl::Status told = Tell(*std::move(after));
    pause_ms = told.ok() ? 0 : std::clamp(2 * pause_ms, kFirstPauseMs, kLongestPauseMs);
    earliest_ms = told.ok() ? 0 : owner_.clock_.SteadyMs() + pause_ms;
  }
  follower_ = nullptr;  // What it captured goes before Remove returns.
  const std::lock_guard lock(mutex_);
  ended_ = true;
  ended_changed_.notify_all();
}

// Calls the follower with what leads to `after`. Neither catalog is held afterwards.
absl::Status Followers::Running::Tell(Catalog after) {
  const CatalogVersion to = after.version();
  Catalog before = Reached();
  const CatalogVersion from = before.version();
  const absl::Status told = CallGuarded([&] {
    auto ids = owner_.recent_.Between(from, to);
    const CatalogEvent event =
        ids ? EventBetween(std::move(before), std::move(after), *std::move(ids))
            : EventBetween(std::move(before), std::move(after));
    return follower_(event);
  });
  Note(from, to, told);
  return told;
}

// What the follower matches, or nothing if that is truncated.
Catalog Followers::Running::Reached() const {
  const CatalogVersion reached = stats().reached;
  auto catalog = owner_.store_.At(reached);
  return reached.value > 0 && catalog.ok() ? *std::move(catalog) : Nothing();
}

void Followers::Running::Note(CatalogVersion before, CatalogVersion after,
                              const absl::Status& told) {
  const std::lock_guard lock(mutex_);
  if (told.ok()) {
    stats_.reached = after;
    return;
  }
  ++stats_.failures;
  stats_.last_failure =
      absl::StrCat("versions ", before.value + 1, " to ", after.value, ": ", told.message());
}

Followers::~Followers() {
  Stop();
  Join();
}

absl::StatusOr<uint64_t> Followers::Add(Follower follower, const FollowerOptions& options) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return MakeError(Reason::CLOSED, "the catalog is closed");
  const uint64_t id = next_id_++;
  auto running = std::make_shared<Running>(*this, std::move(follower),
                                           FollowerStats{.id = id, .reached = options.after});
  running_.emplace(id, running);
  const absl::Status started = CallGuarded([&] {
    running->Start();
    return absl::OkStatus();
  });
  if (!started.ok()) {
    running_.erase(id);
    return MakeError(Reason::INTERNAL,
                     absl::StrCat("no thread for the follower: ", started.message()));
  }
  return id;
}

void Followers::Remove(uint64_t id, bool wait) {
  std::shared_ptr<Running> found;
  {
    const std::lock_guard lock(mutex_);
    const auto at = running_.find(id);
    if (at != running_.end()) found = at->second;
  }
  if (found == nullptr) return;
  found->Stop();
  if (wait && !Inside()) found->WaitForEnd();
  // Those that have ended, this one or others that could not be waited for.
  const std::lock_guard lock(mutex_);
  std::erase_if(running_, [](const auto& entry) {
    if (!entry.second->ended()) return false;
    entry.second->Join();
    return true;
  });
}

std::vector<FollowerStats> Followers::Stats() const {
  const std::lock_guard lock(mutex_);
  std::vector<FollowerStats> stats;
  for (const auto& [id, running] : running_) {
    if (!running->stopped()) stats.push_back(running->stats());
  }
  return stats;
}

void Followers::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [id, running] : running_) running->Stop();
}

void Followers::Join() {
  // Without the lock: a call that is under way may want it.
  std::map<uint64_t, std::shared_ptr<Running>> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(running_);
  }
  for (const auto& [id, running] : all) {
    running->WaitForEnd();
    running->Join();
  }
}

bool Followers::Inside() const { return inside == this; }

}  // namespace annals
