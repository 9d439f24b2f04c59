// Retention in the background: what it truncates, what it never does, and that nobody
// waits for it.

#include <future>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using ::testing::HasSubstr;

class RetentionTest : public ::testing::Test {
 protected:
  void Open(const Retention& retention) {
    manager_.reset();
    auto log = disk_.Open();
    ASSERT_THAT(log, IsOk());
    manager_ = MustOpen(std::make_unique<TappedLog>(*std::move(log), &tap_),
                        {.retention = retention, .clock = &clock_});
    AwaitRun();
  }
  // Version N in minute N.
  void MakeUpTo(uint64_t version) {
    while (LatestOf(*manager_).value < version) {
      clock_.Pass(kMinuteMs);
      const std::string name = absl::StrCat("S", LatestOf(*manager_).value + 1);
      ASSERT_THAT(manager_->Execute(SchemaNamed(name)), IsOk());
    }
  }
  CatalogManager::RetentionStats Stats() { return manager_->GetStats().retention; }
  uint64_t Earliest() { return manager_->GetStats().store.earliest.value; }
  // Waits for the run after those that were before `runs_`.
  void AwaitRun() {
    ASSERT_TRUE(Eventually([&] { return Stats().runs > runs_; }));
    runs_ = Stats().runs;
  }
  // Lets the interval pass, and waits until what it brings is done.
  void RunAgain(uint64_t ms = kMinuteMs) {
    const auto before = Stats();
    clock_.Pass(ms);
    ASSERT_TRUE(Eventually([&] { return Stats().runs > before.runs; }));
    runs_ = Stats().runs;
  }
  bool Truncates(uint64_t earliest) {
    return Eventually([&] { return Earliest() == earliest; });
  }

  FakeClock clock_;
  Tap tap_;
  MemoryDisk disk_;
  Manager manager_;
  uint64_t runs_ = 0;
};

// The interval is longer than the test makes versions, so that a run is when it says.

TEST_F(RetentionTest, KeepsEverythingUnlessItIsToldOtherwise) {
  manager_ = MustOpen(disk_, {.clock = &clock_});
  MakeUpTo(10);
  clock_.Pass(1000 * kHourMs);
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_EQ(Stats().runs, 0u);
  EXPECT_EQ(Stats().last_run, absl::InfinitePast());
  EXPECT_THAT(manager_->At({1}), IsOk());
}

TEST_F(RetentionTest, KeepsSoManyVersionsAlsoAfterReopening) {
  Open({.keep_versions = 4, .min_interval = absl::Hours(1)});
  MakeUpTo(10);
  EXPECT_THAT(manager_->At({1}), IsOk());  // Not before the interval has passed.
  RunAgain(kHourMs);
  ASSERT_TRUE(Truncates(7));
  EXPECT_THAT(manager_->At({6}), FailsWith(Reason::VERSION_TRUNCATED));
  ASSERT_TRUE(Eventually([&] { return Stats().snapshots == 1; }));
  EXPECT_EQ(Stats().last_snapshot, CatalogVersion{7});
  EXPECT_EQ(Stats().last_run, absl::FromUnixMillis(static_cast<int64_t>(clock_.WallMs())));
  EXPECT_EQ(Stats().failures, 0u);
  const auto states = StatesOf(*manager_, 7);
  manager_.reset();
  manager_ = MustOpen(disk_);
  EXPECT_EQ(StatesOf(*manager_, 7), states);
  EXPECT_THAT(manager_->At({6}), FailsWith(Reason::VERSION_TRUNCATED));
}

TEST_F(RetentionTest, LooksAtOnceWhenItIsOpened) {
  manager_ = MustOpen(disk_, {.clock = &clock_});
  MakeUpTo(10);
  Open({.keep_versions = 4, .min_interval = absl::Hours(1)});
  EXPECT_TRUE(Truncates(7));
}

TEST_F(RetentionTest, WhatHasNothingToTruncateWritesNoSnapshot) {
  Open({.keep_versions = 4, .min_interval = absl::Hours(1)});
  MakeUpTo(10);
  RunAgain(kHourMs);
  ASSERT_TRUE(Eventually([&] { return Stats().snapshots == 1; }));
  for (int i = 0; i < 3; ++i) RunAgain(kHourMs);
  EXPECT_EQ(Stats().snapshots, 1u);
  EXPECT_EQ(Stats().failures, 0u);
}

TEST_F(RetentionTest, KeepsWhatWasActiveSoLongAgo) {
  Open({.keep_duration = absl::Minutes(90), .min_interval = absl::Hours(1)});
  MakeUpTo(50);
  const HybridTimestamp made = manager_->Latest().activation();
  RunAgain(kHourMs);
  // Version 50 is 60 minutes old, so version 20 was active 90 minutes ago.
  ASSERT_TRUE(Truncates(20));
  const HybridTimestamp then(made.physical_ms() + kHourMs - 90 * kMinuteMs, 0);
  EXPECT_EQ(manager_->ActiveAt(then)->version(), CatalogVersion{20});
  EXPECT_THAT(manager_->At({19}), FailsWith(Reason::VERSION_TRUNCATED));
  // In the long run only what is active now is left.
  RunAgain(kHourMs);
  EXPECT_TRUE(Truncates(50));
  EXPECT_EQ(manager_->ActiveAt(HybridTimestamp(clock_.WallMs() - 1, 0))->version().value, 50u);
}

TEST_F(RetentionTest, NeverTruncatesWhatIsActiveOrNotActiveYet) {
  Open({.keep_versions = 1, .min_interval = absl::Minutes(1)});
  MakeUpTo(5);
  clock_.Pass(1);
  std::vector<std::future<absl::StatusOr<ExecuteResult>>> delayed;
  for (uint64_t version : {6, 7}) {
    delayed.push_back(std::async(std::launch::async, [&, version] {
      return manager_->Execute(SchemaNamed(absl::StrCat("S", version)),
                               {.delay = absl::Minutes(10)});
    }));
    ASSERT_THAT(manager_->WaitForVersion({version}, absl::InfiniteFuture()), IsOk());
  }
  RunAgain();
  RunAgain();
  ASSERT_TRUE(Truncates(5));
  EXPECT_EQ(manager_->ActiveAt(HybridTimestamp(clock_.WallMs(), 0))->version().value, 5u);
  clock_.Pass(10 * kMinuteMs);
  EXPECT_TRUE(Truncates(7));
  for (auto& one : delayed) EXPECT_THAT(one.get(), IsOk());
  EXPECT_EQ(Stats().failures, 0u);
}

TEST_F(RetentionTest, ReadersKeepWhatTheyHold) {
  Open({.keep_versions = 1, .min_interval = absl::Hours(1)});
  MakeUpTo(5);
  const Catalog held = *manager_->At({3});
  const State state = StateOf(held);
  MakeUpTo(9);
  RunAgain(kHourMs);
  ASSERT_TRUE(Truncates(9));
  EXPECT_EQ(StateOf(held), state);
  EXPECT_THAT(manager_->At({3}), FailsWith(Reason::VERSION_TRUNCATED));
}

TEST_F(RetentionTest, WaitsForNoFollower) {
  Open({.keep_versions = 1, .min_interval = absl::Hours(1)});
  std::promise<void> open;
  std::atomic<bool> arrived{false};
  std::vector<std::string> ranges;  // The follower's, until it is done.
  std::atomic<uint64_t> reached{0};
  ASSERT_THAT(manager_->AddFollower([&](const CatalogEvent& event) {
    if (!arrived.exchange(true)) open.get_future().wait();
    ranges.push_back(absl::StrCat(event.before.version().value, "-", event.after.version().value));
    reached = event.after.version().value;
    return absl::OkStatus();
  }),
              IsOk());
  ASSERT_TRUE(Eventually([&] { return arrived.load(); }));
  MakeUpTo(9);
  RunAgain(kHourMs);
  ASSERT_TRUE(Truncates(9));
  open.set_value();
  ASSERT_TRUE(Eventually([&] { return reached == 9; }));
  EXPECT_THAT(ranges, ::testing::ElementsAre("0-1", "0-9"));
}

TEST_F(RetentionTest, DelaysNoCommit) {
  Open({.keep_versions = 2, .min_interval = absl::Hours(1)});
  MakeUpTo(9);
  std::promise<void> open;
  std::atomic<bool> arrived{false};
  tap_.OnPutChunk([&, opened = open.get_future().share()] {
    arrived = true;
    opened.wait();
    return absl::OkStatus();
  });
  RunAgain(kHourMs);
  ASSERT_TRUE(Eventually([&] { return arrived.load(); }));
  MakeUpTo(20);  // While the snapshot is written.
  EXPECT_THAT(manager_->At({1}), IsOk());
  EXPECT_EQ(Stats().snapshots, 0u);
  open.set_value();
  EXPECT_TRUE(Truncates(8));
}

TEST_F(RetentionTest, ReportsAFailureAndTriesAgainWithTheNextInterval) {
  Open({.keep_versions = 2, .min_interval = absl::Hours(1)});
  MakeUpTo(9);
  tap_.OnPutChunk([] { return MakeError(Reason::DISK_FULL, "no space is left"); });
  RunAgain(kHourMs);
  ASSERT_TRUE(Eventually([&] { return Stats().failures == 1; }));
  EXPECT_THAT(Stats().last_failure, HasSubstr("no space is left"));
  EXPECT_EQ(Stats().snapshots, 0u);
  EXPECT_THAT(manager_->At({1}), IsOk());
  EXPECT_THAT(manager_->Execute(SchemaNamed("STILL_WRITING")), IsOk());
  tap_.OnPutChunk([]() -> absl::Status { throw 7; });
  RunAgain(kHourMs);
  ASSERT_TRUE(Eventually([&] { return Stats().failures == 2; }));
  tap_.OnPutChunk(nullptr);
  RunAgain(kHourMs);
  ASSERT_TRUE(Truncates(9));
  ASSERT_TRUE(Eventually([&] { return Stats().snapshots == 1; }));
  EXPECT_EQ(Stats().failures, 2u);
}

TEST_F(RetentionTest, DoesNotTrustAWallClockThatACommitWouldNotTrust) {
  Open({.keep_duration = absl::Hours(30), .min_interval = absl::Hours(1)});
  MakeUpTo(9);
  clock_.Jump(365 * 24 * kHourMs);
  RunAgain(kHourMs);
  ASSERT_TRUE(Eventually([&] { return Stats().failures == 1; }));
  EXPECT_THAT(Stats().last_failure, HasSubstr("jumped ahead"));
  EXPECT_THAT(manager_->At({1}), IsOk());
  // Looking at the clock promised nothing: set right, it is as if nothing had been.
  clock_.Jump(-365 * 24 * kHourMs);
  EXPECT_THAT(manager_->Execute(SchemaNamed("S")), IsOk());
  RunAgain(kHourMs);
  EXPECT_EQ(Stats().failures, 1u);
  EXPECT_THAT(manager_->At({1}), IsOk());
}

TEST_F(RetentionTest, DoesNotTrustAWallClockThatWasWrongWhenTheCatalogWasOpened) {
  manager_ = MustOpen(disk_, {.clock = &clock_});
  MakeUpTo(9);
  manager_.reset();
  clock_.Jump(365 * 24 * kHourMs);
  Open({.keep_duration = absl::Minutes(150), .min_interval = absl::Hours(1)});
  RunAgain(kHourMs);
  RunAgain(kHourMs);  // So the run before is over.
  EXPECT_THAT(manager_->At({1}), IsOk());
  EXPECT_EQ(Stats().failures, 0u);
  RunAgain(kHourMs);
  EXPECT_TRUE(Truncates(9));
}

TEST_F(RetentionTest, GoesByTheSteadyClockFromRunToRun) {
  Open({.keep_versions = 1, .min_interval = absl::Hours(1)});
  clock_.Jump(2 * kHourMs);
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_EQ(Stats().runs, 1u);
  RunAgain(kHourMs);
}

TEST_F(RetentionTest, ClosingWaitsForNoInterval) {
  Open({.keep_versions = 1, .min_interval = absl::InfiniteDuration()});
  MakeUpTo(3);
  manager_.reset();
}

TEST_F(RetentionTest, OfWhoOnlyReadsHasNoEffect) {
  manager_ = MustOpen(disk_, {.clock = &clock_});
  MakeUpTo(9);
  manager_.reset();
  manager_ =
      MustOpen(disk_, {.read_only = true, .retention = {.keep_versions = 1}, .clock = &clock_});
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_EQ(Stats().runs, 0u);
  EXPECT_THAT(manager_->At({1}), IsOk());
}

TEST(Retention, ThatIsNonsenseIsRefused) {
  EXPECT_THAT(CatalogManager::Open(NewMemoryLog(), {.retention = {.keep_versions = 0}}),
              FailsWith(Reason::INVALID_VALUE, {"keep_versions"}));
}

TEST(Retention, OfASharedLogTruncatesWhileOthersWrite) {
  SimulatedCluster cluster;
  const Manager ours =
      MustOpen(cluster.Connect(),
               {.retention = {.keep_versions = 5, .min_interval = absl::Milliseconds(2)}});
  const Manager theirs = MustOpen(cluster.Connect());
  for (int i = 0; i < 60; ++i) {
    ASSERT_THAT(theirs->Execute(SchemaNamed(absl::StrCat("S", i))), IsOk());
  }
  EXPECT_TRUE(Eventually([&] { return theirs->GetStats().store.earliest.value == 57; }));
  EXPECT_EQ(LatestOf(*theirs), CatalogVersion{61});
}

// Commits, readers, followers and a short interval at once; every answer is right.
TEST(Retention, TruncatesUnderReadersFollowersAndCommits) {
  const TempStore store;
  const Manager manager =
      MustOpen({.path = store.path(),
                .retention = {.keep_versions = 10, .min_interval = absl::Milliseconds(1)}});
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> followed{0};
  ASSERT_THAT(manager->AddFollower([&](const CatalogEvent& event) {
    if (!event.whole()) {
      EXPECT_EQ(event.before.version().value, followed);
    }
    followed = event.after.version().value;
    return absl::OkStatus();
  }),
              IsOk());
  std::thread reader([&] {
    while (!stop) {
      const Catalog latest = manager->Latest();
      EXPECT_EQ(latest.Schemas().size(), latest.version().value + 1);
      const auto active = manager->ActiveAt(manager->SafeTime());
      EXPECT_THAT(active, IsOk());
    }
  });
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(manager->Execute(SchemaNamed(absl::StrCat("S", i))), IsOk());
  }
  EXPECT_TRUE(Eventually([&] { return manager->GetStats().store.earliest.value == 292; }));
  EXPECT_TRUE(Eventually([&] { return followed == 301; }));
  stop = true;
  reader.join();
  EXPECT_EQ(manager->GetStats().retention.failures, 0u)
      << manager->GetStats().retention.last_failure;
}

}  // namespace
}  // namespace annals
