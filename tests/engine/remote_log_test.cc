// A log that others write to as well: races, unknown outcomes, records of others,
// and being left behind.

#include <future>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using Fault = SimulatedCluster::Fault;
using Result = absl::StatusOr<ExecuteResult>;

class RemoteLogTest : public ::testing::Test {
 protected:
  RemoteLogTest() : ours_(MustOpen(cluster_.Connect())), theirs_(MustOpen(cluster_.Connect())) {}

  // Who is next to append finds that the others were first.
  void LoseNextRaceTo(const CatalogCommand& command) {
    cluster_.BeforeNextAppend([this, command] {
      EXPECT_THAT(theirs_->Execute(command, {.deadline = absl::Now() + absl::Seconds(10)}), IsOk());
    });
  }
  // Both clients see the same history, and a third one that comes now too.
  void ExpectOneHistory() {
    const CatalogVersion head = cluster_.head().version;
    for (CatalogManager* manager : {ours_.get(), theirs_.get()}) {
      ASSERT_THAT(manager->WaitForVersion(head, absl::Now() + absl::Seconds(10)), IsOk());
    }
    const uint64_t first = std::max({ours_->GetStats().store.earliest.value,
                                     theirs_->GetStats().store.earliest.value, uint64_t{1}});
    EXPECT_EQ(StatesOf(*ours_, first), StatesOf(*theirs_, first));
    EXPECT_EQ(StatesOf(*MustOpen(cluster_.Connect()), first), StatesOf(*ours_, first));
  }

  SimulatedCluster cluster_;
  Manager ours_;
  Manager theirs_;
};

TEST_F(RemoteLogTest, ManyWhoOpenAnEmptyLogMakeOneFirstVersion) {
  SimulatedCluster cluster;
  std::vector<std::future<Manager>> opened;
  for (int i = 0; i < 8; ++i) {
    opened.push_back(std::async(std::launch::async, [&] { return MustOpen(cluster.Connect()); }));
  }
  for (auto& one : opened) EXPECT_TRUE(one.get()->Latest().Schema("PUBLIC"));
  EXPECT_EQ(cluster.head().version, CatalogVersion{1});
}

TEST_F(RemoteLogTest, VersionsOfOthersAppearAndAreToldToListeners) {
  std::atomic<uint64_t> heard{0};
  ours_->AddListener([&](const CatalogEvent& event) {
    heard = event.after.version().value;
    return absl::OkStatus();
  });
  ASSERT_THAT(theirs_->Execute(TableNamed("T")), IsOk());
  ASSERT_THAT(ours_->WaitForVersion({2}, absl::Now() + absl::Seconds(10)), IsOk());
  EXPECT_EQ(heard, 2u);
  EXPECT_TRUE(ours_->Latest().Table("PUBLIC", "T"));
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, WhoLosesTheRaceIsPlannedAgainOnTheNewHead) {
  LoseNextRaceTo(TableNamed("THEIRS"));
  const Result done = ours_->Execute(TableNamed("OURS"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{3});
  EXPECT_TRUE(ours_->Latest().Table("PUBLIC", "THEIRS"));
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, WhoLosesTheRaceForANameHearsThatItIsTaken) {
  LoseNextRaceTo(TableNamed("T"));
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_TRUE(ours_->Latest().Table("PUBLIC", "T"));
  LoseNextRaceTo(TableNamed("U"));
  const Result nothing = ours_->Execute(TableNamed("U", true));
  ASSERT_THAT(nothing, IsOk());
  EXPECT_EQ(nothing->version, CatalogVersion{3});
  EXPECT_EQ(nothing->applied, std::vector<bool>{false});
  ExpectOneHistory();
}

// A version can be read while its listeners still run.
TEST_F(RemoteLogTest, WhoHasSeenAVersionOfOthersBuildsOnIt) {
  std::promise<void> open;
  ours_->AddListener([opened = open.get_future().share()](const CatalogEvent&) {
    opened.wait();
    return absl::OkStatus();
  });
  ASSERT_THAT(theirs_->Execute(TableNamed("T")), IsOk());
  ASSERT_TRUE(Eventually([&] { return LatestOf(*ours_) == CatalogVersion{2}; }));
  auto expecting = std::async(std::launch::async, [&] {
    return ours_->Execute(Touch("T"), {.expected_version = CatalogVersion{2}});
  });
  auto nothing = std::async(std::launch::async, [&] {
    return ours_->Execute(SchemaNamed("PUBLIC", /*if_not_exists=*/true));
  });
  EXPECT_EQ(expecting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  open.set_value();
  EXPECT_THAT(expecting.get(), IsOk());
  const Result done = nothing.get();
  ASSERT_THAT(done, IsOk());
  EXPECT_GE(done->version, CatalogVersion{2});
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, WhoExpectsAVersionDoesNotTryAgain) {
  LoseNextRaceTo(TableNamed("THEIRS"));
  EXPECT_THAT(ours_->Execute(TableNamed("OURS"), {.expected_version = CatalogVersion{1}}),
              FailsWith(Reason::VERSION_CONFLICT));
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
}

TEST_F(RemoteLogTest, WhoLosesTenTimesGivesUp) {
  int lost = 0;
  std::function<void()> win = [&] {
    // Nested: their append comes first, then the next of ours is awaited again.
    ASSERT_THAT(theirs_->Execute(TableNamed(absl::StrCat("T", lost))), IsOk());
    if (++lost < 20) cluster_.BeforeNextAppend(win);
  };
  cluster_.BeforeNextAppend(win);
  EXPECT_THAT(ours_->Execute(TableNamed("OURS")), FailsWith(Reason::MAX_RETRIES));
  EXPECT_EQ(lost, 10);
  cluster_.BeforeNextAppend(nullptr);
  EXPECT_FALSE(ours_->Latest().Table("PUBLIC", "OURS"));
  EXPECT_THAT(ours_->Execute(TableNamed("OURS")), IsOk());
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, AnUnknownOutcomeThatWasAppliedIsFoundToBeOurs) {
  cluster_.FailNextAppend(Fault::kUnknownApplied);
  const Result done = ours_->Execute(TableNamed("T"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{2});
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, AnUnknownOutcomeThatWasNotAppliedIsTriedAgainOnce) {
  cluster_.FailNextAppend(Fault::kUnknownNotApplied);
  const Result done = ours_->Execute(TableNamed("T"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{2});
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, AnUnknownOutcomeOfALostRaceIsPlannedAgain) {
  cluster_.BeforeNextAppend([this] {
    EXPECT_THAT(theirs_->Execute(TableNamed("T")), IsOk());
    cluster_.FailNextAppend(Fault::kUnknownApplied);  // Without a reply we can't know of it.
  });
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, NobodyAppendsTwiceIfTheOutcomeStaysUnknown) {
  cluster_.AnswerOutcomes(false);
  cluster_.FailNextAppend(Fault::kUnknownApplied);
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::OUTCOME_UNKNOWN, {"version 2"}));
  ASSERT_THAT(ours_->WaitForVersion({2}, absl::Now() + absl::Seconds(10)), IsOk());
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  cluster_.FailNextAppend(Fault::kUnknownNotApplied);
  EXPECT_THAT(ours_->Execute(TableNamed("U")), FailsWith(Reason::OUTCOME_UNKNOWN));
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  // It goes on all the same: the next append settles what is so.
  EXPECT_THAT(ours_->Execute(TableNamed("U")), IsOk());
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, AServerThatIsNotThereRefuses) {
  cluster_.FailNextAppend(Fault::kRefused);
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::IO_ERROR));
  EXPECT_THAT(ours_->Execute(TableNamed("T")), IsOk());
}

TEST_F(RemoteLogTest, AnAnswerWaitsForTheVersionToComeBack) {
  cluster_.HoldWatches(true);
  auto late = std::async(std::launch::async, [&] { return ours_->Execute(TableNamed("T")); });
  EXPECT_EQ(late.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
  cluster_.HoldWatches(false);
  EXPECT_THAT(late.get(), IsOk());
}

TEST_F(RemoteLogTest, ADeadlineSaysWhetherTheVersionWasWritten) {
  cluster_.HoldWatches(true);
  const auto soon = [] { return absl::Now() + absl::Milliseconds(500); };
  EXPECT_THAT(ours_->Execute(TableNamed("T"), {.deadline = soon()}),
              FailsWith(Reason::DEADLINE_EXCEEDED, {"version 2 is in the log", "not applied"}));
  EXPECT_THAT(ours_->Execute(TableNamed("U"), {.deadline = soon()}),
              FailsWith(Reason::DEADLINE_EXCEEDED, {"nothing was written"}));
  cluster_.HoldWatches(false);
  EXPECT_THAT(ours_->Execute(TableNamed("U")), IsOk());
  EXPECT_EQ(LatestOf(*ours_), CatalogVersion{3});
}

TEST_F(RemoteLogTest, OfAGroupThatIsAppliedInPartWhoIsAppliedIsToldSo) {
  // A listener of the last version takes longer than the group waits.
  std::promise<void> open;
  const uint64_t listener = ours_->AddListener([&](const CatalogEvent& event) {
    if (event.after.version().value == 4) open.get_future().wait();
    return absl::OkStatus();
  });
  std::vector<std::future<absl::StatusOr<ExecuteResult>>> calls;
  cluster_.BeforeNextAppend([&] {
    // These share the next append.
    for (const char* name : {"U", "V"}) {
      calls.push_back(std::async(std::launch::async, [&, name] {
        return ours_->Execute(TableNamed(name), {.deadline = absl::Now() + absl::Seconds(1)});
      }));
      absl::SleepFor(absl::Milliseconds(50));
    }
  });
  ASSERT_THAT(ours_->Execute(TableNamed("T")), IsOk());
  EXPECT_THAT(calls[0].get(), IsOk());
  EXPECT_THAT(calls[1].get(), FailsWith(Reason::DEADLINE_EXCEEDED, {"version 4 is in the log"}));
  open.set_value();
  EXPECT_THAT(ours_->WaitForVersion({4}, absl::InfiniteFuture()), IsOk());
  ours_->RemoveListener(listener);
}

TEST_F(RemoteLogTest, ARecordThatDoesNotFitEndsTheFollowingAndKeepsTheReading) {
  ASSERT_THAT(ours_->Execute(TableNamed("T")), IsOk());
  cluster_.AppendForeign("this is no update");
  EXPECT_THAT(ours_->WaitForVersion({3}, absl::Now() + absl::Seconds(10)),
              FailsWith(Reason::DAMAGED, {"version 3"}));
  EXPECT_THAT(ours_->Execute(TableNamed("U")), FailsWith(Reason::DAMAGED));
  EXPECT_EQ(LatestOf(*ours_), CatalogVersion{2});
  EXPECT_TRUE(ours_->Latest().Table("PUBLIC", "T"));
  EXPECT_THAT(CatalogManager::Open(cluster_.Connect(), {}), FailsWith(Reason::DAMAGED));
}

TEST_F(RemoteLogTest, ALogThatIsClosedRefusesWrites) {
  cluster_.CloseWatches(absl::OkStatus());
  EXPECT_THAT(ours_->WaitForVersion({9}, absl::InfiniteFuture()), FailsWith(Reason::CLOSED));
  EXPECT_THAT(ours_->Execute(TableNamed("T")), FailsWith(Reason::CLOSED));
  EXPECT_THAT(ours_->WaitSafeTime(HybridTimestamp::Max(), absl::InfiniteFuture()),
              FailsWith(Reason::CLOSED));
  EXPECT_EQ(LatestOf(*ours_), CatalogVersion{1});
}

TEST_F(RemoteLogTest, ALogThatIsClosedWhileAnAnswerIsAwaitedSaysThatItWasWritten) {
  cluster_.HoldWatches(true);
  auto late = std::async(std::launch::async, [&] { return theirs_->Execute(TableNamed("T")); });
  ASSERT_TRUE(Eventually([&] { return cluster_.head().version.value == 2; }));
  cluster_.AppendForeign("damage, which ends the watch");
  cluster_.HoldWatches(false);
  // Version 2 came first, so it is answered; the next call hears of the end.
  EXPECT_THAT(late.get(), IsOk());
  EXPECT_THAT(theirs_->WaitForVersion({3}, absl::InfiniteFuture()), FailsWith(Reason::DAMAGED));
}

TEST_F(RemoteLogTest, ASnapshotOfOthersTruncatesHereToo) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(ours_->Execute(TableNamed(absl::StrCat("T", i))), IsOk());
  }
  ASSERT_THAT(theirs_->WaitForVersion({6}, absl::InfiniteFuture()), IsOk());
  cluster_.HoldWatches(true);
  EXPECT_THAT(theirs_->Snapshot({4}), Gives(true));
  EXPECT_THAT(theirs_->At({3}), FailsWith(Reason::VERSION_TRUNCATED));  // At once.
  EXPECT_THAT(theirs_->Snapshot({4}), Gives(false));
  cluster_.HoldWatches(false);
  EXPECT_TRUE(Eventually([&] { return !ours_->At({3}).ok(); }));
  EXPECT_THAT(ours_->Snapshot({4}), Gives(false));
  EXPECT_THAT(ours_->Snapshot({3}), Gives(false));
  EXPECT_THAT(ours_->Snapshot({5}), Gives(true));
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, WhoIsLeftBehindJumpsToTheSnapshot) {
  ASSERT_THAT(ours_->Execute(TableNamed("T")), IsOk());
  std::vector<std::string> heard;
  ours_->AddListener([&](const CatalogEvent& event) {
    heard.push_back(absl::StrCat(event.before.version().value, " to ", event.after.version().value,
                                 ": ", event.changes.size(), " changes"));
    return absl::OkStatus();
  });
  const Catalog held = ours_->Latest();
  const State before = StateOf(held);
  {
    // A client without a thread, which writes while nobody else hears of it.
    cluster_.HoldWatches(true);
    auto log = cluster_.Connect(SimulatedCluster::Delivery::kPumped);
    SimulatedLog* const pumped = log.get();
    std::atomic<bool> stop{false};
    std::thread pump([&] {
      while (!stop) {
        pumped->Pump();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    const Manager busy = MustOpen(std::move(log));
    EXPECT_THAT(busy->Execute(DropTable{.name = "T"}), IsOk());
    EXPECT_THAT(busy->Execute(TableNamed("U")), IsOk());
    EXPECT_THAT(busy->Execute(Touch("U")), IsOk());
    EXPECT_THAT(busy->Snapshot({4}), Gives(true));
    stop = true;
    pump.join();
    cluster_.HoldWatches(false);
  }
  ASSERT_THAT(ours_->WaitForVersion({5}, absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(ours_->GetStats().store.earliest, CatalogVersion{4});
  EXPECT_THAT(ours_->At({2}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_EQ(StateOf(held), before);
  EXPECT_THAT(ours_->Execute(TableNamed("V")), IsOk());
  // The jump is one change of T and its index gone, U and its index there.
  EXPECT_EQ(heard, (std::vector<std::string>{"2 to 4: 4 changes", "4 to 5: 1 changes",
                                             "5 to 6: 2 changes"}));
  ExpectOneHistory();
}

TEST_F(RemoteLogTest, AReaderFollowsTheLogAndWritesNothing) {
  const Manager reader = MustOpen(cluster_.Connect(), {.read_only = true});
  ASSERT_THAT(ours_->Execute(TableNamed("T")), IsOk());
  ASSERT_THAT(reader->WaitForVersion({2}, absl::Now() + absl::Seconds(10)), IsOk());
  EXPECT_TRUE(reader->Latest().Table("PUBLIC", "T"));
  EXPECT_THAT(reader->Execute(TableNamed("U")), FailsWith(Reason::READ_ONLY));
  EXPECT_EQ(cluster_.head().version, CatalogVersion{2});
}

TEST_F(RemoteLogTest, SafeTimeIsNoMoreThanWhatIsHere) {
  ASSERT_THAT(ours_->Execute(TableNamed("T")), IsOk());
  EXPECT_EQ(ours_->SafeTime(), ours_->Latest().activation());
}

TEST_F(RemoteLogTest, AWriterWhoseClockIsBehindStillGivesLaterTimes) {
  FakeClock ahead;
  FakeClock behind;
  ahead.Jump(50'000);
  SimulatedCluster cluster;
  const Manager first = MustOpen(cluster.Connect(), {.clock = &ahead});
  const Manager second = MustOpen(cluster.Connect(), {.clock = &behind});
  for (int i = 0; i < 10; ++i) {
    const auto& writer = i % 2 == 0 ? first : second;
    ASSERT_THAT(writer->Execute(TableNamed(absl::StrCat("T", i))), IsOk());
  }
  ASSERT_THAT(first->WaitForVersion({11}, absl::InfiniteFuture()), IsOk());
  const auto states = StatesOf(*first);
  for (uint64_t version = 2; version <= 11; ++version) {
    EXPECT_GT(states.at(version).timestamp, states.at(version - 1).timestamp);
    EXPECT_GT(states.at(version).activation, states.at(version - 1).activation);
  }
}

TEST_F(RemoteLogTest, TwoBusyWritersMakeOneHistory) {
  std::atomic<int> made{0};
  const auto write = [&](CatalogManager& manager, std::string_view prefix) {
    for (int i = 0; i < 40; ++i) {
      for (;;) {
        const Result done = manager.Execute(TableNamed(absl::StrCat(ToAbsl(prefix), i)));
        if (ReasonOf(done.status()) == Reason::MAX_RETRIES) continue;
        EXPECT_THAT(done, IsOk());
        if (done.ok()) ++made;
        break;
      }
    }
  };
  std::thread a([&] { write(*ours_, "A"); });
  std::thread b([&] { write(*ours_, "B"); });
  std::thread c([&] { write(*theirs_, "C"); });
  for (uint64_t version = 10; version < 100; version += 30) {
    ASSERT_THAT(theirs_->WaitForVersion({version}, absl::InfiniteFuture()), IsOk());
    EXPECT_THAT(theirs_->Snapshot({version}), Gives(true));
  }
  a.join();
  b.join();
  c.join();
  EXPECT_EQ(made, 120);
  EXPECT_EQ(cluster_.head().version, CatalogVersion{121});
  ExpectOneHistory();
}

}  // namespace
}  // namespace annals
