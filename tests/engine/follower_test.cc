// Followers: told of ranges of versions on their own thread, without gap or overlap (I9),
// whatever happens to them and around them.

#include <future>
#include <stdexcept>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/engine/random_commands.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Duration kSoon = absl::Milliseconds(30);

// What a follower makes match the catalog: the objects by id. It checks each event
// against what it has.
class Replica {
 public:
  absl::Status Take(const CatalogEvent& event) {
    const std::lock_guard lock(mutex_);
    ranges_.push_back(absl::StrCat(event.before.version().value, "-", event.after.version().value));
    if (event.whole()) objects_.clear();
    if (!event.whole()) {
      EXPECT_EQ(event.before.version(), reached_);
    }
    for (const ObjectChange& change : event.changes) {
      const auto found = objects_.find(change.id);
      EXPECT_EQ(found != objects_.end(), static_cast<bool>(change.before));
      if (found != objects_.end()) {
        EXPECT_EQ(found->second, std::string(change.before.bytes()));
      }
      objects_.erase(change.id);
      if (change.after) objects_.emplace(change.id, change.after.bytes());
    }
    std::map<ObjectId, std::string> expected;
    event.after.ForEachObject(
        [&](const ObjectDescriptor& object) { expected.emplace(object.id(), object.bytes()); });
    EXPECT_EQ(objects_, expected);
    EXPECT_GT(event.after.version(), reached_);
    reached_ = event.after.version();
    return absl::OkStatus();
  }
  // As if it had been told of everything up to the version of `catalog`.
  void Know(const Catalog& catalog) {
    const std::lock_guard lock(mutex_);
    catalog.ForEachObject(
        [&](const ObjectDescriptor& object) { objects_.emplace(object.id(), object.bytes()); });
    reached_ = catalog.version();
  }

  Follower AsFollower() {
    return [this](const CatalogEvent& event) { return Take(event); };
  }
  uint64_t reached() const {
    const std::lock_guard lock(mutex_);
    return reached_.value;
  }
  bool Reaches(uint64_t version) const {
    return Eventually([&] { return reached() >= version; });
  }
  // "0-1", "1-4": the ranges so far.
  std::vector<std::string> ranges() const {
    const std::lock_guard lock(mutex_);
    return ranges_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<ObjectId, std::string> objects_;
  CatalogVersion reached_;
  std::vector<std::string> ranges_;
};

// Lets a follower in when the test says so.
class Door {
 public:
  void Pass() {
    arrived_ = true;
    opened_.wait();
  }
  bool SomebodyWaits() const {
    return Eventually([this] { return arrived_.load(); });
  }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> open_;
  const std::shared_future<void> opened_{open_.get_future()};
  std::atomic<bool> arrived_{false};
};

class FollowerTest : public ::testing::Test {
 protected:
  void Make(const std::string& schema) {
    ASSERT_THAT(manager_->Execute(SchemaNamed(schema)), IsOk());
  }
  void MakeSome(int count) {
    for (int i = 0; i < count; ++i) Make(absl::StrCat("S", next_++));
  }
  uint64_t Add(Follower follower, uint64_t after = 0) {
    const auto id = manager_->AddFollower(std::move(follower), {.after = {after}});
    EXPECT_THAT(id, IsOk());
    return id.value_or(0);
  }
  FollowerStats StatsOf(uint64_t id) {
    for (const FollowerStats& stats : manager_->GetStats().followers) {
      if (stats.id == id) return stats;
    }
    return {};
  }
  void Reopen(const OpenOptions& options) {
    manager_.reset();
    manager_ = MustOpen(disk_, options);
  }

  FakeClock clock_;
  MemoryDisk disk_;
  Replica replica_;
  Manager manager_ = MustOpen(disk_, {.clock = &clock_});
  int next_ = 0;
};

TEST_F(FollowerTest, FromNothingItStartsWithOneChangeAndGoesOn) {
  MakeSome(3);
  const uint64_t id = Add(replica_.AsFollower());
  ASSERT_TRUE(replica_.Reaches(4));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-4"));
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  ASSERT_TRUE(replica_.Reaches(5));
  ASSERT_THAT(manager_->Execute(DropTable{.name = "T"}), IsOk());
  ASSERT_TRUE(replica_.Reaches(6));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-4", "4-5", "5-6"));
  EXPECT_TRUE(Eventually([&] { return StatsOf(id).reached.value == 6; }));
  EXPECT_EQ(StatsOf(id).failures, 0u);
}

TEST_F(FollowerTest, FromAVersionThatItNamesItGetsWhatCameAfterIt) {
  MakeSome(5);
  replica_.Know(*manager_->At({3}));
  Add(replica_.AsFollower(), 3);
  ASSERT_TRUE(replica_.Reaches(6));
  EXPECT_THAT(replica_.ranges(), ElementsAre("3-6"));
}

TEST_F(FollowerTest, FromTheLatestVersionItWaitsForTheNext) {
  MakeSome(2);
  replica_.Know(manager_->Latest());
  Add(replica_.AsFollower(), 3);
  absl::SleepFor(kSoon);
  EXPECT_THAT(replica_.ranges(), IsEmpty());
  MakeSome(1);
  ASSERT_TRUE(replica_.Reaches(4));
  EXPECT_THAT(replica_.ranges(), ElementsAre("3-4"));
}

TEST_F(FollowerTest, FromAVersionThatIsNotThereItIsRefused) {
  EXPECT_THAT(manager_->AddFollower(replica_.AsFollower(), {.after = {2}}),
              FailsWith(Reason::CATALOG_VERSION_NOT_FOUND, {"version 2", "latest version is 1"}));
}

TEST_F(FollowerTest, DelaysNoCommitAndGetsWhatItMissedAsOneRange) {
  Door gate;
  Add([&](const CatalogEvent& event) {
    if (event.whole()) gate.Pass();
    return replica_.Take(event);
  });
  ASSERT_TRUE(gate.SomebodyWaits());
  MakeSome(20);
  EXPECT_THAT(manager_->Execute(DropSchema{.name = "S3"}), IsOk());
  EXPECT_THAT(replica_.ranges(), IsEmpty());
  gate.Open();
  ASSERT_TRUE(replica_.Reaches(22));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-1", "1-22"));
}

TEST_F(FollowerTest, TwoDoNotWaitForEachOther) {
  Door gate;
  Add([&](const CatalogEvent&) {
    gate.Pass();
    return absl::OkStatus();
  });
  ASSERT_TRUE(gate.SomebodyWaits());
  Add(replica_.AsFollower());
  MakeSome(2);
  EXPECT_TRUE(replica_.Reaches(3));
  gate.Open();
  manager_->Close();  // The gate goes, and the follower may be called again.
}

TEST_F(FollowerTest, HearsOfAVersionAfterItsListeners) {
  std::atomic<uint64_t> listened{0};
  manager_->AddListener([&](const CatalogEvent& event) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    listened = event.after.version().value;
    return absl::OkStatus();
  });
  Add([&](const CatalogEvent& event) {
    if (!event.whole()) {
      EXPECT_GE(listened, event.after.version().value);
    }
    return replica_.Take(event);
  });
  MakeSome(3);
  EXPECT_TRUE(replica_.Reaches(4));
}

TEST_F(FollowerTest, GetsAVersionOnceItIsActiveByTheSteadyClock) {
  Add(replica_.AsFollower());
  ASSERT_TRUE(replica_.Reaches(1));
  clock_.Pass(1);
  auto delayed = std::async(std::launch::async, [&] {
    return manager_->Execute(SchemaNamed("LATER"), {.delay = absl::Milliseconds(500)});
  });
  ASSERT_THAT(manager_->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  auto behind = std::async(std::launch::async, [&] { return manager_->Execute(SchemaNamed("S")); });
  ASSERT_THAT(manager_->WaitForVersion({3}, absl::InfiniteFuture()), IsOk());
  clock_.Pass(499);
  clock_.Jump(1000);
  absl::SleepFor(kSoon);
  EXPECT_EQ(replica_.reached(), 1u);
  clock_.Jump(-50'000);
  clock_.Pass(1);
  EXPECT_TRUE(replica_.Reaches(3));
  for (auto* one : {&delayed, &behind}) {
    while (one->wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      clock_.Pass(10);
    }
    EXPECT_THAT(one->get(), IsOk());
  }
}

TEST_F(FollowerTest, GetsAVersionThatWasNotActiveBeforeReopeningOnceItIs) {
  clock_.Pass(1);
  auto delayed = std::async(std::launch::async, [&] {
    return manager_->Execute(SchemaNamed("LATER"), {.delay = absl::Milliseconds(500)});
  });
  ASSERT_THAT(manager_->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  manager_->Close();
  EXPECT_THAT(delayed.get(), FailsWith(Reason::CLOSED));
  Reopen({.clock = &clock_});
  Add(replica_.AsFollower());
  ASSERT_TRUE(replica_.Reaches(1));
  clock_.Pass(499);
  absl::SleepFor(kSoon);
  EXPECT_EQ(replica_.reached(), 1u);
  clock_.Pass(1);
  EXPECT_TRUE(replica_.Reaches(2));
}

TEST_F(FollowerTest, HoldsNoVersionBetweenCalls) {
  const uint64_t id = Add(replica_.AsFollower());
  MakeSome(5);
  ASSERT_TRUE(Eventually([&] { return StatsOf(id).reached.value == 6; }));
  EXPECT_EQ(manager_->GetStats().store.oldest_held, kNever);
}

TEST_F(FollowerTest, HoldsNoVersionWhileItPausesAfterAFailure) {
  const uint64_t id = Add([](const CatalogEvent&) { return absl::InternalError("no"); });
  ASSERT_TRUE(Eventually([&] { return StatsOf(id).failures == 1; }));
  EXPECT_EQ(manager_->GetStats().store.oldest_held, kNever);
}

TEST_F(FollowerTest, ThatFallsBehindTruncationGetsTheWholeState) {
  Door gate;
  Add([&](const CatalogEvent& event) {
    if (event.after.version().value == 2) gate.Pass();
    return replica_.Take(event);
  });
  ASSERT_TRUE(replica_.Reaches(1));
  MakeSome(1);
  ASSERT_TRUE(gate.SomebodyWaits());
  MakeSome(5);
  ASSERT_THAT(manager_->Execute(DropSchema{.name = "S0"}), IsOk());
  ASSERT_THAT(manager_->Snapshot({6}), Gives(true));
  MakeSome(1);
  gate.Open();
  ASSERT_TRUE(replica_.Reaches(9));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-1", "1-2", "0-9"));
  MakeSome(1);
  ASSERT_TRUE(replica_.Reaches(10));
  EXPECT_EQ(replica_.ranges().back(), "9-10");
}

TEST_F(FollowerTest, FromAVersionThatIsTruncatedItStartsWithTheWholeState) {
  MakeSome(5);
  ASSERT_THAT(manager_->Snapshot({4}), Gives(true));
  Reopen({});
  Add(replica_.AsFollower(), 3);
  ASSERT_TRUE(replica_.Reaches(6));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-6"));
  Replica another;
  another.Know(*manager_->At({4}));
  Add(another.AsFollower(), 4);
  ASSERT_TRUE(another.Reaches(6));
  EXPECT_THAT(another.ranges(), ElementsAre("4-6"));
}

TEST_F(FollowerTest, ThatIsFarBehindIsToldTheSameAsOneThatKeepsUp) {
  RandomCommands random(20261121);
  Replica keeps_up;
  Add(keeps_up.AsFollower());
  while (LatestOf(*manager_).value < 350) {  // More than is remembered of recent changes.
    const auto call = random.NextCall(manager_->Latest());
    manager_->Execute(call.commands, call.options).IgnoreError();
  }
  const uint64_t latest = LatestOf(*manager_).value;
  for (uint64_t after : {uint64_t{1}, latest - 280, latest - 200, latest - 1}) {
    Replica behind;
    behind.Know(*manager_->At({after}));
    const uint64_t id = Add(behind.AsFollower(), after);
    EXPECT_TRUE(behind.Reaches(latest));
    manager_->RemoveFollower(id);
    EXPECT_THAT(behind.ranges(), SizeIs(1));
  }
  EXPECT_TRUE(keeps_up.Reaches(latest));
}

TEST_F(FollowerTest, ThatFailsIsOfferedTheSameAgainAfterLongerAndLongerPauses) {
  std::atomic<int> calls{0};
  std::atomic<int> failures_left{3};
  const uint64_t id = Add([&](const CatalogEvent& event) -> absl::Status {
    ++calls;
    if (event.whole() || failures_left == 0) return replica_.Take(event);
    if (--failures_left == 1) throw std::runtime_error("bang");
    return absl::InternalError("no");
  });
  ASSERT_TRUE(replica_.Reaches(1));
  MakeSome(1);
  // The pauses are of 100, 200 and 400 ms.
  int made = 2;
  for (uint64_t pause_ms : {100, 200, 400}) {
    ASSERT_TRUE(
        Eventually([&] { return StatsOf(id).failures == static_cast<uint64_t>(made) - 1; }));
    clock_.Pass(pause_ms - 1);
    absl::SleepFor(kSoon);
    EXPECT_EQ(calls, made);
    clock_.Pass(1);
    ++made;
    ASSERT_TRUE(Eventually([&] { return calls == made; }));
  }
  ASSERT_TRUE(replica_.Reaches(2));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-1", "1-2"));
  EXPECT_EQ(StatsOf(id).failures, 3u);
  EXPECT_EQ(StatsOf(id).last_failure, "versions 2 to 2: no");
  // What works ends the pauses.
  MakeSome(1);
  EXPECT_TRUE(replica_.Reaches(3));
}

TEST_F(FollowerTest, ThatFailsDisturbsNobodyAndReachesFurtherTheNextTime) {
  std::atomic<bool> fails{true};
  const uint64_t id = Add([&](const CatalogEvent& event) -> absl::Status {
    if (fails) throw 7;
    return replica_.Take(event);
  });
  Replica other;
  Add(other.AsFollower());
  ASSERT_TRUE(Eventually([&] { return StatsOf(id).failures == 1; }));
  EXPECT_EQ(StatsOf(id).last_failure, "versions 1 to 1: an exception of unknown type");
  MakeSome(3);
  EXPECT_TRUE(other.Reaches(4));
  fails = false;
  clock_.Pass(100);
  ASSERT_TRUE(replica_.Reaches(4));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-4"));
  EXPECT_EQ(manager_->GetStats().listener_failures, 0u);
}

TEST_F(FollowerTest, ThatIsNoFunctionIsReported) {
  const uint64_t id = Add(nullptr);
  EXPECT_TRUE(Eventually([&] { return StatsOf(id).failures == 1; }));
}

TEST_F(FollowerTest, MayWriteAndWait) {
  Add([&](const CatalogEvent& event) {
    EXPECT_THAT(replica_.Take(event), IsOk());
    const uint64_t version = event.after.version().value;
    if (version >= 6) return absl::OkStatus();
    const auto done = manager_->Execute(SchemaNamed(absl::StrCat("OF_", version)));
    EXPECT_THAT(done, IsOk());
    EXPECT_THAT(manager_->WaitForVersion(done->version, absl::InfiniteFuture()), IsOk());
    EXPECT_THAT(manager_->Snapshot(done->version), IsOk());
    std::promise<void> called;
    manager_->ExecuteAsync({SchemaNamed(absl::StrCat("OF_", version), true)}, {},
                           [&](const auto& result) {
                             EXPECT_THAT(result, IsOk());
                             called.set_value();
                           });
    called.get_future().wait();
    return absl::OkStatus();
  });
  EXPECT_TRUE(replica_.Reaches(6));
}

TEST_F(FollowerTest, RemovingWaitsForACallThatIsUnderWayAndFreesWhatWasCaptured) {
  std::promise<void> inside;
  std::atomic<bool> left{false};
  auto captured = std::make_shared<int>(7);
  const std::weak_ptr<int> watched = captured;
  const uint64_t id = Add([&, captured = std::move(captured)](const CatalogEvent&) {
    inside.set_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = true;
    return absl::OkStatus();
  });
  inside.get_future().wait();
  manager_->RemoveFollower(id);
  EXPECT_TRUE(left);
  EXPECT_TRUE(watched.expired());
  MakeSome(1);  // Would set the promise again, which throws.
  manager_->RemoveFollower(id);
  manager_->RemoveFollower(12345);
  EXPECT_THAT(manager_->GetStats().followers, IsEmpty());
}

TEST_F(FollowerTest, MayRemoveItselfAndAddOthers) {
  std::atomic<uint64_t> id{0};
  std::atomic<int> calls{0};
  id = Add([&](const CatalogEvent&) {
    EXPECT_TRUE(Eventually([&] { return id != 0; }));
    ++calls;
    manager_->RemoveFollower(id);
    return manager_->AddFollower(replica_.AsFollower()).status();
  });
  ASSERT_TRUE(replica_.Reaches(1));
  MakeSome(2);
  ASSERT_TRUE(replica_.Reaches(3));
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(manager_->GetStats().followers, SizeIs(1));
}

TEST_F(FollowerTest, IsRemovedByAListenerThoughItWritesJustThen) {
  Door gate;
  std::atomic<uint64_t> id{0};
  manager_->AddListener([&](const CatalogEvent&) {
    manager_->RemoveFollower(id);
    return absl::OkStatus();
  });
  std::promise<absl::Status> written;
  id = Add([&](const CatalogEvent&) {
    gate.Pass();
    written.set_value(manager_->Execute(SchemaNamed("INNER")).status());
    return absl::OkStatus();
  });
  ASSERT_TRUE(gate.SomebodyWaits());
  gate.Open();
  EXPECT_THAT(written.get_future().get(), IsOk());
  MakeSome(1);
  EXPECT_THAT(manager_->GetStats().followers, IsEmpty());
}

TEST_F(FollowerTest, ClosingWaitsForACallThatIsUnderWayAndBeginsNoOther) {
  Door gate;
  std::atomic<int> calls{0};
  absl::Status written;
  absl::Status waited;
  Add([&](const CatalogEvent&) {
    ++calls;
    gate.Pass();
    waited = manager_->WaitForVersion({99}, absl::InfiniteFuture());
    written = manager_->Execute(SchemaNamed("LATE")).status();
    return absl::OkStatus();
  });
  ASSERT_TRUE(gate.SomebodyWaits());
  MakeSome(1);
  std::thread closing([&] { manager_->Close(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  gate.Open();
  closing.join();
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(waited, FailsWith(Reason::CLOSED));
  EXPECT_THAT(written, FailsWith(Reason::CLOSED));
  EXPECT_THAT(manager_->AddFollower(replica_.AsFollower()), FailsWith(Reason::CLOSED));
  manager_->RemoveFollower(1);
}

TEST_F(FollowerTest, ClosingDoesNotWaitForAPauseOrAnActivation) {
  const uint64_t id = Add([](const CatalogEvent&) { return absl::InternalError("no"); });
  Add(replica_.AsFollower());
  ASSERT_TRUE(Eventually([&] { return StatsOf(id).failures == 1; }));
  auto delayed = std::async(std::launch::async, [&] {
    return manager_->Execute(SchemaNamed("LATER"), {.delay = absl::Hours(1)});
  });
  ASSERT_THAT(manager_->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  manager_.reset();
  EXPECT_THAT(delayed.get(), FailsWith(Reason::CLOSED));
}

TEST_F(FollowerTest, GoesOnAfterReopeningWhereItWas) {
  MakeSome(3);
  Add(replica_.AsFollower());
  ASSERT_TRUE(replica_.Reaches(4));
  Reopen({.clock = &clock_});
  MakeSome(2);
  Add(replica_.AsFollower(), 4);
  ASSERT_TRUE(replica_.Reaches(6));
  EXPECT_THAT(replica_.ranges(), ElementsAre("0-4", "4-6"));
}

TEST(Follower, OfAStoreThatIsOnlyReadGetsWhatIsThere) {
  const TempStore store;
  MustOpen({.path = store.path()})->Execute(TableNamed("T")).IgnoreError();
  const Manager reader = MustOpen({.path = store.path(), .read_only = true});
  Replica replica;
  ASSERT_THAT(reader->AddFollower(replica.AsFollower()), IsOk());
  ASSERT_TRUE(replica.Reaches(2));
  EXPECT_THAT(replica.ranges(), ElementsAre("0-2"));
}

TEST(Follower, OfALogThatOthersWriteToGetsTheirVersions) {
  SimulatedCluster cluster;
  const Manager theirs = MustOpen(cluster.Connect());
  const Manager reader = MustOpen(cluster.Connect(), {.read_only = true});
  Replica replica;
  ASSERT_THAT(reader->AddFollower(replica.AsFollower()), IsOk());
  ASSERT_TRUE(replica.Reaches(1));
  ASSERT_THAT(theirs->Execute(TableNamed("T")), IsOk());
  ASSERT_TRUE(replica.Reaches(2));
  ASSERT_THAT(theirs->Execute(DropTable{.name = "T"}), IsOk());
  ASSERT_TRUE(replica.Reaches(3));
  EXPECT_THAT(replica.ranges(), ElementsAre("0-1", "1-2", "2-3"));
}

// Others go on and truncate while this client hears nothing.
TEST(Follower, OfAClientThatIsLeftBehindGetsTheWholeState) {
  SimulatedCluster cluster;
  auto held = cluster.Connect(SimulatedCluster::Delivery::kPumped);
  SimulatedLog* const pumped = held.get();
  const Manager theirs = MustOpen(cluster.Connect());
  const Manager ours = MustOpen(std::move(held));
  Replica replica;
  ASSERT_THAT(ours->AddFollower(replica.AsFollower()), IsOk());
  ASSERT_TRUE(replica.Reaches(1));
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(theirs->Execute(TableNamed(absl::StrCat("T", i))), IsOk());
  }
  ASSERT_THAT(theirs->Execute(DropTable{.name = "T0"}), IsOk());
  ASSERT_THAT(theirs->Snapshot({7}), Gives(true));
  ASSERT_TRUE(Eventually([&] {
    pumped->Pump();
    return replica.reached() == 8;
  }));
  for (const std::string& range : replica.ranges()) EXPECT_THAT(range, HasSubstr("-"));
  EXPECT_EQ(replica.ranges()[1].substr(0, 2), "0-");
}

// The clock of who took the snapshot is ahead: for it the version was active.
TEST(Follower, GetsAVersionThatAnotherWriterTookASnapshotOf) {
  FakeClock ahead;
  FakeClock behind;
  ahead.Jump(50'000);
  SimulatedCluster cluster;
  const Manager theirs = MustOpen(cluster.Connect(), {.clock = &ahead});
  const Manager ours = MustOpen(cluster.Connect(), {.read_only = true, .clock = &behind});
  Replica replica;
  ASSERT_THAT(ours->AddFollower(replica.AsFollower()), IsOk());
  ASSERT_TRUE(replica.Reaches(1));
  ahead.Pass(1);
  auto delayed = std::async(std::launch::async, [&] {
    return theirs->Execute(TableNamed("T"), {.delay = absl::Milliseconds(500)});
  });
  ASSERT_THAT(ours->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  ahead.Pass(500);
  ASSERT_THAT(delayed.get(), IsOk());
  EXPECT_EQ(replica.reached(), 1u);
  ASSERT_THAT(theirs->Snapshot({2}), Gives(true));
  EXPECT_TRUE(replica.Reaches(2));
}

// Followers that come, go, fail and lag, while threads commit and one truncates: what
// each has built at the end is the catalog.
TEST(Follower, ManyMatchTheCatalogWhateverHappens) {
  const Manager manager = OpenInMemory();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    threads.emplace_back([&, seed] {
      RandomCommands random(seed);
      while (!stop) {
        const auto call = random.NextCall(manager->Latest());
        manager->Execute(call.commands, call.options).IgnoreError();
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) {
      std::this_thread::sleep_for(std::chrono::milliseconds(15));
      manager->Snapshot(LatestOf(*manager)).IgnoreError();
    }
  });
  std::vector<std::unique_ptr<Replica>> replicas;
  for (int i = 0; i < 4; ++i) {
    Replica& replica = *replicas.emplace_back(std::make_unique<Replica>());
    const auto follower = [&replica, i, n = std::make_shared<int>(0)](const CatalogEvent& event) {
      if (i == 2 && ++*n % 50 == 1) return absl::InternalError("now and then");
      if (i == 3) std::this_thread::sleep_for(std::chrono::milliseconds(40));
      return replica.Take(event);
    };
    ASSERT_THAT(manager->AddFollower(follower), IsOk());
  }
  const absl::Time end = absl::Now() + absl::Seconds(1);
  while (absl::Now() < end) {
    Replica passing;
    const auto id = manager->AddFollower(passing.AsFollower());
    ASSERT_THAT(id, IsOk());
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    manager->RemoveFollower(*id);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const uint64_t latest = LatestOf(*manager).value;
  for (const auto& replica : replicas) EXPECT_TRUE(replica->Reaches(latest));
  manager->Close();
}

}  // namespace
}  // namespace annals
