#include "annals/engine/catalog_manager.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/configured_rules.h"
#include "annals/commands/plan.h"
#include "annals/engine/active_versions.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/committer.h"
#include "annals/engine/decode_ahead.h"
#include "annals/engine/followers.h"
#include "annals/engine/handles/handle_cache_internal.h"
#include "annals/engine/handles/preparation_internal.h"
#include "annals/engine/hybrid_clock.h"
#include "annals/engine/sequencer.h"
#include "annals/schemas/guarded_internal.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/query.h"
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

absl::Status InsideListener() {
  return ErrorOf(Reason::EXECUTE_IN_LISTENER,
                 "a listener can neither change the catalog nor wait for a change: it would "
                 "wait for itself");
}

absl::Status ReadOnly() {
  return ErrorOf(Reason::READ_ONLY, "the catalog was opened for reading only");
}

absl::Status Closed() { return ErrorOf(Reason::CLOSED, "the catalog is closed"); }

constexpr absl::string_view kReadingFailed = "reading the catalog failed";
constexpr absl::string_view kNoMemoryForCall = "there is no memory for the call";
constexpr absl::string_view kOpeningFailed = "opening failed";

absl::Status AlwaysMoved() {
  return ErrorOf(Reason::MAX_RETRIES, "what was prepared was changed by others ",
                 Committer::kAttempts, " times in a row; try again");
}

class Manager final : public CatalogManager {
 public:
  Manager(std::unique_ptr<UpdateLog> log, const OpenOptions& options)
      : options_(options),
        time_(options.clock != nullptr ? *options.clock : Clock::System()),
        log_(std::move(log)),
        clock_(time_),
        active_(time_, clock_),
        sequencer_(store_, clock_, active_),
        followers_(*store_, active_, sequencer_.recent_changes(), time_),
        handles_(*store_, active_, time_, options_.factories),
        handles_follower_(*store_, active_, sequencer_.recent_changes(), time_) {}
  ~Manager() override { Close(); }

  absl::Status Start();

  Catalog Latest() const override { return store_->Latest(); }
  absl::StatusOr<Catalog> At(CatalogVersion version) const override {
    return Guarded(kReadingFailed, [&] { return store_->At(version); });
  }
  absl::StatusOr<Catalog> ActiveAt(HybridTimestamp time) const override {
    return Guarded(kReadingFailed, [&] { return store_->ActiveAt(time); });
  }
  absl::StatusOr<ViewRows> Query(std::string_view view,
                                 std::optional<CatalogVersion> version) const override;
  CatalogReader NewReader() const override { return CatalogReader(store_); }
  HybridTimestamp SafeTime() const override;
  absl::Status WaitSafeTime(HybridTimestamp time, absl::Time deadline) const override;
  absl::Status WaitForVersion(CatalogVersion version, absl::Time deadline) const override;

  absl::StatusOr<ExecuteResult> Execute(CatalogCommand command,
                                        const ExecuteOptions& options) override {
    return Guarded(kNoMemoryForCall, [&] {
      return Execute(std::vector<CatalogCommand>{std::move(command)}, options);
    });
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

  absl::StatusOr<uint64_t> AddFollower(Follower follower, const FollowerOptions& options) override;
  void RemoveFollower(uint64_t id) override {
    followers_.Remove(id, /*wait=*/!sequencer_.InListener());
  }

  Handles& handles() override { return handles_; }
  const Handles& handles() const override { return handles_; }

  absl::StatusOr<bool> Snapshot(CatalogVersion version) override;
  absl::Status Backup(std::string_view directory) override;
  Stats GetStats() const override;
  void Close() override;

 private:
  using Request = Committer::Request;
  // An answer that is given once all that it rests on is active.
  struct Answer {
    absl::StatusOr<ExecuteResult> result;
    uint64_t active_ms = 0;  // Of the steady clock; 0: it is active.
    absl::Time deadline;
  };
  struct AsyncCall {
    Request request;
    ExecuteCallback done;
    Answer answer;
    std::unique_ptr<Preparation> preparation = nullptr;  // Null: it needs none.
    int attempts = 0;                                    // To prepare it.
  };
  // They go from list to list without asking for memory.
  using AsyncCalls = std::list<AsyncCall>;

  // Somebody is inside, for as long as this lives. Close waits for it.
  class Visit {
   public:
    Visit(const Manager& manager, size_t& count) : manager_(manager), count_(count) {}
    ~Visit() {
      const std::lock_guard lock(manager_.mutex_);
      --count_;
      manager_.left_.notify_all();
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    const Manager& manager_;
    size_t& count_;
  };

  absl::Status Recover();
  absl::Status MakeFirstVersion();
  bool WasRepaired() const;
  void SignRepair(ExecuteOptions& options) const;
  absl::Status RecordRepair();
  absl::Status Follow();
  bool IsWorthTwoThreads(uint64_t records) const;
  absl::Status StartHandles();
  void Commit(Request& request);
  absl::StatusOr<ExecuteResult> Await(Request& request);
  absl::StatusOr<ExecuteResult> RunPrepared(Request& request);
  Answer AnswerOf(Request& request) const;
  bool MayAnswer(const Answer& answer) const;
  uint64_t MsUntil(const Answer& answer) const;
  absl::StatusOr<ExecuteResult> Give(Answer& answer) const;
  absl::Status CheckWriter() const;
  absl::Status Enter();
  absl::Status Accept(std::vector<CatalogCommand>& commands, ExecuteOptions& options,
                      ExecuteCallback& done);
  bool TakeAsync(AsyncCalls& calls, const AsyncCalls& answered);
  void ServeAsync();
  void StartThread(std::thread& thread, void (Manager::*serve)());
  void TakeMoved(AsyncCalls& calls);
  void LetGo(AsyncCalls& answered);
  void ServePreparation();
  bool PrepareOrAnswer(AsyncCall& call);
  absl::Status TryCatchUp();
  void CatchUp();
  absl::StatusOr<bool> WriteSnapshotOf(CatalogVersion version);
  void Retain();
  absl::Status RetainOnce();
  absl::StatusOr<std::optional<CatalogVersion>> VersionToRetainFrom();
  absl::Status CheckCanCome(CatalogVersion version) const;
  RotateKeys WithAnyKey(RotateKeys command, const CatalogView& catalog) const;

  const OpenOptions options_;
  const Clock& time_;
  const std::unique_ptr<UpdateLog> log_;
  const std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
  const PlanHost host_ = {.require_registered_types = options_.require_registered_types,
                          .at = [this](CatalogVersion version) { return store_->At(version); }};
  mutable HybridClock clock_;
  ActiveVersions active_;
  Sequencer sequencer_;
  Followers followers_;
  HandleCache handles_;
  Followers handles_follower_;  // The one of handles_, if there are factories.
  std::vector<std::string> handle_warnings_;
  std::optional<Committer> committer_;
  uint64_t recovered_records_ = 0;
  absl::Duration recovery_time_;
  std::mutex snapshot_mutex_;

  std::mutex close_mutex_;  // One closes, another waits for it.
  mutable std::mutex mutex_;
  mutable std::condition_variable left_;     // Somebody left.
  mutable std::condition_variable changed_;  // closed_, preparing_ or a list of calls.
  // All guarded by mutex_.
  bool closed_ = false;
  size_t inside_ = 0;           // Who does something that Close lets them finish.
  mutable size_t waiting_ = 0;  // Who waits for others; Close ends that.
  AsyncCalls async_calls_;
  AsyncCalls unprepared_calls_;
  AsyncCalls spent_calls_;  // They were answered, and their trial handles are to be let go.
  size_t preparing_ = 0;    // Calls that will be among async_calls_.
  RetentionStats retention_;
  std::thread async_thread_;
  std::thread preparing_thread_;
  std::thread retention_thread_;
  std::thread catch_up_thread_;  // Only where the log can leave us behind.
};

absl::Status Manager::Start() {
  const uint64_t began_ms = Clock::System().SteadyMs();
  const CatalogVersion head = log_->Head().version;
  ANNALS_RETURN_IF_ERROR(Recover());
  if (!log_->capabilities().synchronous) catch_up_thread_ = std::thread([this] { CatchUp(); });
  ANNALS_RETURN_IF_ERROR(sequencer_.WaitFor(head, absl::InfiniteFuture()));
  ANNALS_RETURN_IF_ERROR(sequencer_.health());
  active_.Start();
  recovery_time_ = absl::Milliseconds(static_cast<int64_t>(Clock::System().SteadyMs() - began_ms));
  if (options_.read_only) return StartHandles();
  committer_.emplace(*store_, *log_, sequencer_, clock_, host_, options_.delay);
  if (sequencer_.head().version.value == 0) {
    ANNALS_RETURN_IF_ERROR(MakeFirstVersion());
  } else if (WasRepaired()) {
    ANNALS_RETURN_IF_ERROR(RecordRepair());
  }
  if (!options_.retention.keeps_everything()) retention_thread_ = std::thread([this] { Retain(); });
  return StartHandles();
}

// Who only reads builds what it is asked for, and nothing else.
absl::Status Manager::StartHandles() {
  if (!handles_.has_factories()) return absl::OkStatus();
  handles_.Start(/*follows=*/!options_.read_only);
  for (const std::string& name : handles_.Preload(options_.preload)) {
    handle_warnings_.push_back(absl::StrCat("there is no catalog \"", name, "\" to preload"));
  }
  if (options_.read_only) return absl::OkStatus();
  const auto follow = [this](const CatalogEvent& event) { return handles_.Follow(event); };
  return handles_follower_.Add(follow, {}).status();
}

absl::Status Manager::MakeFirstVersion() {
  // Nobody used the catalog before it was there, so nobody has to be waited for.
  ExecuteOptions options{.expected_version = CatalogVersion{0}, .delay = absl::ZeroDuration()};
  if (WasRepaired()) SignRepair(options);
  const auto done = Execute(Bootstrap(), options);
  // Another writer may do the same at the same moment; then there is nothing to do.
  return ReasonOf(done.status()) == Reason::VERSION_CONFLICT ? absl::OkStatus() : done.status();
}

bool Manager::WasRepaired() const {
  return !log_->accepted_loss().empty() || !options_.repair_note.empty();
}

void Manager::SignRepair(ExecuteOptions& options) const {
  options.author = "annals repair";
  options.message = options_.repair_note;
  if (log_->accepted_loss().empty()) return;
  absl::StrAppend(&options.message, options.message.empty() ? "" : "; ",
                  "loss accepted: ", ToAbsl(log_->accepted_loss()));
}

// A version without changes, so that the log tells of its own repair.
absl::Status Manager::RecordRepair() {
  Request request;
  request.keep_empty = true;
  SignRepair(request.options);
  Commit(request);
  return Await(request).status();
}

// Makes the versions that are there; on a log that is not synchronous, asks for them.
absl::Status Manager::Recover() {
  // Another writer may truncate what is just being read.
  constexpr int kAttempts = 10;
  absl::Status status;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const CatalogVersion snapshot = log_->Head().snapshot;
    status = Follow();
    const bool lagged = status.ok() && sequencer_.TakeLag().value > 0;
    if (!lagged && ReasonOf(status) != Reason::VERSION_TRUNCATED) {
      recovered_records_ = log_->Head().version.value - snapshot.value;
      return status;
    }
    log_->Unsubscribe();
  }
  return MakeError(Reason::MAX_RETRIES,
                   "the log was always truncated while it was read; try again");
}

// Follows the log from where we are, or from its snapshot if that is further.
absl::Status Manager::Follow() {
  const CatalogVersion snapshot = log_->Head().snapshot;
  if (snapshot > sequencer_.head().version) {
    ANNALS_ASSIGN_OR_RETURN(const annals::Snapshot found,
                            ReadSnapshot(*log_, snapshot, options_.recovery_threads));
    ANNALS_RETURN_IF_ERROR(sequencer_.Rebase(found));
  }
  const CatalogVersion head = sequencer_.head().version;
  if (IsWorthTwoThreads(log_->Head().version.value - head.value)) {
    ANNALS_RETURN_IF_ERROR(ReplayAhead(*log_, head.Next(), sequencer_));
  }
  return log_->Subscribe(sequencer_.head().version.Next(), &sequencer_);
}

bool Manager::IsWorthTwoThreads(uint64_t records) const {
  return options_.recovery_threads > 1 && log_->capabilities().synchronous && records > 1000;
}

absl::Status Manager::CheckWriter() const {
  if (sequencer_.InListener()) return InsideListener();
  return options_.read_only ? ReadOnly() : absl::OkStatus();
}

absl::Status Manager::Enter() {
  const std::lock_guard lock(mutex_);
  if (closed_) return Closed();
  ++inside_;
  return absl::OkStatus();
}

absl::StatusOr<ExecuteResult> Manager::Execute(std::vector<CatalogCommand> commands,
                                               const ExecuteOptions& options) {
  ANNALS_RETURN_IF_ERROR(CheckWriter());
  ANNALS_RETURN_IF_ERROR(Enter());
  const Visit visit(*this, inside_);
  Request request;
  request.commands = std::move(commands);
  const absl::Status copied = CallGuarded([&] {
    request.options = options;
    return absl::OkStatus();
  });
  if (!copied.ok()) return ErrorOf(Reason::INTERNAL, kNoMemoryForCall);
  if (!Preparation::IsFor(handles_, request.commands)) {
    Commit(request);
    return Await(request);
  }
  return Guarded("there is no memory to prepare the call",
                 [&]() -> absl::StatusOr<ExecuteResult> { return RunPrepared(request); });
}

// Prepares under no lock, while others commit, until what was prepared is what is written.
absl::StatusOr<ExecuteResult> Manager::RunPrepared(Request& request) {
  Preparation preparation(handles_, host_, std::move(request.commands), request.options);
  for (int attempt = 0; attempt < Committer::kAttempts; ++attempt) {
    ANNALS_RETURN_IF_ERROR(preparation.Prepare(Latest()));
    Request guarded;
    guarded.commands = preparation.Guarded();
    guarded.options = request.options;
    Commit(guarded);
    const bool moved = !guarded.result.ok() && preparation.moved();
    // By what was written, whether or not it is active by the deadline.
    if (!moved) preparation.Settle(guarded.result);
    auto result = Await(guarded);
    if (!moved) return result;
  }
  return AlwaysMoved();
}

void Manager::Commit(Request& request) {
  Request* const one[] = {&request};
  committer_->Enqueue(one);
  committer_->Finish(request);
}

// What became of it, once all that it rests on is active.
absl::StatusOr<ExecuteResult> Manager::Await(Request& request) {
  Answer answer = AnswerOf(request);
  if (answer.active_ms > 0) {
    std::unique_lock lock(mutex_);
    while (!MayAnswer(answer)) time_.Wait(lock, changed_, MsUntil(answer));
  }
  return Give(answer);
}

// Waiting goes by the steady clock: a version that is active in 500 ms is so in
// 500 ms, whatever the wall clock does.
Manager::Answer Manager::AnswerOf(Request& request) const {
  Answer answer{std::move(request.result), 0, request.options.deadline};
  const uint64_t now_ms = clock_.NowMs();
  const uint64_t active_ms = request.rests_on.physical_ms();
  if (active_ms > now_ms) answer.active_ms = time_.SteadyMs() + (active_ms - now_ms);
  return answer;
}

// Whether nothing is left to wait for. REQUIRES: mutex_ is held.
bool Manager::MayAnswer(const Answer& answer) const {
  return closed_ || time_.SteadyMs() >= answer.active_ms || absl::Now() >= answer.deadline;
}

uint64_t Manager::MsUntil(const Answer& answer) const {
  const uint64_t now_ms = time_.SteadyMs();
  const uint64_t left_ms = answer.active_ms > now_ms ? answer.active_ms - now_ms : 0;
  const absl::Duration left = std::min(answer.deadline - absl::Now(), absl::Hours(1));
  const int64_t deadline_ms = absl::ToInt64Milliseconds(left) + 1;
  return std::min(left_ms, static_cast<uint64_t>(std::max<int64_t>(deadline_ms, 1)));
}

absl::StatusOr<ExecuteResult> Manager::Give(Answer& answer) const {
  if (!answer.result.ok() || time_.SteadyMs() >= answer.active_ms) return std::move(answer.result);
  const bool late = absl::Now() >= answer.deadline;
  return ErrorOf(late ? Reason::DEADLINE_EXCEEDED : Reason::CLOSED,
                 late ? "" : "the catalog was closed: ", "version ", answer.result->version.value,
                 " was written, but is not active yet");
}

void Manager::ExecuteAsync(std::vector<CatalogCommand> commands, ExecuteOptions options,
                           ExecuteCallback done) {
  const absl::Status accepted = Guarded("there is no memory or thread for the call", [&] {
    ANNALS_RETURN_IF_ERROR(CheckWriter());
    return Accept(commands, options, done);
  });
  if (!accepted.ok()) done(accepted);
}

// Unless it returns an error, or throws, what it was given belongs to the queue.
absl::Status Manager::Accept(std::vector<CatalogCommand>& commands, ExecuteOptions& options,
                             ExecuteCallback& done) {
  AsyncCalls one(1);
  const std::lock_guard lock(mutex_);
  if (closed_) return Closed();
  AsyncCall& call = one.front();
  StartThread(async_thread_, &Manager::ServeAsync);
  if (Preparation::IsFor(handles_, commands)) {
    StartThread(preparing_thread_, &Manager::ServePreparation);
    call.preparation = std::make_unique<Preparation>(handles_, host_, commands, options);
  }
  call.request.commands = std::move(commands);
  call.request.options = std::move(options);
  call.done = std::move(done);
  if (call.preparation != nullptr) ++preparing_;
  AsyncCalls& queue = call.preparation != nullptr ? unprepared_calls_ : async_calls_;
  queue.splice(queue.end(), one);
  ++inside_;
  changed_.notify_all();
  return absl::OkStatus();
}

// REQUIRES: mutex_ is held.
void Manager::StartThread(std::thread& thread, void (Manager::*serve)()) {
  if (!thread.joinable()) thread = std::thread(serve, this);
}

// Calls that have to be prepared wait for each other, and for nobody else; then they are
// calls like others. What their trials leave behind ends here, too: closing takes its time.
void Manager::ServePreparation() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (unprepared_calls_.empty() && spent_calls_.empty()) {
      if (closed_ && preparing_ == 0) return;
      changed_.wait(lock);
    }
    AsyncCalls spent;
    spent.swap(spent_calls_);
    AsyncCalls one;
    if (!unprepared_calls_.empty()) {
      one.splice(one.end(), unprepared_calls_, unprepared_calls_.begin());
    }
    lock.unlock();
    spent.clear();
    const bool refused = !one.empty() && !PrepareOrAnswer(one.front());
    if (refused) one.clear();
    lock.lock();
    if (refused) --preparing_;
    async_calls_.splice(async_calls_.end(), one);
    changed_.notify_all();
  }
}

// False: it cannot be prepared, and has been answered.
bool Manager::PrepareOrAnswer(AsyncCall& call) {
  const absl::Status prepared = Guarded("there is no memory to prepare the call", [&] {
    ANNALS_RETURN_IF_ERROR(call.preparation->Prepare(Latest()));
    Request guarded;
    guarded.commands = call.preparation->Guarded();
    guarded.options = call.request.options;
    call.request = std::move(guarded);
    return absl::OkStatus();
  });
  if (prepared.ok()) return true;
  const Visit visit(*this, inside_);
  call.preparation.reset();
  call.done(prepared);
  return false;
}

// What is done and was prepared for something else goes out of `calls`, to be prepared anew.
void Manager::TakeMoved(AsyncCalls& calls) {
  for (auto at = calls.begin(); at != calls.end();) {
    AsyncCall& call = *at;
    const auto moved = at++;
    if (call.preparation == nullptr) continue;
    absl::StatusOr<ExecuteResult>& result = call.request.result;
    if (result.ok() || !call.preparation->moved()) {
      call.preparation->Settle(result);
    } else if (++call.attempts == Committer::kAttempts) {
      result = AlwaysMoved();
    } else {
      const std::lock_guard lock(mutex_);
      unprepared_calls_.splice(unprepared_calls_.end(), calls, moved);
      changed_.notify_all();
      continue;
    }
    const std::lock_guard lock(mutex_);
    --preparing_;
    changed_.notify_all();
  }
}

// Waits until there are new calls, of which it takes a group, or until one of `answered`
// may be given. False: neither will be.
bool Manager::TakeAsync(AsyncCalls& calls, const AsyncCalls& answered) {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!async_calls_.empty() && calls.size() < Committer::kGroupRecords) {
      calls.splice(calls.end(), async_calls_, async_calls_.begin());
    }
    if (!calls.empty()) return true;
    if (answered.empty()) {
      if (closed_ && preparing_ == 0) return false;
      changed_.wait(lock);
      continue;
    }
    uint64_t ms = UINT64_MAX;
    for (const AsyncCall& call : answered) {
      if (MayAnswer(call.answer)) return true;
      ms = std::min(ms, MsUntil(call.answer));
    }
    time_.Wait(lock, changed_, ms);
  }
}

// Calls go into the queue together, so that they can share a sync; and nobody's
// activation keeps others from being committed. Nothing here asks for memory.
void Manager::ServeAsync() {
  AsyncCalls answered;  // Not yet active.
  AsyncCalls calls;
  while (TakeAsync(calls, answered)) {
    absl::InlinedVector<Request*, Committer::kGroupRecords> requests;
    for (AsyncCall& call : calls) requests.push_back(&call.request);
    committer_->Enqueue(requests);
    for (AsyncCall& call : calls) committer_->Finish(call.request);
    TakeMoved(calls);
    for (AsyncCall& call : calls) call.answer = AnswerOf(call.request);
    answered.splice(answered.end(), calls);
    AsyncCalls ready;
    {
      const std::lock_guard lock(mutex_);
      for (auto call = answered.begin(); call != answered.end();) {
        const auto next = std::next(call);
        if (MayAnswer(call->answer)) ready.splice(ready.end(), answered, call);
        call = next;
      }
    }
    for (AsyncCall& call : ready) {
      const Visit visit(*this, inside_);
      call.done(Give(call.answer));
    }
    LetGo(ready);
  }
}

// Those that were prepared may have trial handles left, which whoever lets them go closes.
void Manager::LetGo(AsyncCalls& answered) {
  for (auto at = answered.begin(); at != answered.end();) {
    const auto call = at++;
    if (call->preparation == nullptr) continue;
    const std::lock_guard lock(mutex_);
    spent_calls_.splice(spent_calls_.end(), answered, call);
    changed_.notify_all();
  }
}

absl::StatusOr<uint64_t> Manager::AddFollower(Follower follower, const FollowerOptions& options) {
  return Guarded("there is no memory for the follower", [&]() -> absl::StatusOr<uint64_t> {
    const CatalogVersion latest = std::max(sequencer_.head().version, log_->Head().version);
    if (options.after > latest) {
      return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                       absl::StrCat("a follower of what comes after version ", options.after.value,
                                    " cannot begin: the latest version is ", latest.value));
    }
    return followers_.Add(std::move(follower), options);
  });
}

// As if the factory that makes keys, where there is one, had made one.
RotateKeys Manager::WithAnyKey(RotateKeys command, const CatalogView& catalog) const {
  const auto object = FindConfigured(catalog, command.kind, command.schema, command.name);
  const Factory* const factory = object.ok() ? handles_.FactoryOf(*object) : nullptr;
  const bool makes_keys = factory != nullptr && factory->new_public_key;
  if (makes_keys && !command.new_public_key) command.new_public_key = "a new key";
  return command;
}

absl::StatusOr<UpdateEntries> Manager::Explain(std::vector<CatalogCommand> commands,
                                               const ExecuteOptions& options) const {
  return Guarded("planning failed", [&]() -> absl::StatusOr<UpdateEntries> {
    const Catalog base = Latest();
    for (CatalogCommand& command : commands) {
      const auto* rotate = command.As<RotateKeys>();
      if (rotate != nullptr) command = WithAnyKey(*rotate, base);
    }
    CatalogDraft draft(base, base.version().Next(), {});
    ANNALS_ASSIGN_OR_RETURN(PlannedBatch batch,
                            PlanBatch(commands, base, draft, options.policy,
                                      {.max_entries = options.max_entries, .host = &host_}));
    return std::move(batch.entries);
  });
}

absl::StatusOr<ViewRows> Manager::Query(std::string_view view,
                                        std::optional<CatalogVersion> version) const {
  if (version.has_value()) {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, At(*version));
    return annals::Query(view, catalog, *log_);
  }
  const Catalog latest = Latest();
  auto answer = annals::Query(view, latest, *log_);
  // The latest version that was, if it is truncated by now, was not asked for.
  const bool again =
      ReasonOf(answer.status()) == Reason::VERSION_TRUNCATED && store_->latest() > latest.version();
  if (again) return Query(view, version);
  return answer;
}

// Nothing comes to who only reads a log that nobody else writes to, or from a listener.
absl::Status Manager::CheckCanCome(CatalogVersion version) const {
  if (sequencer_.head().version >= version) return absl::OkStatus();
  if (sequencer_.InListener()) return InsideListener();
  return options_.read_only && log_->capabilities().synchronous ? ReadOnly() : absl::OkStatus();
}

absl::Status Manager::WaitForVersion(CatalogVersion version, absl::Time deadline) const {
  {
    const std::lock_guard lock(mutex_);
    ++waiting_;
  }
  const Visit visit(*this, waiting_);
  ANNALS_RETURN_IF_ERROR(CheckCanCome(version));
  return sequencer_.WaitFor(version, deadline);
}

HybridTimestamp Manager::SafeTime() const {
  const HybridTimestamp newest = sequencer_.head().activation;
  // Others may append with clocks of their own: only what is here is sure.
  if (options_.read_only || !log_->capabilities().single_writer) return newest;
  return std::max(newest, clock_.SafeTime());
}

absl::Status Manager::WaitSafeTime(HybridTimestamp time, absl::Time deadline) const {
  {
    const std::lock_guard lock(mutex_);
    ++waiting_;
  }
  const Visit visit(*this, waiting_);
  while (SafeTime() < time) {
    ANNALS_RETURN_IF_ERROR(CheckCanCome(kNever));
    ANNALS_RETURN_IF_ERROR(sequencer_.health());
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return MakeError(Reason::DEADLINE_EXCEEDED, "that time is not safe yet");
    }
    absl::SleepFor(std::min(absl::Milliseconds(1), left));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Manager::Snapshot(CatalogVersion version) {
  ANNALS_RETURN_IF_ERROR(CheckWriter());
  ANNALS_RETURN_IF_ERROR(Enter());
  const Visit visit(*this, inside_);
  const std::lock_guard lock(snapshot_mutex_);
  return Guarded("the snapshot failed", [&] { return WriteSnapshotOf(version); });
}

absl::StatusOr<bool> Manager::WriteSnapshotOf(CatalogVersion version) {
  const CatalogVersion expected = log_->Head().snapshot;
  if (version <= std::max(expected, CatalogVersion{1})) return false;
  const CatalogVersion active = active_.Now();
  const auto catalog = store_->At(version);
  if (ReasonOf(catalog.status()) == Reason::VERSION_TRUNCATED) return false;
  ANNALS_RETURN_IF_ERROR(catalog.status());
  if (version > active) {
    // What counts now would be gone.
    return MakeError(Reason::VERSION_NOT_ACTIVE,
                     absl::StrCat("version ", version.value, " is not active yet"));
  }
  const absl::Status written = WriteSnapshot(*catalog, *log_, expected);
  // Another writer's came first; it may be older than this one.
  if (!written.ok() && log_->Head().snapshot > expected) return WriteSnapshotOf(version);
  ANNALS_RETURN_IF_ERROR(written);
  store_->Truncate(version);  // A log that is not synchronous will say so later.
  return true;
}

// Looks at once, and then every so often.
void Manager::Retain() {
  const auto interval_ms =
      static_cast<uint64_t>(absl::ToInt64Milliseconds(options_.retention.min_interval));
  for (;;) {
    const uint64_t next_ms = time_.SteadyMs() + interval_ms;
    const absl::Status done = CallGuarded([this] { return RetainOnce(); });
    std::unique_lock lock(mutex_);
    if (!done.ok()) {
      ++retention_.failures;
      retention_.last_failure = std::string(ToStd(done.message()));
    }
    while (!closed_ && time_.SteadyMs() < next_ms) {
      time_.Wait(lock, changed_, next_ms - time_.SteadyMs());
    }
    if (closed_) return;
  }
}

absl::Status Manager::RetainOnce() {
  {
    const std::lock_guard lock(mutex_);
    ++retention_.runs;
    retention_.last_run = absl::FromUnixMillis(static_cast<int64_t>(time_.WallMs()));
  }
  ANNALS_ASSIGN_OR_RETURN(const auto version, VersionToRetainFrom());
  if (!version) return absl::OkStatus();
  const std::lock_guard snapshotting(snapshot_mutex_);
  ANNALS_ASSIGN_OR_RETURN(const bool written, WriteSnapshotOf(*version));
  if (!written) return absl::OkStatus();
  const std::lock_guard lock(mutex_);
  ++retention_.snapshots;
  retention_.last_snapshot = *version;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CatalogVersion>> Manager::VersionToRetainFrom() {
  ANNALS_RETURN_IF_ERROR(sequencer_.health());  // Nothing is taken from a log that failed.
  ANNALS_ASSIGN_OR_RETURN(const uint64_t now_ms, clock_.TrustedNowMs());
  const auto active_at = [this](HybridTimestamp time) -> std::optional<CatalogVersion> {
    const auto catalog = store_->ActiveAt(time);
    if (!catalog.ok()) return std::nullopt;
    return catalog->version();
  };
  return VersionToSnapshot(options_.retention,
                           {.earliest = store_->earliest(),
                            .latest = sequencer_.head().version,
                            .active = active_.Now(),
                            .active_at = active_at},
                           now_ms);
}

absl::Status Manager::Backup(std::string_view directory) {
  ANNALS_RETURN_IF_ERROR(Enter());
  const Visit visit(*this, inside_);
  return Guarded("the copy failed", [&] { return log_->Backup(directory); });
}

CatalogManager::Stats Manager::GetStats() const {
  const Sequencer::ListenerFailures failures = sequencer_.listener_failures();
  const auto warnings = log_->warnings();
  std::vector<std::string> all_warnings(warnings.begin(), warnings.end());
  all_warnings.insert(all_warnings.end(), handle_warnings_.begin(), handle_warnings_.end());
  RetentionStats retention;
  {
    const std::lock_guard lock(mutex_);
    retention = retention_;
  }
  return {.store = store_->Stats(),
          .calls_in_queue = committer_.has_value() ? committer_->queue_length() : 0,
          .recovered_records = recovered_records_,
          .recovery_time = recovery_time_,
          .listener_failures = failures.count,
          .last_listener_failure = failures.last,
          .followers = followers_.Stats(),
          .retention = retention,
          .warnings = std::move(all_warnings)};
}

// Jumps over what others have truncated before we read it. OK if there was no need.
absl::Status Manager::TryCatchUp() try {
  log_->Unsubscribe();
  const absl::Status status = Follow();
  // It moved on, or can't be reached now: the next round tries again.
  const auto reason = ReasonOf(status);
  const bool again = reason == Reason::VERSION_TRUNCATED || reason == Reason::IO_ERROR;
  if (again) sequencer_.OnLagged(sequencer_.head().version.Next());
  return again ? absl::OkStatus() : status;
} catch (const std::exception& error) {
  return MakeError(Reason::INTERNAL, absl::StrCat("catching up failed: ", error.what()));
}

// Follows a log that moved on without us.
void Manager::CatchUp() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      constexpr std::chrono::milliseconds kPause(20);
      if (changed_.wait_for(lock, kPause, [this] { return closed_; })) return;
    }
    if (sequencer_.TakeLag().value == 0) continue;
    if (const absl::Status status = TryCatchUp(); !status.ok()) sequencer_.OnClosed(status);
  }
}

void Manager::Close() {
  const std::lock_guard closing(close_mutex_);
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  followers_.Stop();
  handles_follower_.Stop();
  handles_.EndFollowing();
  {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [this] { return inside_ == 0; });
  }
  if (async_thread_.joinable()) async_thread_.join();
  if (preparing_thread_.joinable()) preparing_thread_.join();
  spent_calls_.clear();  // Those that were answered last.
  if (retention_thread_.joinable()) retention_thread_.join();
  if (catch_up_thread_.joinable()) catch_up_thread_.join();
  log_->Unsubscribe();
  sequencer_.OnClosed(absl::OkStatus());
  followers_.Join();  // One that waited for a version waits no longer.
  handles_follower_.Join();
  static_cast<void>(handles_.Close());  // Who wants to know what it says has closed them.
  std::unique_lock lock(mutex_);
  left_.wait(lock, [this] { return waiting_ == 0; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<CatalogManager>> CatalogManager::Open(const OpenOptions& options) {
  ANNALS_ASSIGN_OR_RETURN(std::unique_ptr<UpdateLog> log, Guarded(kOpeningFailed, [&] {
                            return OpenLog(options.log,
                                           {.path = options.path,
                                            .options = options.log_options,
                                            .read_only = options.read_only,
                                            .create_if_missing = options.create_if_missing,
                                            .accept_loss = options.accept_loss});
                          }));
  return Open(std::move(log), options);
}

absl::StatusOr<std::unique_ptr<CatalogManager>> CatalogManager::Open(std::unique_ptr<UpdateLog> log,
                                                                     const OpenOptions& options) {
  // No memory, or no thread.
  return Guarded(kOpeningFailed, [&]() -> absl::StatusOr<std::unique_ptr<CatalogManager>> {
    ANNALS_RETURN_IF_ERROR(CheckRetention(options.retention));
    ANNALS_RETURN_IF_ERROR(CheckFactories(options.factories));
    auto manager = std::make_unique<Manager>(std::move(log), options);
    ANNALS_RETURN_IF_ERROR(manager->Start());
    return manager;
  });
}

}  // namespace annals
