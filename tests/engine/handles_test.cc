// Handles: built once, kept as their factory says, in step with the catalog. The scenarios
// are those of docs/kinds.md.

#include <future>

#include "annals/tests/engine/handle_scenarios.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

// --- Catalogs.

TEST_F(HandleScenarios, F05_ACatalogThatCannotBeBuiltIsNotCreated) {
  script_->OnBuild([](const HandleSpec&) { return absl::UnavailableError("no such host"); });
  const CatalogVersion before = Head();
  EXPECT_THAT(manager_->Execute(CatalogNamed("C1")),
              FailsWith(Reason::PREPARE_FAILED, {"catalog \"C1\"", "no such host"}));
  EXPECT_EQ(Head(), before);
  EXPECT_FALSE(manager_->Latest().Find(NameScope::Root(kCatalogKind), "C1"));
  EXPECT_THAT(States(), IsEmpty());
  script_->OnBuild(nullptr);
  Do(CatalogNamed("C1"));
  EXPECT_EQ(Head(), before.Next());
  EXPECT_EQ(StatusOf(kCatalogKind, "C1").state, HandleState::kReady);
}

TEST_F(HandleScenarios, CreatingBuildsOnceAndTheFirstUseGetsThat) {
  Do(CatalogNamed("C1"));
  const SharedHandle handle = GetCatalog("C1");
  EXPECT_EQ(handle->id, IdOf(kCatalogKind, "C1"));
  EXPECT_EQ(script_->Of("C1"), (Script::Counts{.builds = 1, .probes = 1, .starts = 1}));
}

TEST_F(HandleScenarios, F06_FiftyFirstUsesOfAnUninitializedCatalogBuildItOnce) {
  Do(CatalogNamed("C1", /*initialize=*/false));
  EXPECT_EQ(script_->builds(), 0);
  const ObjectId id = IdOf(kCatalogKind, "C1");
  std::vector<std::future<absl::StatusOr<SharedHandle>>> uses;
  for (int i = 0; i < 50; ++i) {
    uses.push_back(std::async(std::launch::async, [&] { return TryGet(manager_->Latest(), id); }));
  }
  std::set<Handle*> handles;
  for (auto& use : uses) {
    const auto handle = use.get();
    ASSERT_THAT(handle, IsOk());
    handles.insert(handle->get());
  }
  EXPECT_THAT(handles, SizeIs(1));
  EXPECT_EQ(script_->builds(), 1);
}

TEST_F(HandleScenarios, F07_AThousandStoredCatalogsBuildNothingButWhatIsPreloaded) {
  std::vector<CatalogCommand> commands;
  for (int i = 0; i < 1000; ++i) {
    commands.emplace_back(CatalogNamed(absl::StrCat("C", i), /*initialize=*/false));
  }
  Do(std::move(commands));
  Open();
  Follow();
  EXPECT_EQ(script_->builds(), 0);
  Open({"C1", "C2", "GONE"});
  EXPECT_EQ(script_->builds(), 2);
  Follow();
  EXPECT_EQ(script_->builds(), 2);
  EXPECT_EQ(StatusOf(kCatalogKind, "C2").state, HandleState::kReady);
  EXPECT_THAT(manager_->GetStats().warnings, ElementsAre(HasSubstr("GONE")));
}

TEST_F(HandleScenarios, APreloadThatFailsIsTriedAgainAndKeepsNobodyOut) {
  Do(CatalogNamed("C1", /*initialize=*/false));
  script_->OnBuild([](const HandleSpec&) { return absl::UnavailableError("down"); });
  Open({"C1"});
  Follow();
  EXPECT_EQ(StatusOf(kCatalogKind, "C1").state, HandleState::kFailed);
  script_->OnBuild(nullptr);
  EXPECT_TRUE(Eventually([&] {
    clock_.Pass(100);
    return StatusOf(kCatalogKind, "C1").state == HandleState::kReady;
  }));
}

// F-08: uses of a, b, c, a under each policy.
class CachePolicyScenarios : public HandleScenarios {
 protected:
  void Use(HandleCaching caching) {
    catalogs_.caching = caching;
    Open();
    for (const char* name : {"A", "B", "C"}) Do(CatalogNamed(name, /*initialize=*/false));
    for (const char* name : {"A", "B", "C", "A"}) EXPECT_EQ(GetCatalog(name)->name, name);
  }
};

TEST_F(CachePolicyScenarios, F08_AnLruCacheOfTwoClosesWhatWasUsedLast) {
  Use({.policy = HandleCaching::Policy::kLru, .most = 2});
  EXPECT_EQ(script_->builds(), 4);
  EXPECT_EQ(script_->closes(), 2);
  EXPECT_EQ(script_->Of("A").builds, 2);
}

TEST_F(CachePolicyScenarios, F08_ACacheOfAllClosesNothing) {
  Use({.policy = HandleCaching::Policy::kAll});
  EXPECT_EQ(script_->builds(), 3);
  EXPECT_EQ(script_->closes(), 0);
}

TEST_F(CachePolicyScenarios, F08_ACacheOfNoneBuildsAndClosesForEachUse) {
  Use({.policy = HandleCaching::Policy::kNone});
  EXPECT_EQ(script_->builds(), 4);
  EXPECT_EQ(script_->closes(), 4);
}

TEST_F(CachePolicyScenarios, WhatIsIdleForLongIsClosedUnlessSomebodyHoldsIt) {
  Use({.policy = HandleCaching::Policy::kAll, .idle = absl::Seconds(10)});
  const SharedHandle held = GetCatalog("B");
  clock_.Pass(9'000);
  GetCatalog("C");
  clock_.Pass(1'000);
  EXPECT_TRUE(Closes("A", 1));
  clock_.Pass(8'999);
  EXPECT_EQ(script_->Of("C").closes, 0);
  clock_.Pass(1);
  EXPECT_TRUE(Closes("C", 1));
  EXPECT_FALSE(held->closed);
}

TEST_F(HandleScenarios, F10_ADroppedCatalogIsNotFoundAndWhoHoldsItsHandleGoesOn) {
  Do(CatalogNamed("C1"));
  const ObjectId id = IdOf(kCatalogKind, "C1");
  SharedHandle held = GetCatalog("C1");
  auto drop = std::async(std::launch::async, [&] {
    return manager_->Execute(DropConfigured{.kind = kCatalogKind, .name = "C1"});
  });
  ASSERT_THAT(drop.get(), IsOk());
  Follow();
  EXPECT_THAT(manager_->handles().Get(manager_->Latest(), id), FailsWith(Reason::OBJECT_NOT_FOUND));
  EXPECT_TRUE(Eventually([&] {
    const auto states = States();
    return states.size() == 1 && states[0].state == HandleState::kClosing;
  }));
  EXPECT_FALSE(held->closed);
  held = nullptr;
  EXPECT_TRUE(Closes("C1", 1));
}

TEST_F(HandleScenarios, WhatAHeldVersionReachesStaysOpenUntilThatIsLetGo) {
  Do(ConnectionNamed("C", "h1"));
  const ObjectId id = IdOf(kConnectionKind, "C");
  auto before = std::make_unique<Catalog>(manager_->Latest());
  Handle* old_one = manager_->handles().Get(*before, id)->get();
  Do(SetHost("C", "h2"));
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h2");
  EXPECT_EQ(manager_->handles().Get(*before, id)->get(), old_one);
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(script_->closes(), 0);
  before.reset();
  EXPECT_TRUE(Closes("C", 1));
  EXPECT_EQ(script_->Of("C").builds, 2);
}

TEST_F(HandleScenarios, ATruncatedVersionThatIsHeldKeepsItsHandlesOpen) {
  Do(ConnectionNamed("C", "h1"));
  auto before = std::make_unique<Catalog>(manager_->Latest());
  Do(SetHost("C", "h2"));
  ASSERT_THAT(manager_->Snapshot(Head()), Gives(true));
  Do(SetHost("C", "h3"));
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(manager_->handles().Get(*before, IdOf(kConnectionKind, "C")).status(),
            absl::OkStatus());
  EXPECT_EQ(script_->Of("C").builds, 3);
  before.reset();
  EXPECT_TRUE(Closes("C", 2));
}

TEST_F(HandleScenarios, F12_AnAlteredCatalogIsRebuiltOnceWithWhatItHasNow) {
  CreateConfigured create = CatalogNamed("C1");
  create.options = {{"a", "1"}, {"b", "2"}};
  Do(create);
  GetCatalog("C1");
  Do(AlterConfigured{.kind = kCatalogKind, .name = "C1", .set = {{{"b", "3"}, {"c", "4"}}}});
  const SharedHandle handle = GetCatalog("C1");
  EXPECT_EQ(handle->options.at("a"), "1");
  EXPECT_EQ(handle->options.at("b"), "3");
  EXPECT_EQ(handle->options.at("c"), "4");
  EXPECT_EQ(handle->options.at("k1"), "default");
  EXPECT_EQ(script_->Of("C1").builds, 2);
  EXPECT_TRUE(Closes("C1", 1));
}

TEST_F(HandleScenarios, F25_FollowersHearOfChangesInOrderAndSlowOnesDelayNobody) {
  std::mutex mutex;
  std::vector<std::string> told;
  std::promise<void> let_go;
  auto slow = manager_->AddFollower([&](const CatalogEvent& event) {
    if (!event.whole()) let_go.get_future().wait();
    return absl::OkStatus();
  });
  ASSERT_THAT(slow, IsOk());
  ASSERT_THAT(manager_->AddFollower([](const CatalogEvent&) { return absl::UnknownError("no"); }),
              IsOk());
  manager_->AddListener([&](const CatalogEvent& event) {
    const std::lock_guard lock(mutex);
    for (const ObjectChange& change : event.changes) {
      EXPECT_EQ(static_cast<bool>(change.before), change.kind != ObjectChange::Kind::kCreated);
      EXPECT_EQ(static_cast<bool>(change.after), change.kind != ObjectChange::Kind::kDropped);
      told.push_back(absl::StrCat(event.after.version().value, " ", ToAbsl(ChangeName(change.kind)),
                                  " ", ToAbsl(change.object().name())));
    }
    return absl::OkStatus();
  });
  Do(ConnectionNamed("C", "h1"));
  Do(SourceNamed("S", "C"));
  Do(SetHost("C", "h2"));
  Do(DropConfigured{.kind = kConnectionKind, .name = "C", .cascade = true});
  EXPECT_THAT(told, ElementsAre("2 created C", "3 created S", "4 altered C", "4 affected S",
                                "5 dropped S", "5 dropped C"));
  EXPECT_TRUE(Eventually([&] { return manager_->GetStats().followers[1].failures > 0; }));
  let_go.set_value();
}

// --- Connections.

TEST_F(HandleScenarios, M01_AnAlteredConnectionRestartsWhatRunsOnItOnce) {
  MakeStreams();
  const std::string source(manager_->Latest().Find(IdOf(kSourceKind, "S")).bytes());
  const CatalogVersion before = Head();
  Do(SetHost("C", "h2"));
  EXPECT_EQ(Head(), before.Next());
  for (const char* name : {"S", "K"}) {
    EXPECT_EQ(script_->Of(name).starts, 2) << name;
    EXPECT_TRUE(Closes(name, 1)) << name;
  }
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h2");
  EXPECT_EQ(Get(kSinkKind, "K")->host, "h2");
  EXPECT_EQ(std::string(manager_->Latest().Find(IdOf(kSourceKind, "S")).bytes()), source);
}

TEST_F(HandleScenarios, M06_ATunnelRestartsWhatIsBehindItInOrderAndNothingElse) {
  Do(CreateConfigured{
      .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  Do(ConnectionNamed("C", "h1", {To("tunnel", "T")}));
  Do(SourceNamed("S1", "C"));
  Do(SinkNamed("K1", "S1", "C"));
  Do(ConnectionNamed("D", "h9"));
  Do(SourceNamed("S2", "D"));
  const Script::Counts d = script_->Of("D");
  const Script::Counts s2 = script_->Of("S2");
  script_->TakeLog();
  Do(SetHost("T", "t2"));
  std::vector<std::string> starts = script_->TakeLog();
  std::erase_if(starts, [](const std::string& line) { return !line.starts_with("start"); });
  EXPECT_THAT(starts, ElementsAre("start T t2", "start C h1", "start S1 h1", "start K1 h1"));
  for (const char* name : {"T", "C", "S1", "K1"}) EXPECT_TRUE(Closes(name, 1)) << name;
  EXPECT_EQ(script_->Of("D"), d);
  EXPECT_EQ(script_->Of("S2"), s2);
}

TEST_F(HandleScenarios, M08_AFailedProbeChangesNothingAndWithoutOneDependentsAreDegraded) {
  MakeStreams();
  script_->OnProbe(FailsFor("C", "h3"));
  const CatalogVersion before = Head();
  EXPECT_THAT(manager_->Execute(SetHost("C", "h3")),
              FailsWith(Reason::VALIDATION_FAILED, {"connection \"PUBLIC\".\"C\"", "h3"}));
  EXPECT_EQ(Head(), before);
  EXPECT_EQ(script_->Of("S").closes, 0);
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h1");
  script_->OnBuild([](const HandleSpec& spec) {
    const bool fails = spec.kind != kConnectionKind && ScriptedHandle::HostOf(spec) == "h3";
    return fails ? absl::UnavailableError("h3 is down") : absl::OkStatus();
  });
  Do(SetHost("C", "h3", Validation::kNo));
  EXPECT_EQ(Head(), before.Next());
  for (const auto& [kind, name] : {std::pair(kSourceKind, "S"), std::pair(kSinkKind, "K")}) {
    const HandleStatus status = StatusOf(kind, name);
    EXPECT_EQ(status.state, HandleState::kFailed) << name;
    EXPECT_GT(status.next_attempt_ms, 0u);
    EXPECT_THAT(std::string(status.error.message()), HasSubstr("h3 is down"));
    EXPECT_THAT(TryGet(kind, name), FailsWith(Reason::PREPARE_FAILED, {"h3 is down"}));
  }
  Do(SetHost("C", "h1"));
  EXPECT_EQ(StatusOf(kSourceKind, "S").state, HandleState::kReady);
  EXPECT_EQ(StatusOf(kSinkKind, "K").state, HandleState::kReady);
}

TEST_F(HandleScenarios, M09_DependentsAreTriedIfTheyAreToBeAndNamedIfTheyFail) {
  MakeStreams();
  script_->OnBuild(FailsFor("S", "h4"));
  const CatalogVersion before = Head();
  // The sink reads from the source, so it cannot be tried either.
  EXPECT_THAT(manager_->Execute(SetHost("C", "h4", Validation::kDependents)),
              FailsWith(Reason::VALIDATION_FAILED, {"source \"PUBLIC\".\"S\"", "h4"}));
  EXPECT_EQ(Head(), before);
  EXPECT_EQ(script_->Of("S").closes, 0);
  Do(SetHost("C", "h4", Validation::kObject));
  EXPECT_EQ(StatusOf(kSourceKind, "S").state, HandleState::kFailed);
  EXPECT_THAT(std::string(StatusOf(kSourceKind, "S").error.message()), HasSubstr("h4"));
}

TEST_F(HandleScenarios, M09_DependentsThatWereTriedAreNotBuiltAgain) {
  MakeStreams();
  Do(SetHost("C", "h2", Validation::kDependents));
  for (const char* name : {"C", "S", "K"}) {
    EXPECT_EQ(script_->Of(name).builds, 2) << name;
    EXPECT_EQ(script_->Of(name).probes, 2) << name;
    EXPECT_TRUE(Closes(name, 1)) << name;
  }
}

TEST_F(HandleScenarios, M10_ATunnelIsProbedOnDemandOnly) {
  tunnels_.probe_by_default = false;
  Open();
  Do(CreateConfigured{
      .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  EXPECT_EQ(script_->probes(), 0);
  const CatalogVersion before = Head();
  Do(ValidateConfigured{.name = "T"});
  EXPECT_EQ(script_->probes(), 1);
  script_->OnProbe([](const HandleSpec&) { return absl::UnavailableError("no route"); });
  EXPECT_THAT(manager_->Execute(ValidateConfigured{.name = "T"}),
              FailsWith(Reason::VALIDATION_FAILED, {"\"T\"", "no route"}));
  EXPECT_EQ(Head(), before);
}

TEST_F(HandleScenarios, ValidatingWhatNobodyCanProbeSaysSo) {
  connections_.probe = nullptr;
  Open();
  Do(ConnectionNamed("C", "h1"));
  EXPECT_THAT(manager_->Execute(ValidateConfigured{.name = "C"}), FailsWith(Reason::NO_PROBE));
  EXPECT_THAT(manager_->Execute(ValidateConfigured{.name = "NONE"}),
              FailsWith(Reason::OBJECT_NOT_FOUND));
  const ObjectId id = IdOf(kConnectionKind, "C");
  manager_ = nullptr;
  const Manager without = MustOpen(disk_, {.clock = &clock_});
  EXPECT_THAT(without->Execute(ValidateConfigured{.name = "C"}), FailsWith(Reason::NO_PROBE));
  EXPECT_THAT(without->handles().Get(without->Latest(), id),
              FailsWith(Reason::NOT_SUPPORTED, {"connection \"PUBLIC\".\"C\""}));
}

TEST_F(HandleScenarios, M12_OtherCommitsGoOnDuringAProbeThatIsNotRepeated) {
  MakeStreams();
  const int before = script_->Of("C").probes;
  std::promise<void> begun;
  std::promise<void> let_go;
  script_->OnProbe([&](const HandleSpec&) {
    begun.set_value();
    let_go.get_future().wait();
    return absl::OkStatus();
  });
  auto alter =
      std::async(std::launch::async, [&] { return manager_->Execute(SetHost("C", "h2")); });
  begun.get_future().wait();
  MakeTables(20);
  let_go.set_value();
  EXPECT_THAT(alter.get(), IsOk());
  EXPECT_EQ(script_->Of("C").probes, before + 1);
}

TEST_F(HandleScenarios, WhatOthersChangedDuringAProbeIsPreparedAnew) {
  MakeStreams();
  std::atomic<int> probes{0};
  script_->OnProbe([&](const HandleSpec& spec) {
    if (probes++ == 0) {
      EXPECT_THAT(manager_->Execute(AlterConfigured{.kind = kConnectionKind,
                                                    .name = "C",
                                                    .set = {{{"user", "u"}}},
                                                    .validation = Validation::kNo}),
                  IsOk());
    } else {
      EXPECT_EQ(spec.Option("user"), "u");
    }
    return absl::OkStatus();
  });
  Do(SetHost("C", "h2"));
  EXPECT_EQ(probes, 2);
  const SharedHandle handle = Get(kConnectionKind, "C");
  EXPECT_EQ(handle->host, "h2");
  EXPECT_EQ(handle->options.at("user"), "u");
}

TEST_F(HandleScenarios, M13_M14_WhatChangesNothingEffectiveRestartsNothing) {
  MakeStreams();
  Do(SetHost("C", "h1"));
  Do(AlterConfigured{.kind = kConnectionKind, .name = "C", .comment = "mine", .new_name = "C2"});
  EXPECT_THAT(script_->TakeLog(), IsEmpty());
}

TEST_F(HandleScenarios, M16_RotatedKeysComeFromTheFactoryAndSwapTheHandle) {
  int next_key = 1;
  tunnels_.new_public_key = [&]() -> absl::StatusOr<std::string> {
    return absl::StrCat("key ", next_key++);
  };
  Open();
  Do(CreateConfigured{
      .kind = kConnectionKind, .name = "T", .type = "test-tunnel", .options = {{"host", "t1"}}});
  const auto explained = manager_->Explain({RotateKeys{.name = "T"}});
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_EQ(std::get<SetOptions>(explained->front()).set.front().value, "a new key");
  EXPECT_EQ(next_key, 1) << "nobody is asked";
  Do(RotateKeys{.name = "T"});
  Do(RotateKeys{.name = "T"});
  const SharedHandle handle = Get(kConnectionKind, "T");
  EXPECT_EQ(handle->options.at("public-key-1"), "key 1");
  EXPECT_EQ(handle->options.at("public-key-2"), "key 2");
  EXPECT_EQ(script_->Of("T").builds, 3);
  Do(ConnectionNamed("C", "h1"));
  EXPECT_THAT(manager_->Execute(RotateKeys{.name = "C"}), FailsWith(Reason::NOT_SUPPORTED));
  EXPECT_THAT(manager_->Explain({RotateKeys{.name = "C"}}), FailsWith(Reason::NOT_SUPPORTED));
}

TEST_F(HandleScenarios, M17_ARefreshedSecretRestartsAllBehindItAndIsSeenByFactoriesOnly) {
  const char* const kMarker = "MARKER-OF-A-SECRET";
  ASSERT_EQ(setenv("ANNALS_TEST_SECRET", kMarker, 1), 0);
  Do(CreateConfigured{
      .kind = ObjectKind::kSecret, .name = "P", .options = {{"env", "ANNALS_TEST_SECRET"}}});
  Do(ConnectionNamed("C", "h1",
                     {{"password", ObjectName{.kind = ObjectKind::kSecret, .name = "P"}}}));
  Do(SourceNamed("S", "C"));
  EXPECT_EQ(Get(kConnectionKind, "C")->options.at("password"), kMarker);
  Do(AlterConfigured{.kind = ObjectKind::kSecret, .name = "P", .refresh = true});
  EXPECT_EQ(script_->Of("C").starts, 2);
  EXPECT_EQ(script_->Of("S").starts, 2);
  script_->OnBuild([](const HandleSpec& spec) {
    return absl::UnavailableError(absl::StrCat("refused ", ToAbsl(spec.Option("password"))));
  });
  const auto refused = manager_->Execute(SetHost("C", "h2"));
  EXPECT_THAT(refused, FailsWith(Reason::PREPARE_FAILED, {"refused ***"}));
  EXPECT_THAT(refused.status().ToString(), Not(HasSubstr(kMarker)));
  for (const auto& [key, value] : disk_.Entries()) EXPECT_THAT(value, Not(HasSubstr(kMarker)));
  unsetenv("ANNALS_TEST_SECRET");
  EXPECT_THAT(manager_->Execute(SetHost("C", "h2")),
              FailsWith(Reason::PREPARE_FAILED, {"secret", "\"P\"", "ANNALS_TEST_SECRET"}));
}

TEST_F(HandleScenarios, M18_ACascadeStopsDependentsFirst) {
  MakeStreams();
  EXPECT_THAT(manager_->Execute(DropConfigured{.kind = kConnectionKind, .name = "C"}),
              FailsWith(Reason::HAS_DEPENDENTS, {"\"S\"", "\"K\""}));
  const CatalogVersion before = Head();
  Do(DropConfigured{.kind = kConnectionKind, .name = "C", .cascade = true});
  EXPECT_EQ(Head(), before.Next());
  EXPECT_TRUE(Closes("C", 1));
  EXPECT_THAT(script_->TakeLog(), ElementsAre("close K h1", "close S h1", "close C h1"));
}

TEST_F(HandleScenarios, M19_ASourceThatMovesRestartsAloneAndGoesOnWhereItWas) {
  MakeStreams();
  Do(ConnectionNamed("C2", "h2"));
  Do(SourceNamed("OTHER", "C"));
  Get(kSourceKind, "S")->offset = 42;
  const Script::Counts other = script_->Of("OTHER");
  Do(AlterConfigured{.kind = kSourceKind, .name = "S", .set = {{To("connection", "C2")}}});
  EXPECT_EQ(script_->Of("S").starts, 2);
  EXPECT_EQ(Get(kSourceKind, "S")->offset, 42);
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h2");
  EXPECT_EQ(script_->Of("OTHER"), other);
  EXPECT_EQ(script_->Of("C").builds, 1);
}

TEST_F(HandleScenarios, M24_ARestartedOneIsClosedBeforeTheNextIsBuilt) {
  std::atomic<int> slots{0};
  connections_.reconfigure = Reconfigure::kRestart;
  Open();
  script_->OnBuild([&](const HandleSpec&) {
    EXPECT_EQ(slots++, 0);
    return absl::OkStatus();
  });
  script_->OnClose([&](const std::string&) {
    --slots;
    return absl::OkStatus();
  });
  Do(ConnectionNamed("C", "h0"));
  const ObjectId id = IdOf(kConnectionKind, "C");
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto handle = manager_->handles().Get(manager_->Latest(), id);
        if (!handle.ok()) {
          EXPECT_THAT(handle, FailsWith(Reason::PREPARE_FAILED, {"active version"}));
        }
      }
    });
  }
  for (int i = 1; i <= 20; ++i) Do(SetHost("C", absl::StrCat("h", i)));
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h20");
  EXPECT_EQ(slots, 1);
  script_->OnClose(nullptr);
}

TEST_F(HandleScenarios, M24_AReaderOfASwappedOneNeverSeesItAbsent) {
  Do(ConnectionNamed("C", "h0"));
  const ObjectId id = IdOf(kConnectionKind, "C");
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) {
      const auto handle = TryGet(manager_->Latest(), id);
      ASSERT_THAT(handle, IsOk());
      EXPECT_FALSE((*handle)->closed);
    }
  });
  for (int i = 1; i <= 50; ++i) Do(SetHost("C", absl::StrCat("h", i)));
  stop = true;
  reader.join();
  // A reader that was late in taking a version may have had to build for it once more.
  EXPECT_GE(script_->Of("C").builds, 51);
}

TEST_F(HandleScenarios, M25_ARestartThatFailsThreeTimesIsTriedUntilItWorks) {
  MakeStreams();
  std::atomic<int> failures{0};
  script_->OnBuild([&](const HandleSpec& spec) {
    const bool fails = spec.name == "S" && failures < 3;
    if (fails) ++failures;
    return fails ? absl::UnavailableError("not yet") : absl::OkStatus();
  });
  const CatalogVersion before = Head();
  Do(SetHost("C", "h2"));
  EXPECT_EQ(StatusOf(kSourceKind, "S").state, HandleState::kFailed);
  EXPECT_GE(StatusOf(kSourceKind, "S").attempts, 1u);
  EXPECT_TRUE(Eventually([&] {
    clock_.Pass(100);
    return StatusOf(kSourceKind, "S").state == HandleState::kReady;
  }));
  EXPECT_EQ(failures, 3);
  EXPECT_EQ(StatusOf(kSourceKind, "S").attempts, 4u);
  EXPECT_TRUE(Eventually([&] {
    clock_.Pass(100);
    return StatusOf(kSinkKind, "K").state == HandleState::kReady;
  }));
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h2");
  EXPECT_EQ(Head(), before.Next());
  for (const char* name : {"C", "S", "K"}) EXPECT_TRUE(Closes(name, 1)) << name;
}

TEST_F(HandleScenarios, M26_WhatWasWrittenBeforeACrashIsWhatRunsAfterwards) {
  MakeStreams();
  manager_ = nullptr;
  // One without factories restarts nothing, as one that was killed in time.
  ASSERT_THAT(MustOpen(disk_, {.clock = &clock_})->Execute(SetHost("C", "h2")), IsOk());
  script_->TakeLog();
  Open();
  Follow();
  EXPECT_EQ(Get(kSourceKind, "S")->host, "h2");
  EXPECT_THAT(script_->TakeLog(), ElementsAre("build C h2", "start C h2", "build S h2",
                                              "start S h2", "build K h2", "start K h2"));
}

TEST_F(HandleScenarios, M28_ABatchRestartsADependentOnce) {
  Do(ConnectionNamed("A", "a1"));
  Do(ConnectionNamed("B", "b1", {To("tunnel", "A")}));
  Do(SourceNamed("S", "B"));
  Do(SinkNamed("K", "S", "A"));
  const CatalogVersion before = Head();
  std::atomic<bool> first{true};
  script_->OnProbe([&](const HandleSpec&) {
    if (first.exchange(false)) MakeTables(1);
    return absl::OkStatus();
  });
  Do({SetHost("A", "a2"), SetHost("B", "b2")});
  EXPECT_EQ(Head().value, before.value + 2);
  for (const char* name : {"A", "B", "S", "K"}) {
    EXPECT_EQ(script_->Of(name).builds, 2) << name;
    EXPECT_EQ(script_->Of(name).starts, 2) << name;
    EXPECT_TRUE(Closes(name, 1)) << name;
  }
}

// --- What else holds.

TEST_F(HandleScenarios, ARefusedCommitClosesItsTrials) {
  Do(CatalogNamed("C1"));
  EXPECT_THAT(manager_->Execute({CatalogNamed("C2"), CatalogNamed("C1")}),
              FailsWith(Reason::OBJECT_EXISTS));
  script_->OnProbe(FailsFor("C2", "-"));
  EXPECT_THAT(manager_->Execute(CatalogNamed("C2")), FailsWith(Reason::VALIDATION_FAILED));
  EXPECT_EQ(script_->Of("C2"), (Script::Counts{.builds = 1, .probes = 1, .closes = 1}));
}

TEST_F(HandleScenarios, AnExpectedVersionThatIsGoneWritesNothingAndKeepsNothing) {
  MakeTables(1);
  EXPECT_THAT(manager_->Execute(CatalogNamed("C1"), {.expected_version = CatalogVersion{1}}),
              FailsWith(Reason::VERSION_CONFLICT));
  EXPECT_EQ(script_->Of("C1").builds, script_->Of("C1").closes);
  EXPECT_EQ(Head().value, 2u);
}

TEST_F(HandleScenarios, AnAsynchronousCallIsPreparedAndHoldsUpNoOther) {
  std::promise<void> begun;
  std::promise<void> let_go;
  script_->OnProbe([&](const HandleSpec&) {
    begun.set_value();
    let_go.get_future().wait();
    return absl::OkStatus();
  });
  std::promise<absl::StatusOr<ExecuteResult>> slow;
  std::promise<absl::StatusOr<ExecuteResult>> other;
  manager_->ExecuteAsync({CatalogNamed("C1")}, {},
                         [&](auto result) { slow.set_value(std::move(result)); });
  begun.get_future().wait();
  manager_->ExecuteAsync({TableNamed("T")}, {},
                         [&](auto result) { other.set_value(std::move(result)); });
  EXPECT_THAT(other.get_future().get(), IsOk());
  let_go.set_value();
  const auto done = slow.get_future().get();
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->applied, ElementsAre(true));
  Follow();
  EXPECT_EQ(script_->Of("C1").builds, 1);
  script_->OnProbe(nullptr);
  script_->OnBuild([](const HandleSpec&) { return absl::UnavailableError("down"); });
  std::promise<absl::StatusOr<ExecuteResult>> failed;
  manager_->ExecuteAsync({CatalogNamed("C2")}, {},
                         [&](auto result) { failed.set_value(std::move(result)); });
  EXPECT_THAT(failed.get_future().get(), FailsWith(Reason::PREPARE_FAILED));
}

TEST_F(HandleScenarios, ExplainBuildsAndAsksNothing) {
  Do(ConnectionNamed("C", "h1"));
  script_->TakeLog();
  EXPECT_THAT(manager_->Explain({SetHost("C", "h2")}), IsOk());
  EXPECT_THAT(script_->TakeLog(), IsEmpty());
}

TEST_F(HandleScenarios, WhoOpensForReadingBuildsWhatIsAskedForOnly) {
  MakeStreams();
  manager_ = nullptr;
  script_->TakeLog();
  manager_ = MustOpen(disk_, {.read_only = true,
                              .factories = {catalogs_, connections_, sources_, sinks_},
                              .clock = &clock_});
  EXPECT_EQ(Get(kConnectionKind, "C")->host, "h1");
  EXPECT_THAT(script_->TakeLog(), ElementsAre("build C h1", "start C h1"));
}

TEST_F(HandleScenarios, ClosingNamesAllThatDoNotClose) {
  Do(CatalogNamed("C1"));
  Do(CatalogNamed("C2"));
  Do(CatalogNamed("C3"));
  script_->OnClose([](const std::string& name) {
    return name == "C2" ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("stuck ", name));
  });
  EXPECT_THAT(
      manager_->handles().Close(),
      FailsWith(Reason::INTERNAL, {"catalog \"C1\": stuck C1", "catalog \"C3\": stuck C3"}));
  EXPECT_THAT(manager_->handles().Close(), IsOk());
  EXPECT_THAT(TryGet(kCatalogKind, "C1"), FailsWith(Reason::CLOSED));
  EXPECT_EQ(manager_->handles().GetStats().close_failures, 2u);
}

TEST_F(HandleScenarios, AHandleOutlivesItsManager) {
  Do(CatalogNamed("C1"));
  SharedHandle held = GetCatalog("C1");
  manager_ = nullptr;
  EXPECT_FALSE(held->closed);
  held = nullptr;
  EXPECT_EQ(script_->Of("C1").closes, 1);
}

TEST_F(HandleScenarios, ClosingTheManagerEndsTheWaitingOfAFollower) {
  std::promise<void> begun;
  std::promise<absl::Status> waited;
  ASSERT_THAT(manager_->AddFollower([&](const CatalogEvent&) {
    begun.set_value();
    waited.set_value(manager_->handles().WaitFor({1000}, absl::InfiniteFuture()));
    return absl::OkStatus();
  }),
              IsOk());
  begun.get_future().wait();
  manager_->Close();
  EXPECT_THAT(waited.get_future().get(), FailsWith(Reason::CLOSED));
}

TEST_F(HandleScenarios, WhatAFactoryThrowsIsAnError) {
  catalogs_.build = [](const HandleSpec&) -> absl::StatusOr<std::unique_ptr<Handle>> {
    throw std::runtime_error("thrown");
  };
  Open();
  EXPECT_THAT(manager_->Execute(CatalogNamed("C1")), FailsWith(Reason::PREPARE_FAILED, {"thrown"}));
  Do(CatalogNamed("C2", /*initialize=*/false));
  EXPECT_THAT(TryGet(kCatalogKind, "C2"), FailsWith(Reason::PREPARE_FAILED, {"thrown"}));
}

TEST_F(HandleScenarios, AFailedOneIsNotTriedBeforeItsTimeAndBacksOff) {
  Do(CatalogNamed("C1", /*initialize=*/false));
  script_->OnBuild([](const HandleSpec&) { return absl::UnavailableError("down"); });
  int builds = 0;
  for (const uint64_t pause_ms : {100, 200, 400}) {
    EXPECT_THAT(TryGet(kCatalogKind, "C1"), FailsWith(Reason::PREPARE_FAILED, {"down"}));
    EXPECT_EQ(script_->builds(), ++builds);
    clock_.Pass(pause_ms - 1);
    EXPECT_THAT(TryGet(kCatalogKind, "C1"), FailsWith(Reason::PREPARE_FAILED, {"in 1 ms"}));
    EXPECT_EQ(script_->builds(), builds);
    clock_.Pass(1);
  }
  script_->OnBuild(nullptr);
  EXPECT_EQ(GetCatalog("C1")->name, "C1");
}

TEST(FactoriesTest, WhatCannotBeAFactoryIsRefused) {
  RegisterTestTypes();
  const auto script = std::make_shared<Script>();
  const Factory good = ScriptedFactory(script, ObjectKind::kCatalog);
  const auto open = [](std::vector<Factory> factories) {
    return CatalogManager::Open({.log = "memory", .factories = std::move(factories)}).status();
  };
  EXPECT_THAT(open({good}), IsOk());
  EXPECT_THAT(open({good, good}), FailsWith(Reason::INVALID_VALUE, {"catalog", "two"}));
  EXPECT_THAT(open({ScriptedFactory(script, ObjectKind::kTable)}),
              FailsWith(Reason::INVALID_VALUE, {"table"}));
  EXPECT_THAT(open({{.kind = ObjectKind::kCatalog}}), FailsWith(Reason::INVALID_VALUE));
  Factory lru = good;
  lru.caching.policy = HandleCaching::Policy::kLru;
  EXPECT_THAT(open({lru}), FailsWith(Reason::INVALID_VALUE, {"kLru"}));
}

}  // namespace
}  // namespace annals
