// Handles where threads meet at a bad moment: who is closed before whom, what is stale by the
// time that its turn comes, and what ends.

#include "annals/tests/engine/handle_scenarios.h"

namespace annals {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// A place where one thread stops until another one lets it go on.
class Barrier {
 public:
  Barrier() = default;
  ~Barrier() {  // Who is here leaves first.
    LetGo();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_here_; });
  }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  // The first to come stops here; others pass.
  void Stop() {
    std::unique_lock lock(mutex_);
    if (std::exchange(come_, true)) return;
    is_here_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    is_here_ = false;
    changed_.notify_all();
  }
  void WaitUntilThere() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return come_; });
  }
  void LetGo() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  bool come_ = false;
  bool is_here_ = false;
  bool open_ = false;
};

CreateConfigured Lazily(CreateConfigured create) {
  create.initialize = false;
  return create;
}
AlterConfigured Lazily(AlterConfigured alter) {
  alter.initialize = false;
  return alter;
}

class HandleSchedules : public HandleScenarios {
 protected:
  void TearDown() override {
    // What they do now may be gone with the test.
    script_->OnBuild(nullptr);
    script_->OnProbe(nullptr);
    script_->OnClose(nullptr);
    manager_ = nullptr;
  }

  // The thread that follows the catalog stops in building source BUSY.
  void StopFollowing() {
    Do(ConnectionNamed("OF_BUSY", "h"));
    script_->OnBuild([this](const HandleSpec& spec) {
      if (spec.name == "BUSY") follower_.Stop();
      return absl::OkStatus();
    });
    ASSERT_THAT(manager_->Execute(Lazily(SourceNamed("BUSY", "OF_BUSY"))), IsOk());
    follower_.WaitUntilThere();
  }

  Barrier follower_;
};

// --- kRestart: a slot that only one can have.

class ExclusiveSchedules : public HandleSchedules {
 protected:
  void OpenExclusive(HandleCaching caching = {}) {
    connections_.reconfigure = Reconfigure::kRestart;
    connections_.caching = caching;
    connections_.build = [this](const HandleSpec& spec) -> absl::StatusOr<std::unique_ptr<Handle>> {
      ANNALS_RETURN_IF_ERROR(script_->Build(spec, ScriptedHandle::HostOf(spec)));
      const std::lock_guard lock(mutex_);
      EXPECT_EQ(slots_[spec.name]++, 0) << spec.name << " is taken";
      return std::make_unique<ScriptedHandle>(script_, spec);
    };
    script_->OnClose([this](const std::string& name) {
      if (name == stops_) closing_.Stop();
      const std::lock_guard lock(mutex_);
      --slots_[name];
      return absl::OkStatus();
    });
    Open();
  }

  // `let_go` lets go the handle of C, whose Close takes its time; somebody asks for the next.
  void ExpectNextIsBuiltAfterwards(const std::function<void()>& let_go) {
    stops_ = "C";
    auto closing = std::async(std::launch::async, let_go);
    closing_.WaitUntilThere();
    const int builds = script_->Of("C").builds;
    auto next = std::async(std::launch::async, [&] { return TryGet(kConnectionKind, "C"); });
    EXPECT_TRUE(
        Eventually([&] { return StatusOf(kConnectionKind, "C").state == HandleState::kBuilding; }));
    EXPECT_EQ(next.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout);
    EXPECT_EQ(script_->Of("C").builds, builds);
    closing_.LetGo();
    closing.get();
    EXPECT_THAT(next.get(), IsOk());
    EXPECT_EQ(script_->Of("C").builds, builds + 1);
  }

  Barrier closing_;
  std::string stops_;
  std::mutex mutex_;
  std::map<std::string, int> slots_;  // Guarded by mutex_.
};

TEST_F(ExclusiveSchedules, TheNextOneIsBuiltOnceWhoLetTheLastOneGoHasClosedIt) {
  OpenExclusive({.policy = HandleCaching::Policy::kNone});
  Do(ConnectionNamed("C", "h1"));
  SharedHandle held = Get(kConnectionKind, "C");
  ExpectNextIsBuiltAfterwards([&] { held = nullptr; });
}

TEST_F(ExclusiveSchedules, TheNextOneIsBuiltOnceAnEvictedOneIsClosed) {
  OpenExclusive({.policy = HandleCaching::Policy::kLru, .most = 1});
  Do(ConnectionNamed("C", "h1"));
  Do(Lazily(ConnectionNamed("D", "h1")));
  ExpectNextIsBuiltAfterwards([&] { Get(kConnectionKind, "D"); });
}

TEST_F(ExclusiveSchedules, TheNextOneIsBuiltOnceAnIdleOneIsClosed) {
  OpenExclusive({.idle = absl::Seconds(10)});
  Do(ConnectionNamed("C", "h1"));
  ExpectNextIsBuiltAfterwards([&] { clock_.Pass(10'000); });
}

TEST_F(ExclusiveSchedules, AnAlteredOneIsBuiltOnceTheOldOneIsClosedByWhoeverDoes) {
  OpenExclusive({.policy = HandleCaching::Policy::kNone});
  Do(ConnectionNamed("C", "h1"));
  SharedHandle held = Get(kConnectionKind, "C");
  ExpectNextIsBuiltAfterwards([&] {
    ASSERT_THAT(manager_->Execute(SetHost("C", "h2")), IsOk());
    held = nullptr;
  });
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h2");
}

TEST_F(ExclusiveSchedules, WhoHoldsTheOldOneMayAskForTheNext) {
  OpenExclusive();
  Do(ConnectionNamed("C", "h1"));
  StopFollowing();
  const SharedHandle held = Get(kConnectionKind, "C");
  ASSERT_THAT(manager_->Execute(SetHost("C", "h2")), IsOk());
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h2");
  EXPECT_TRUE(held->closed);
  follower_.LetGo();
  Follow();
}

TEST_F(ExclusiveSchedules, ATrialThatNobodyTookIsClosedBeforeWhatComesAfterIt) {
  OpenExclusive();
  StopFollowing();
  ASSERT_THAT(manager_->Execute(ConnectionNamed("C", "h1")), IsOk());
  ASSERT_THAT(manager_->Execute(SetHost("C", "h2")), IsOk());
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h2");
  follower_.LetGo();
  Follow();
  EXPECT_EQ(script_->Of("C").builds, 2);
  EXPECT_EQ(script_->Of("C").closes, 1);
}

TEST_F(ExclusiveSchedules, ATrialThatIsPreparedAnewIsClosedFirst) {
  OpenExclusive();
  Do(CreateConfigured{
      .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  std::atomic<bool> first{true};
  script_->OnProbe([&](const HandleSpec& spec) {
    if (spec.name == "C" && first.exchange(false)) {
      EXPECT_THAT(manager_->Execute(SetHost("T", "t2")), IsOk());
    }
    return absl::OkStatus();
  });
  Do(ConnectionNamed("C", "h1", {To("tunnel", "T")}));
  EXPECT_EQ(script_->Of("C"), (Script::Counts{.builds = 2, .probes = 2, .starts = 1, .closes = 1}));
}

TEST_F(ExclusiveSchedules, ATrialIsOfTheObjectThatIsWrittenAndNotOfWhoGotItsIdFirst) {
  OpenExclusive();
  SimulatedCluster cluster;
  const Manager theirs = MustOpen(cluster.Connect(), {.clock = &clock_});
  manager_ = MustOpen(cluster.Connect(), {.factories = {connections_}, .clock = &clock_});
  cluster.BeforeNextAppend(
      [&] { EXPECT_THAT(theirs->Execute(ConnectionNamed("THEIRS", "h1")), IsOk()); });
  Do(ConnectionNamed("OURS", "h1"));
  const SharedHandle ours = Get(kConnectionKind, "OURS");
  EXPECT_EQ(ours->name, "OURS");
  EXPECT_EQ(ours->id, IdOf(kConnectionKind, "OURS"));
  EXPECT_EQ(Get(kConnectionKind, "THEIRS")->name, "THEIRS");
  Do(SetHost("THEIRS", "h2"));
  EXPECT_EQ(Get(kConnectionKind, "THEIRS")->host, "h2");
  EXPECT_FALSE(ours->closed);
}

// The deadline ends the wait, not the version: its handle is the trial, and no other is built
// beside it.
TEST_F(ExclusiveSchedules, WhatIsWrittenButNotActiveByTheDeadlineKeepsItsTrial) {
  OpenExclusive();
  EXPECT_THAT(manager_->Execute(ConnectionNamed("C", "h1"),
                                {.delay = absl::Milliseconds(500),
                                 .deadline = absl::Now() + absl::Milliseconds(20)}),
              FailsWith(Reason::DEADLINE_EXCEEDED));
  clock_.Pass(1000);
  Follow();
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h1");
  EXPECT_EQ(script_->Of("C").builds, 1);
  EXPECT_EQ(script_->Of("C").closes, 0);
}

TEST_F(ExclusiveSchedules, WhatIsNotActiveAnyMoreWhenItsTurnComesIsNotBuilt) {
  OpenExclusive();
  Do(Lazily(ConnectionNamed("C", "h1")));
  const ObjectId id = IdOf(kConnectionKind, "C");
  Barrier building;
  script_->OnBuild([&](const HandleSpec& spec) {
    if (spec.Option("host") == "h1") building.Stop();
    return absl::OkStatus();
  });
  auto first = std::async(std::launch::async, [&] { return TryGet(kConnectionKind, "C"); });
  building.WaitUntilThere();
  ASSERT_THAT(manager_->Execute(Lazily(SetHost("C", "h2"))), IsOk());
  auto stale = std::async(std::launch::async,
                          [&, catalog = manager_->Latest()] { return TryGet(catalog, id); });
  EXPECT_EQ(stale.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout);
  ASSERT_THAT(manager_->Execute(Lazily(SetHost("C", "h3"))), IsOk());
  building.LetGo();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(stale.get(), FailsWith(Reason::PREPARE_FAILED, {"active version"}));
  Follow();
  // It was in use, so that the next one was built without being asked for.
  EXPECT_EQ(StatusOf(kConnectionKind, "C").state, HandleState::kReady);
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h3");
  EXPECT_THAT(script_->TakeLog(), Not(Contains("build C h2")));
}

TEST_F(ExclusiveSchedules, WhatIsToBeThereIsTriedAgainThoughItHadToWaitForItsTurn) {
  OpenExclusive();
  Do(Lazily(ConnectionNamed("C", "h1")));
  Do(CatalogNamed("OTHER"));
  auto before = std::make_unique<Catalog>(manager_->Latest());
  const ObjectId other = IdOf(kCatalogKind, "OTHER");
  Do(AlterConfigured{.kind = kCatalogKind, .name = "OTHER", .set = {{{"k1", "v"}}}});
  Barrier building;
  std::atomic<bool> fails{true};
  script_->OnBuild([&](const HandleSpec& spec) {
    if (spec.Option("host") == "h1") building.Stop();
    return spec.Option("host") == "h2" && fails ? absl::UnavailableError("down") : absl::OkStatus();
  });
  auto first = std::async(std::launch::async, [&] { return TryGet(kConnectionKind, "C"); });
  building.WaitUntilThere();
  ASSERT_THAT(manager_->Execute(Lazily(SetHost("C", "h2"))), IsOk());
  absl::SleepFor(absl::Milliseconds(30));  // The follower has come to C, and waits.
  // What is absent is forgotten meanwhile: it is, where a handle is let go with its version.
  const int closes = script_->Of("OTHER").closes;
  EXPECT_THAT(manager_->handles().Get(*before, other), IsOk());
  before.reset();
  EXPECT_TRUE(Eventually([&] { return script_->Of("OTHER").closes > closes; }));
  building.LetGo();
  EXPECT_THAT(first.get(), IsOk());
  Follow();
  EXPECT_EQ(StatusOf(kConnectionKind, "C").state, HandleState::kFailed);
  fails = false;
  EXPECT_TRUE(Eventually([&] {
    clock_.Pass(100);
    return StatusOf(kConnectionKind, "C").state == HandleState::kReady;
  }));
}

// --- Eager ones, and what is tried again.

TEST_F(HandleSchedules, AnOldIngestionEndsWhoeverBuildsTheNewOne) {
  Do(ConnectionNamed("C", "h1"));
  Do(SourceNamed("FIRST", "C"));
  Do(SourceNamed("S", "C"));
  std::atomic<bool> fails{true};
  Barrier tending;
  script_->OnBuild([&](const HandleSpec& spec) {
    if (spec.kind != kSourceKind) return absl::OkStatus();
    if (fails) return absl::UnavailableError("down");
    if (spec.name == "FIRST") tending.Stop();
    return absl::OkStatus();
  });
  Do(SetHost("C", "h2"));
  EXPECT_EQ(StatusOf(kSourceKind, "S").state, HandleState::kFailed);
  EXPECT_EQ(script_->Of("S").closes, 0);  // The old one works on.
  fails = false;
  clock_.Pass(100);
  tending.WaitUntilThere();  // Who tries again is busy with the first.
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h2");
  EXPECT_EQ(script_->Of("S").closes, 1);
  tending.LetGo();
  EXPECT_TRUE(Closes("FIRST", 1));
  EXPECT_TRUE(Closes("S", 1));
}

TEST_F(HandleSchedules, WhatFailedAndIsAnotherOneByNowIsNotTriedAgain) {
  Do(ConnectionNamed("C", "h1"));
  script_->OnBuild(FailsFor("C", "h2"));
  Do(Lazily(SetHost("C", "h2")));
  const Catalog failing = manager_->Latest();
  const ObjectId id = IdOf(kConnectionKind, "C");
  ASSERT_EQ(StatusOf(failing, id).state, HandleState::kFailed);
  StopFollowing();
  const int builds = script_->Of("C").builds;
  ASSERT_THAT(manager_->Execute(Lazily(SetHost("C", "h3"))), IsOk());
  EXPECT_EQ(StatusOf(failing, id).state, HandleState::kFailed);
  clock_.Pass(60'000);
  EXPECT_TRUE(Eventually([&] { return StatusOf(failing, id).state == HandleState::kAbsent; }));
  EXPECT_EQ(script_->Of("C").builds, builds);
  follower_.LetGo();
  Follow();
}

// --- Asynchronous calls.

TEST_F(HandleSchedules, ClosingEndsACallThatIsPreparedAnew) {
  Do(ConnectionNamed("C", "h1"));
  Barrier probing;
  std::atomic<int> probes{0};
  script_->OnProbe([&](const HandleSpec&) {
    ++probes;
    probing.Stop();
    return absl::OkStatus();
  });
  std::promise<absl::StatusOr<ExecuteResult>> answer;
  manager_->ExecuteAsync({SetHost("C", "h2")}, {},
                         [&](auto result) { answer.set_value(std::move(result)); });
  probing.WaitUntilThere();
  ASSERT_THAT(manager_->Execute(AlterConfigured{.kind = kConnectionKind,
                                                .name = "C",
                                                .set = {{{"user", "u"}}},
                                                .validation = Validation::kNo}),
              IsOk());
  auto closing = std::async(std::launch::async, [&] { manager_->Close(); });
  EXPECT_EQ(closing.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  probing.LetGo();
  EXPECT_THAT(answer.get_future().get(), IsOk());
  closing.get();
  EXPECT_EQ(probes, 2);
}

TEST_F(HandleSchedules, ATrialThatIsSlowToCloseHoldsUpNoOtherCall) {
  Barrier closing;
  script_->OnClose([&](const std::string& name) {
    if (name == "C1") closing.Stop();
    return absl::OkStatus();
  });
  std::promise<absl::StatusOr<ExecuteResult>> refused;
  std::promise<absl::StatusOr<ExecuteResult>> other;
  manager_->ExecuteAsync({CatalogNamed("C1")}, {.expected_version = CatalogVersion{99}},
                         [&](auto result) { refused.set_value(std::move(result)); });
  EXPECT_THAT(refused.get_future().get(), FailsWith(Reason::VERSION_CONFLICT));
  closing.WaitUntilThere();
  manager_->ExecuteAsync({TableNamed("T")}, {},
                         [&](auto result) { other.set_value(std::move(result)); });
  auto answer = other.get_future();
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  closing.LetGo();
  EXPECT_THAT(answer.get(), IsOk());
}

// Two that are alike but for their names, of which the first is not written after all.
TEST_F(HandleSchedules, WhoTakesAnIdThatAnotherWasToHaveGetsItsOwnTrial) {
  Barrier answering;
  std::vector<std::promise<absl::StatusOr<ExecuteResult>>> answers(2);
  manager_->ExecuteAsync({TableNamed("T")}, {}, [&](const auto&) { answering.Stop(); });
  answering.WaitUntilThere();
  manager_->ExecuteAsync({CatalogNamed("A")}, {.delay = absl::Hours(24 * 400)},
                         [&](auto result) { answers[0].set_value(std::move(result)); });
  manager_->ExecuteAsync({CatalogNamed("B")}, {},
                         [&](auto result) { answers[1].set_value(std::move(result)); });
  EXPECT_TRUE(Eventually([&] { return script_->Of("B").probes == 1; }));
  absl::SleepFor(absl::Milliseconds(20));  // Both are in the queue, for one group.
  answering.LetGo();
  EXPECT_THAT(answers[0].get_future().get(), FailsWith(Reason::INVALID_VALUE, {"delay"}));
  EXPECT_THAT(answers[1].get_future().get(), IsOk());
  Follow();
  EXPECT_EQ(GetCatalog("B")->name, "B");
  EXPECT_TRUE(Closes("A", 1));
}

// --- The end.

TEST_F(HandleSchedules, NothingIsBuiltOrAskedOnceTheHandlesAreClosed) {
  tunnels_.reconfigure = Reconfigure::kRestart;
  Open();
  Do(CreateConfigured{
      .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  ASSERT_THAT(manager_->handles().Close(), IsOk());
  script_->TakeLog();
  EXPECT_THAT(manager_->Execute(CatalogNamed("C1")),
              FailsWith(Reason::CLOSED, {"the handles are closed"}));
  EXPECT_THAT(manager_->Execute(SetHost("T", "t2")), FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager_->Execute(Lazily(CatalogNamed("C1"))), IsOk());
  EXPECT_THAT(script_->TakeLog(), ::testing::IsEmpty());
}

TEST_F(HandleSchedules, OfManyThatDoNotCloseTheLastAreNamedAndAllCounted) {
  std::vector<CatalogCommand> commands;
  for (int i = 0; i < 130; ++i) commands.emplace_back(CatalogNamed(absl::StrCat("C", i)));
  Do(std::move(commands));
  script_->OnClose([](const std::string& name) {
    return absl::UnavailableError(absl::StrCat("stuck ", name, "."));
  });
  const absl::Status closed = manager_->handles().Close();
  EXPECT_THAT(closed, FailsWith(Reason::INTERNAL, {"stuck C30.", "stuck C129.", "and 30 more"}));
  EXPECT_THAT(std::string(closed.message()), Not(HasSubstr("stuck C29.")));
  EXPECT_EQ(manager_->handles().GetStats().close_failures, 130u);
}

// --- Versions that are not active yet, or not any more.

// Of S there can be no handle yet, so that K is not tried before it is written.
TEST_F(HandleSchedules, ACommitMayRestOnWhatIsNotActiveYet) {
  Do(ConnectionNamed("C", "h1"));
  std::atomic<int> done{0};
  const auto execute_late = [&](CatalogCommand command) {
    const CatalogVersion before = Head();
    manager_->ExecuteAsync({std::move(command)}, {.delay = absl::Milliseconds(500)},
                           [&](const absl::StatusOr<ExecuteResult>& result) {
                             EXPECT_THAT(result, IsOk());
                             ++done;
                           });
    EXPECT_TRUE(Eventually([&] { return Head() > before || done > 0; }));
  };
  execute_late(SourceNamed("S", "C"));
  execute_late(SinkNamed("K", "S", "C"));
  EXPECT_EQ(done, 0);
  clock_.Pass(10'000);
  EXPECT_TRUE(Eventually([&] { return done == 2; }));
  Follow();
  EXPECT_EQ(StatusOf(kSinkKind, "K").state, HandleState::kReady);
}

TEST_F(HandleSchedules, WhatFailedForAVersionThatNobodyHasAnyMoreIsForgotten) {
  Do(Lazily(ConnectionNamed("C", "h1")));
  const ObjectId id = IdOf(kConnectionKind, "C");
  {
    const Catalog old = manager_->Latest();
    Do(DropConfigured{.kind = kConnectionKind, .name = "C"});
    script_->OnBuild([](const HandleSpec& /*spec*/) { return absl::UnavailableError("no"); });
    EXPECT_THAT(TryGet(old, id), FailsWith(Reason::PREPARE_FAILED));
    EXPECT_EQ(States().size(), 1u);
  }
  EXPECT_TRUE(Eventually([&] { return States().empty(); }));
}

}  // namespace
}  // namespace annals
