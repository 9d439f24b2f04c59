#include "annals/engine/catalog_manager.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/plan.h"
#include "annals/engine/committer.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/engine/sequencer.h"
#include "annals/log/memory/memory_log.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/snapshot.h"

namespace annals {
namespace {

// Version 1: the schemas that every catalog begins with.
struct Bootstrap {
  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const {
    UpdateEntries entries;
    for (std::string_view name : {kPublicSchema, kSystemSchema}) {
      entries.push_back(NewObject{BuildObject(SchemaFields{context.NewId(), std::string(name)})});
    }
    return entries;
  }
};

absl::StatusOr<std::unique_ptr<UpdateLog>> OpenLog(const OpenOptions& options) {
  if (options.log == "memory") return NewMemoryLog();
  if (options.log == "rocksdb") {
    return OpenRocksDbLog({.path = options.path,
                           .read_only = options.read_only,
                           .create_if_missing = options.create_if_missing,
                           .accept_loss = options.accept_loss});
  }
  return MakeError(Reason::NOT_SUPPORTED, absl::StrCat("there is no kind of log \"", options.log,
                                                       "\"; there are rocksdb and memory"));
}

absl::Status InsideListener() {
  return MakeError(Reason::EXECUTE_IN_LISTENER,
                   "a listener cannot change the catalog: the change would wait for itself");
}

class Manager final : public CatalogManager {
 public:
  Manager(std::unique_ptr<UpdateLog> log, const OpenOptions& options)
      : options_(options),
        time_(options.clock != nullptr ? *options.clock : Clock::System()),
        log_(std::move(log)),
        sequencer_(store_) {}
  ~Manager() override { Close(); }

  absl::Status Start();

  Catalog Latest() const override { return store_->Latest(); }
  absl::StatusOr<Catalog> At(CatalogVersion version) const override { return store_->At(version); }
  absl::StatusOr<Catalog> ActiveAt(HybridTimestamp time) const override {
    return store_->ActiveAt(time);
  }
  CatalogReader NewReader() const override { return CatalogReader(store_); }
  HybridTimestamp SafeTime() const override;
  absl::Status WaitSafeTime(HybridTimestamp time, absl::Time deadline) const override;
  absl::Status WaitForVersion(CatalogVersion version, absl::Time deadline) const override {
    return sequencer_.WaitFor(version, deadline);
  }

  absl::StatusOr<ExecuteResult> Execute(CatalogCommand command,
                                        const ExecuteOptions& options) override {
    return Execute(std::vector<CatalogCommand>{std::move(command)}, options);
  }
  absl::StatusOr<ExecuteResult> Execute(std::vector<CatalogCommand> commands,
                                        const ExecuteOptions& options) override;
  void ExecuteAsync(std::vector<CatalogCommand> commands, ExecuteOptions options,
                    ExecuteCallback done) override;
  absl::StatusOr<UpdateEntries> Explain(std::vector<CatalogCommand> commands,
                                        const ExecuteOptions& options) const override;

  uint64_t AddListener(Listener listener) override {
    return sequencer_.AddListener(std::move(listener));
  }
  void RemoveListener(uint64_t id) override { sequencer_.RemoveListener(id); }

  absl::StatusOr<bool> Snapshot(CatalogVersion version) override;
  absl::Status Backup(std::string_view directory) override { return log_->Backup(directory); }
  Stats GetStats() const override;
  void Close() override;

 private:
  using Request = Committer::Request;
  struct AsyncCall {
    Request request;
    ExecuteCallback done;
  };

  absl::Status Recover();
  absl::Status Subscribe(CatalogVersion snapshot);
  absl::StatusOr<ExecuteResult> Run(Request& request);
  absl::Status WaitActive(const ExecuteResult& result, absl::Time deadline) const;
  absl::Status Enter();
  void Leave();
  void ServeAsync();
  void CatchUp();

  const OpenOptions options_;
  const Clock& time_;
  const std::unique_ptr<UpdateLog> log_;
  const std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
  mutable Sequencer sequencer_;
  mutable std::optional<HybridClock> clock_;
  std::optional<Committer> committer_;
  uint64_t recovered_records_ = 0;
  absl::Duration recovery_time_;
  std::mutex snapshot_mutex_;

  // Who is inside, and whether anybody may still come.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  size_t inside_ = 0;
  std::deque<std::unique_ptr<AsyncCall>> async_calls_;
  std::thread async_thread_;
  std::thread catch_up_thread_;  // Only where the log can leave us behind.
};

absl::Status Manager::Start() {
  const uint64_t began_ms = Clock::System().SteadyMs();
  ANNALS_RETURN_IF_ERROR(Recover());
  recovery_time_ = absl::Milliseconds(static_cast<int64_t>(Clock::System().SteadyMs() - began_ms));
  clock_.emplace(time_, sequencer_.head().timestamp);
  sequencer_.GoLive(&*clock_);
  if (options_.read_only) return absl::OkStatus();
  committer_.emplace(*store_, *log_, sequencer_, *clock_, options_.delay);
  if (!log_->capabilities().synchronous) catch_up_thread_ = std::thread([this] { CatchUp(); });
  if (sequencer_.head().version.value > 0) return absl::OkStatus();
  // Another writer may do the same at the same moment; then there is nothing to do.
  const auto done = Execute(Bootstrap(), {.expected_version = CatalogVersion{0}});
  return ReasonOf(done.status()) == Reason::VERSION_CONFLICT ? absl::OkStatus() : done.status();
}

absl::Status Manager::Recover() {
  const UpdateLog::HeadInfo head = log_->Head();
  ANNALS_RETURN_IF_ERROR(Subscribe(head.snapshot));
  ANNALS_RETURN_IF_ERROR(sequencer_.WaitFor(head.version, absl::InfiniteFuture()));
  recovered_records_ = head.version.value - head.snapshot.value;
  return sequencer_.health();
}

// Follows the log from `snapshot` on, or from its beginning.
absl::Status Manager::Subscribe(CatalogVersion snapshot) {
  if (snapshot.value > 0) {
    ANNALS_ASSIGN_OR_RETURN(const annals::Snapshot found, ReadSnapshot(*log_, snapshot));
    ANNALS_RETURN_IF_ERROR(sequencer_.Rebase(found));
  }
  return log_->Subscribe(sequencer_.head().version.Next(), &sequencer_);
}

absl::Status Manager::Enter() {
  if (Sequencer::InListener()) return InsideListener();
  if (options_.read_only) {
    return MakeError(Reason::READ_ONLY, "the catalog was opened for reading only");
  }
  const std::lock_guard lock(mutex_);
  if (closed_) return MakeError(Reason::CLOSED, "the catalog is closed");
  ++inside_;
  return absl::OkStatus();
}

void Manager::Leave() {
  const std::lock_guard lock(mutex_);
  --inside_;
  changed_.notify_all();
}

absl::StatusOr<ExecuteResult> Manager::Execute(std::vector<CatalogCommand> commands,
                                               const ExecuteOptions& options) {
  ANNALS_RETURN_IF_ERROR(Enter());
  Request request;
  request.commands = std::move(commands);
  request.options = options;
  committer_->Enqueue({&request});
  auto result = Run(request);
  Leave();
  return result;
}

absl::StatusOr<ExecuteResult> Manager::Run(Request& request) {
  committer_->Finish(request);
  ANNALS_RETURN_IF_ERROR(request.result.status());
  ANNALS_RETURN_IF_ERROR(WaitActive(*request.result, request.options.deadline));
  return std::move(request.result);
}

// Sleeps by the steady clock: a version that is active in 500 ms is so in 500 ms,
// whatever the wall clock does.
absl::Status Manager::WaitActive(const ExecuteResult& result, absl::Time deadline) const {
  const uint64_t now_ms = clock_->NowMs();
  if (result.activation.physical_ms() <= now_ms) return absl::OkStatus();
  const uint64_t until_ms = time_.SteadyMs() + (result.activation.physical_ms() - now_ms);
  while (time_.SteadyMs() < until_ms) {
    if (absl::Now() >= deadline) {
      return MakeError(
          Reason::DEADLINE_EXCEEDED,
          absl::StrCat("version ", result.version.value, " was written, but is not active yet"));
    }
    const auto left_ms = static_cast<int64_t>(until_ms - time_.SteadyMs());
    absl::SleepFor(std::min({absl::Milliseconds(std::max<int64_t>(left_ms, 0)),
                             absl::Milliseconds(50), deadline - absl::Now()}));
  }
  return absl::OkStatus();
}

void Manager::ExecuteAsync(std::vector<CatalogCommand> commands, ExecuteOptions options,
                           ExecuteCallback done) {
  if (const absl::Status refused = Enter(); !refused.ok()) return done(refused);
  auto call = std::make_unique<AsyncCall>();
  call->request.commands = std::move(commands);
  call->request.options = std::move(options);
  call->done = std::move(done);
  const std::lock_guard lock(mutex_);
  async_calls_.push_back(std::move(call));
  if (!async_thread_.joinable()) async_thread_ = std::thread([this] { ServeAsync(); });
  changed_.notify_all();
}

// All calls that wait go into the queue at once, so that they can share a sync.
void Manager::ServeAsync() {
  for (;;) {
    std::deque<std::unique_ptr<AsyncCall>> calls;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !async_calls_.empty(); });
      calls.swap(async_calls_);
    }
    if (calls.empty()) return;
    std::vector<Request*> requests;
    for (const auto& call : calls) requests.push_back(&call->request);
    committer_->Enqueue(requests);
    for (const auto& call : calls) {
      call->done(Run(call->request));
      Leave();
    }
  }
}

absl::StatusOr<UpdateEntries> Manager::Explain(std::vector<CatalogCommand> commands,
                                               const ExecuteOptions& options) const {
  const Catalog base = Latest();
  CatalogDraft draft(base, base.version().Next(), {});
  ANNALS_ASSIGN_OR_RETURN(PlannedBatch batch, PlanBatch(commands, base, draft, options.policy,
                                                        {.max_entries = options.max_entries}));
  return std::move(batch.entries);
}

HybridTimestamp Manager::SafeTime() const {
  const HybridTimestamp newest = sequencer_.head().activation;
  // Others may append with clocks of their own: only what is here is sure.
  if (options_.read_only || !log_->capabilities().single_writer) return newest;
  return std::max(newest, clock_->SafeTime());
}

absl::Status Manager::WaitSafeTime(HybridTimestamp time, absl::Time deadline) const {
  while (SafeTime() < time) {
    if (absl::Now() >= deadline) {
      return MakeError(Reason::DEADLINE_EXCEEDED, "that time is not safe yet");
    }
    ANNALS_RETURN_IF_ERROR(sequencer_.health());
    absl::SleepFor(std::min(absl::Milliseconds(1), deadline - absl::Now()));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Manager::Snapshot(CatalogVersion version) {
  ANNALS_RETURN_IF_ERROR(Enter());
  const std::lock_guard lock(snapshot_mutex_);
  const auto result = [&]() -> absl::StatusOr<bool> {
    const CatalogVersion earliest{std::max<uint64_t>(store_->earliest().value, 1)};
    if (version <= earliest && version.value > 0) return false;
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, store_->At(version));
    if (version > store_->latest_active()) {
      return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                       absl::StrCat("version ", version.value, " is not active yet"));
    }
    ANNALS_RETURN_IF_ERROR(WriteSnapshot(catalog, *log_, log_->Head().snapshot));
    return true;
  }();
  Leave();
  return result;
}

CatalogManager::Stats Manager::GetStats() const {
  const Sequencer::ListenerFailures failures = sequencer_.listener_failures();
  const auto warnings = log_->warnings();
  return {.store = store_->Stats(),
          .recovered_records = recovered_records_,
          .recovery_time = recovery_time_,
          .listener_failures = failures.count,
          .last_listener_failure = failures.last,
          .warnings = {warnings.begin(), warnings.end()}};
}

// Follows a log that moved on without us.
void Manager::CatchUp() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return closed_; }))
        return;
    }
    if (const CatalogVersion earliest = sequencer_.TakeLag(); earliest.value > 0) {
      log_->Unsubscribe();
      if (const absl::Status status = Subscribe(earliest); !status.ok()) {
        sequencer_.OnClosed(status);
      }
    }
  }
}

void Manager::Close() {
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return inside_ == 0; });
  }
  if (async_thread_.joinable()) async_thread_.join();
  if (catch_up_thread_.joinable()) catch_up_thread_.join();
  log_->Unsubscribe();
  sequencer_.OnClosed(absl::OkStatus());
}

}  // namespace

absl::StatusOr<std::unique_ptr<CatalogManager>> CatalogManager::Open(const OpenOptions& options) {
  ANNALS_ASSIGN_OR_RETURN(std::unique_ptr<UpdateLog> log, OpenLog(options));
  return Open(std::move(log), options);
}

absl::StatusOr<std::unique_ptr<CatalogManager>> CatalogManager::Open(std::unique_ptr<UpdateLog> log,
                                                                     const OpenOptions& options) {
  auto manager = std::make_unique<Manager>(std::move(log), options);
  ANNALS_RETURN_IF_ERROR(manager->Start());
  return manager;
}

}  // namespace annals
