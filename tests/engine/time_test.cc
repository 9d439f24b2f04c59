// When versions count: delays, clocks that misbehave, and what SafeTime promises.

#include <cstdlib>
#include <future>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using Result = absl::StatusOr<ExecuteResult>;

HybridTimestamp JustBefore(HybridTimestamp time) {
  return HybridTimestamp::FromRaw(time.raw() - 1);
}

class TimeTest : public ::testing::Test {
 protected:
  TimeTest() { Reopen(); }

  void Reopen(absl::Duration delay = absl::ZeroDuration()) {
    manager_.reset();
    manager_ = MustOpen(disk_, {.delay = delay, .clock = &clock_});
    clock_.Pass(1);
  }
  // Executes in the background, until the version is there; it may not be active.
  std::future<Result> Begin(const CatalogCommand& command, absl::Duration delay,
                            absl::Time deadline = absl::InfiniteFuture()) {
    const CatalogVersion next = LatestOf(*manager_).Next();
    auto result = std::async(std::launch::async, [this, command, delay, deadline] {
      return manager_->Execute(command, {.delay = delay, .deadline = deadline});
    });
    EXPECT_THAT(manager_->WaitForVersion(next, absl::InfiniteFuture()), IsOk());
    return result;
  }
  static bool IsReady(const std::future<Result>& future) {
    return future.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready;
  }

  FakeClock clock_;
  MemoryDisk disk_;
  Manager manager_;
};

TEST_F(TimeTest, ExecuteReturnsWhenTheVersionIsActive) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  const HybridTimestamp activation = manager_->Latest().activation();
  EXPECT_EQ(activation, manager_->Latest().timestamp().PlusMs(500));
  // It is the latest already, and does not count yet.
  EXPECT_EQ(manager_->ActiveAt(JustBefore(activation))->version(), CatalogVersion{1});
  EXPECT_EQ(manager_->ActiveAt(activation)->version(), CatalogVersion{2});
  clock_.Pass(499);
  EXPECT_FALSE(IsReady(delayed));
  clock_.Pass(1);
  const Result done = delayed.get();
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->activation, activation);
  EXPECT_GE(manager_->SafeTime(), activation);
}

TEST_F(TimeTest, WaitingForActivationGoesByTheSteadyClock) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  ASSERT_TRUE(Eventually([&] { return clock_.waits() > 0; }));
  clock_.Jump(kHourMs);
  EXPECT_FALSE(IsReady(delayed));
  clock_.Jump(-2 * kHourMs);
  clock_.Pass(500);
  EXPECT_THAT(delayed.get(), IsOk());
}

TEST_F(TimeTest, WaitingDoesNotSpin) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  const uint64_t before = clock_.waits();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(clock_.waits() - before, 150u);
  clock_.Pass(500);
  EXPECT_THAT(delayed.get(), IsOk());
}

TEST_F(TimeTest, ADelayHoldsNobodyElseUp) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  auto another = Begin(TableNamed("U"), absl::Milliseconds(400));
  auto third = Begin(TableNamed("V"), absl::ZeroDuration());
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{4});
  // A smaller delay does not let a version overtake the one before (I6).
  const auto states = StatesOf(*manager_);
  EXPECT_EQ(states.at(3).activation, states.at(2).activation.Next());
  EXPECT_EQ(states.at(4).activation, states.at(3).activation.Next());
  clock_.Pass(499);
  EXPECT_FALSE(IsReady(third));
  EXPECT_EQ(
      manager_->ActiveAt(absl::FromUnixMillis(static_cast<int64_t>(clock_.WallMs())))->version(),
      CatalogVersion{1});
  clock_.Pass(1);
  for (auto* one : {&delayed, &another, &third}) EXPECT_THAT(one->get(), IsOk());
}

TEST_F(TimeTest, TheManagersDelayHoldsWhereACallSaysNothing) {
  Reopen(absl::Milliseconds(70));
  auto done = std::async(std::launch::async, [this] { return manager_->Execute(TableNamed("T")); });
  ASSERT_THAT(manager_->WaitForVersion({2}, absl::InfiniteFuture()), IsOk());
  EXPECT_EQ(manager_->Latest().activation(), manager_->Latest().timestamp().PlusMs(70));
  clock_.Pass(70);
  EXPECT_THAT(done.get(), IsOk());
}

TEST_F(TimeTest, OpeningAnEmptyLogWaitsForNoDelay) {
  const Manager manager = MustOpen(NewMemoryLog(), {.delay = absl::Hours(1), .clock = &clock_});
  EXPECT_EQ(manager->Latest().activation(), manager->Latest().timestamp());
}

TEST_F(TimeTest, ADeadlineBeforeActivationSaysThatTheVersionWasWritten) {
  EXPECT_THAT(
      manager_->Execute(TableNamed("T"), {.delay = absl::Hours(1),
                                          .deadline = absl::Now() + absl::Milliseconds(500)}),
      FailsWith(Reason::DEADLINE_EXCEEDED, {"version 2 was written", "not active"}));
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{2});
}

TEST_F(TimeTest, ClosingDoesNotWaitForActivation) {
  auto delayed = Begin(TableNamed("T"), absl::Hours(1));
  manager_->Close();
  EXPECT_THAT(delayed.get(), FailsWith(Reason::CLOSED, {"version 2 was written"}));
}

TEST_F(TimeTest, ARefusalOrNoOpThatRestsOnAVersionWaitsForItsActivation) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  auto refused = std::async(std::launch::async, [&] { return manager_->Execute(TableNamed("T")); });
  auto nothing =
      std::async(std::launch::async, [&] { return manager_->Execute(TableNamed("T", true)); });
  EXPECT_FALSE(IsReady(refused));
  EXPECT_FALSE(IsReady(nothing));
  clock_.Pass(500);
  EXPECT_THAT(refused.get(), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(nothing.get(), IsOk());
  EXPECT_THAT(delayed.get(), IsOk());
  // With a deadline the refusal comes then.
  auto again = Begin(TableNamed("U"), absl::Hours(1), absl::Now() + absl::Milliseconds(500));
  EXPECT_THAT(
      manager_->Execute(TableNamed("U"), {.deadline = absl::Now() + absl::Milliseconds(500)}),
      FailsWith(Reason::TABLE_EXISTS));
}

TEST_F(TimeTest, ADelayThatShrinksLetsNoVersionOvertakeAnotherAlsoAfterReopening) {
  auto delayed = Begin(TableNamed("T"), absl::Minutes(10));
  manager_->Close();
  EXPECT_THAT(delayed.get(), FailsWith(Reason::CLOSED));
  Reopen();
  auto behind = Begin(TableNamed("U"), absl::ZeroDuration());
  const auto states = StatesOf(*manager_);
  EXPECT_EQ(states.at(3).activation, states.at(2).activation.Next());
  EXPECT_EQ(manager_->ActiveAt(states.at(2).activation)->version(), CatalogVersion{2});
  EXPECT_EQ(manager_->ActiveAt(states.at(3).activation)->version(), CatalogVersion{3});
  clock_.Pass(600'000);
  EXPECT_THAT(behind.get(), IsOk());
  // Later ones are active at once again.
  clock_.Pass(1);
  const auto done = manager_->Execute(TableNamed("V"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->activation, manager_->Latest().timestamp());
}

TEST_F(TimeTest, ARefusalOrNoOpLeavesNoTrace) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  const auto written = disk_.Entries();
  const State state = StateOf(manager_->Latest());
  const ObjectId next = manager_->Latest().next_object_id();
  clock_.Pass(1000);
  EXPECT_THAT(manager_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(manager_->Execute(std::vector<CatalogCommand>{SchemaNamed("S"), TableNamed("T")}),
              FailsWith(Reason::TABLE_EXISTS));
  const Result nothing = manager_->Execute(
      std::vector<CatalogCommand>{TableNamed("T", true), SchemaNamed("PUBLIC", true)});
  ASSERT_THAT(nothing, IsOk());
  EXPECT_EQ(nothing->version, CatalogVersion{2});
  EXPECT_EQ(nothing->activation, state.activation);
  EXPECT_EQ(disk_.Entries(), written);
  EXPECT_EQ(StateOf(manager_->Latest()), state);
  // Nor in the version that comes next: its time and its ids are as if nothing had been.
  const Result done = manager_->Execute(SchemaNamed("S"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(manager_->Latest().timestamp(), HybridTimestamp(clock_.WallMs(), 0));
  EXPECT_EQ(manager_->Latest().Schema("S")->id(), next);
}

TEST_F(TimeTest, WhatIsWrongByItselfIsAnsweredBeforeAnythingIsActive) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  const auto execute = [&](const CatalogCommand& command) {
    return std::async(std::launch::async, [&, command] { return manager_->Execute(command); });
  };
  auto wrong = execute(SchemaNamed(""));
  auto taken = execute(TableNamed("T"));
  const bool answered = wrong.wait_for(std::chrono::seconds(30)) == std::future_status::ready;
  EXPECT_TRUE(answered);
  // That there is a table T rests on a version, which is not active.
  EXPECT_FALSE(IsReady(taken));
  clock_.Pass(500);
  EXPECT_THAT(wrong.get(), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(taken.get(), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(delayed.get(), IsOk());
}

TEST_F(TimeTest, TimesBeforeAllVersionsAreNotFoundAndTruncatedOnesAreOutOfRange) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  const HybridTimestamp first = manager_->At({1})->activation();
  EXPECT_EQ(manager_->ActiveAt(first)->version(), CatalogVersion{1});
  EXPECT_EQ(manager_->ActiveAt(JustBefore(first))->version(), CatalogVersion{0});
  EXPECT_EQ(manager_->ActiveAt(HybridTimestamp::FromRaw(1))->version(), CatalogVersion{0});
  EXPECT_THAT(manager_->ActiveAt(HybridTimestamp::FromRaw(0)),
              FailsWith(Reason::CATALOG_TIMESTAMP_NOT_FOUND));
  ASSERT_THAT(manager_->Snapshot({2}), Gives(true));
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const HybridTimestamp earliest = manager_->At({2})->activation();
    EXPECT_EQ(manager_->ActiveAt(earliest)->version(), CatalogVersion{2});
    for (HybridTimestamp gone : {JustBefore(earliest), first, HybridTimestamp::FromRaw(0)}) {
      EXPECT_THAT(manager_->ActiveAt(gone), FailsWith(Reason::VERSION_TRUNCATED));
    }
  }
}

TEST_F(TimeTest, AVersionThatIsTruncatedWhileItsActivationIsAwaitedIsAnswered) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  auto refused = std::async(std::launch::async, [&] { return manager_->Execute(TableNamed("T")); });
  auto behind = Begin(TableNamed("U"), absl::ZeroDuration());
  ASSERT_TRUE(Eventually([&] { return clock_.waits() > 0; }));
  clock_.Pass(500);
  EXPECT_THAT(manager_->Snapshot({3}), Gives(true));
  const Result done = delayed.get();
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{2});
  EXPECT_THAT(refused.get(), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(behind.get(), IsOk());
}

TEST_F(TimeTest, WhoAwaitsTheVersionOfASnapshotAfterReopeningDoesNotWait) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  ASSERT_THAT(manager_->Snapshot({2}), Gives(true));
  Reopen();
  EXPECT_THAT(manager_->WaitForVersion({2}, absl::InfinitePast()), IsOk());
  EXPECT_THAT(manager_->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
}

TEST_F(TimeTest, WhatExecuteSaidIsActiveCanBeSnapshottedThoughTheWallClockWasSetBack) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  ASSERT_TRUE(Eventually([&] { return clock_.waits() > 0; }));
  clock_.Jump(-10'000);
  clock_.Pass(500);
  EXPECT_THAT(delayed.get(), IsOk());
  EXPECT_THAT(manager_->Snapshot({2}), Gives(true));
}

TEST_F(TimeTest, WhatIsNotActiveYetIsNotSnapshotted) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  EXPECT_THAT(manager_->Snapshot({2}), FailsWith(Reason::VERSION_NOT_ACTIVE));
  clock_.Pass(500);
  EXPECT_THAT(delayed.get(), IsOk());
  EXPECT_THAT(manager_->Snapshot({2}), Gives(true));
}

TEST_F(TimeTest, DelaysAreTheSameAfterReopening) {
  auto delayed = Begin(TableNamed("T"), absl::Milliseconds(500));
  auto another = Begin(TableNamed("U"), absl::ZeroDuration());
  const auto before = StatesOf(*manager_);
  manager_->Close();
  delayed.wait();
  another.wait();
  Reopen();
  EXPECT_EQ(StatesOf(*manager_), before);
  EXPECT_EQ(manager_->ActiveAt(JustBefore(before.at(2).activation))->version(), CatalogVersion{1});
}

TEST_F(TimeTest, AClockThatGoesBackALittleIsBridged) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  clock_.Jump(-59'000);
  for (int i = 0; i < 5; ++i) ASSERT_THAT(manager_->Execute(Touch("T", i)), IsOk());
  const auto states = StatesOf(*manager_);
  for (uint64_t version = 2; version <= 7; ++version) {
    EXPECT_GT(states.at(version).timestamp, states.at(version - 1).timestamp);
  }
  Reopen();
  EXPECT_EQ(StatesOf(*manager_), states);
}

TEST_F(TimeTest, AClockThatGoesBackFarIsRefusedAlsoAfterReopening) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  clock_.Jump(-kHourMs);
  EXPECT_THAT(manager_->Execute(Touch("T")), FailsWith(Reason::CLOCK_BEHIND));
  EXPECT_THAT(manager_->Execute(TableNamed("T", true)), IsOk());  // Writes nothing.
  Reopen();                                                       // Recovery asks no clock.
  EXPECT_THAT(manager_->Execute(Touch("T")), FailsWith(Reason::CLOCK_BEHIND));
  clock_.Jump(kHourMs);
  EXPECT_THAT(manager_->Execute(Touch("T")), IsOk());
}

TEST_F(TimeTest, AClockThatJumpsAheadIsRefusedUntilItIsMeant) {
  clock_.Jump(25 * kHourMs);
  EXPECT_THAT(manager_->Execute(TableNamed("T")), FailsWith(Reason::CLOCK_JUMP));
  EXPECT_THAT(manager_->Execute(TableNamed("T"), {.accept_clock_jump = true}), IsOk());
  EXPECT_THAT(manager_->Execute(Touch("T")), IsOk());
}

TEST_F(TimeTest, ALongTimeWithoutVersionsIsNoReasonToRefuse) {
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  manager_.reset();
  clock_.Jump(1000 * 24 * kHourMs);
  Reopen();
  EXPECT_THAT(manager_->Execute(Touch("T")), IsOk());
  clock_.Pass(1000 * 24 * kHourMs);
  EXPECT_THAT(manager_->Execute(Touch("T")), IsOk());
}

TEST_F(TimeTest, SafeTimeFollowsTheClockAndNeverGoesBack) {
  const HybridTimestamp first = manager_->SafeTime();
  clock_.Pass(100);
  EXPECT_EQ(manager_->SafeTime(), HybridTimestamp(clock_.WallMs(), 0));
  clock_.Jump(-50);
  EXPECT_GT(manager_->SafeTime(), first);
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  EXPECT_GE(manager_->SafeTime(), manager_->Latest().activation());
}

TEST_F(TimeTest, WaitSafeTimeReturnsWhenTheTimeIsSafe) {
  const HybridTimestamp soon = manager_->SafeTime().PlusMs(50);
  EXPECT_THAT(manager_->WaitSafeTime(soon, absl::Now() + absl::Milliseconds(20)),
              FailsWith(Reason::DEADLINE_EXCEEDED));
  EXPECT_THAT(manager_->WaitSafeTime(soon, absl::InfinitePast()),
              FailsWith(Reason::DEADLINE_EXCEEDED));
  auto waiting = std::async(std::launch::async,
                            [&] { return manager_->WaitSafeTime(soon, absl::InfiniteFuture()); });
  clock_.Pass(50);
  EXPECT_THAT(waiting.get(), IsOk());
  EXPECT_THAT(manager_->WaitSafeTime(soon, absl::InfinitePast()), IsOk());
}

TEST_F(TimeTest, WaitForVersionReturnsWhenTheVersionIsThere) {
  EXPECT_THAT(manager_->WaitForVersion({1}, absl::InfinitePast()), IsOk());
  for (const absl::Time deadline : {absl::InfinitePast(), absl::Now() + absl::Milliseconds(20)}) {
    EXPECT_THAT(manager_->WaitForVersion({2}, deadline),
                FailsWith(Reason::DEADLINE_EXCEEDED, {"version 2", "1"}));
  }
  auto waiting = std::async(std::launch::async, [&] {
    return manager_->WaitForVersion({2}, absl::FromUnixSeconds(1ll << 50));
  });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  ASSERT_THAT(manager_->Execute(TableNamed("T")), IsOk());
  EXPECT_THAT(waiting.get(), IsOk());
}

// While four threads commit, whoever asks for what was active at a safe time gets the
// same answer for ever.
TEST(SafeTime, WhatWasActiveAtASafeTimeNeverChanges) {
  const Manager manager = OpenInMemory();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 250; ++i) {
        const auto done = manager->Execute(SchemaNamed(absl::StrCat("S", t, "_", i)),
                                           {.delay = absl::Milliseconds(i % 50 == 0 ? 3 : 0)});
        ASSERT_THAT(done, IsOk());
        ASSERT_GE(manager->ActiveAt(manager->SafeTime())->version(), done->version);
      }
    });
  }
  std::vector<std::pair<HybridTimestamp, CatalogVersion>> answers;
  std::thread asker([&] {
    HybridTimestamp last;
    while (!stop) {
      const HybridTimestamp safe = manager->SafeTime();
      ASSERT_GE(safe, last);
      last = safe;
      answers.emplace_back(safe, manager->ActiveAt(safe)->version());
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  asker.join();
  for (const auto& [time, version] : answers) {
    ASSERT_EQ(manager->ActiveAt(time)->version(), version) << time.raw();
  }
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{1001});
}

}  // namespace
}  // namespace annals
