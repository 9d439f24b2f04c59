#include "annals/engine/active_versions.h"

#include <future>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

class ActiveVersionsTest : public ::testing::Test {
 protected:
  // `version` arrives now, and is to be active in `delay_ms`.
  void Add(uint64_t version, uint64_t delay_ms) {
    const auto timestamp = hybrid_.Begin(false);
    ASSERT_THAT(timestamp, IsOk());
    hybrid_.Observe(*timestamp);
    last_ = std::max(last_.Next(), timestamp->PlusMs(delay_ms));
    active_.Add({version}, *timestamp, last_);
  }
  uint64_t Now() { return active_.Now().value; }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
  ActiveVersions active_{clock_, hybrid_};
  HybridTimestamp last_;
  std::atomic<bool> stop_{false};
};

TEST_F(ActiveVersionsTest, AreWhatHasArrivedWithoutADelay) {
  EXPECT_EQ(Now(), 0u);
  Add(1, 0);
  EXPECT_EQ(Now(), 1u);
  active_.Start();
  Add(2, 0);
  EXPECT_EQ(Now(), 2u);
}

TEST_F(ActiveVersionsTest, BecomeSoOneAfterTheOtherByTheSteadyClock) {
  active_.Start();
  Add(1, 100);
  Add(2, 300);
  Add(3, 0);  // Does not overtake version 2.
  clock_.Pass(99);
  clock_.Jump(10'000);
  EXPECT_EQ(Now(), 0u);
  clock_.Jump(-20'000);
  clock_.Pass(1);
  EXPECT_EQ(Now(), 1u);
  clock_.Pass(199);
  EXPECT_EQ(Now(), 1u);
  clock_.Pass(1);
  EXPECT_EQ(Now(), 3u);
}

TEST_F(ActiveVersionsTest, OfTheRecoveredOnesAskForNoClockBeforeTheStart) {
  Add(1, 0);
  Add(2, 100);
  clock_.Pass(60);
  EXPECT_EQ(Now(), 1u);
  active_.Start();  // 40 ms are left.
  clock_.Pass(39);
  EXPECT_EQ(Now(), 1u);
  clock_.Pass(1);
  EXPECT_EQ(Now(), 2u);
}

TEST_F(ActiveVersionsTest, AreActiveAtOnceIfSomebodySaysSo) {
  active_.Start();
  Add(1, 100);
  Add(2, 100);
  Add(3, 100);
  active_.MarkActive({2});
  EXPECT_EQ(Now(), 2u);
  active_.MarkActive({1});
  EXPECT_EQ(Now(), 2u);
  clock_.Pass(100);
  EXPECT_EQ(Now(), 3u);
}

TEST_F(ActiveVersionsTest, AreWaitedForUntilTheyAreActiveAndItIsTime) {
  active_.Start();
  Add(1, 0);
  Add(2, 100);
  const uint64_t start_ms = clock_.SteadyMs();
  EXPECT_EQ(active_.WaitForMore({0}, 0, stop_), CatalogVersion{1});
  for (const uint64_t earliest_ms : {uint64_t{0}, start_ms + 300}) {
    auto waiting = std::async(std::launch::async,
                              [&] { return active_.WaitForMore({1}, earliest_ms, stop_).value; });
    EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    clock_.Pass(100);
    if (earliest_ms > 0) {
      EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
      clock_.Pass(200);
    }
    EXPECT_EQ(waiting.get(), 2u);
  }
}

TEST_F(ActiveVersionsTest, AreWaitedForNoLongerOnceOneIsToStop) {
  active_.Start();
  auto waiting =
      std::async(std::launch::async, [&] { return active_.WaitForMore({0}, 0, stop_).value; });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  stop_ = true;
  active_.Wake();
  EXPECT_EQ(waiting.get(), 0u);
}

}  // namespace
}  // namespace annals
