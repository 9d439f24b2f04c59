#include "annals/engine/hybrid_clock.h"

#include <random>

#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

class HybridClockTest : public ::testing::Test {
 protected:
  HybridTimestamp Begin(bool accept_jump = false) {
    const auto given = hybrid_.Begin(accept_jump);
    EXPECT_THAT(given, IsOk());
    return given.value_or(HybridTimestamp());
  }
  static HybridTimestamp At(int64_t ms, uint16_t counter = 0) {
    return {FakeClock::kStartMs + static_cast<uint64_t>(ms), counter};
  }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
};

TEST_F(HybridClockTest, GivesTheWallClocksTimeAndNoneTwice) {
  EXPECT_EQ(Begin(), At(0));
  EXPECT_EQ(Begin(), At(0, 1));
  clock_.Pass(5);
  EXPECT_EQ(Begin(), At(5));
  EXPECT_EQ(Begin(), At(5, 1));
}

TEST_F(HybridClockTest, ACounterThatOverflowsCarriesIntoTheMilliseconds) {
  hybrid_.Observe(At(0, UINT16_MAX));
  EXPECT_EQ(Begin(), At(1, 0));
}

TEST_F(HybridClockTest, AClockThatIsALittleBehindIsBridged) {
  hybrid_.Observe(At(60'000));
  EXPECT_EQ(Begin(), At(60'000, 1));
  EXPECT_EQ(Begin(), At(60'000, 2));
}

TEST_F(HybridClockTest, AClockThatIsFarBehindTheNewestVersionIsRefused) {
  hybrid_.Observe(At(60'001));
  EXPECT_THAT(hybrid_.Begin(false), FailsWith(Reason::CLOCK_BEHIND, {"60 s", "latest version"}));
  EXPECT_THAT(hybrid_.Begin(true), FailsWith(Reason::CLOCK_BEHIND));
  clock_.Pass(1);
  EXPECT_EQ(Begin(), At(60'001, 1));
}

TEST_F(HybridClockTest, ATimeThatWasPromisedIsNotWrittenFarAheadOfTheClock) {
  clock_.Jump(10 * kHourMs);
  EXPECT_EQ(hybrid_.SafeTime(), At(10 * kHourMs));
  clock_.Jump(-10 * kHourMs);
  EXPECT_THAT(hybrid_.Begin(false), FailsWith(Reason::CLOCK_BEHIND));
  EXPECT_EQ(hybrid_.SafeTime(), At(10 * kHourMs));
}

TEST_F(HybridClockTest, AClockThatGainsMoreThanADayIsRefusedUntilItIsAccepted) {
  const HybridTimestamp first = Begin();
  hybrid_.Observe(first);
  hybrid_.Done();
  clock_.Jump(24 * kHourMs);
  EXPECT_EQ(Begin(), At(24 * kHourMs));
  hybrid_.Done();
  clock_.Jump(1);
  EXPECT_THAT(hybrid_.Begin(false), FailsWith(Reason::CLOCK_JUMP, {"86400 s"}));
  EXPECT_LE(hybrid_.SafeTime(), At(24 * kHourMs));
  EXPECT_EQ(Begin(true), At(24 * kHourMs + 1));
  EXPECT_EQ(Begin(false), At(24 * kHourMs + 1, 1));
}

TEST_F(HybridClockTest, LookingAtTheTimePromisesNothingAndTrustsWhatACommitWould) {
  hybrid_.Observe(At(500));
  EXPECT_THAT(hybrid_.TrustedNowMs(), Gives(At(500).physical_ms()));
  clock_.Jump(10 * kHourMs);
  EXPECT_THAT(hybrid_.TrustedNowMs(), Gives(At(500).physical_ms()));
  clock_.Pass(100);
  EXPECT_THAT(hybrid_.TrustedNowMs(), Gives(At(600).physical_ms()));
  clock_.Jump(15 * kHourMs);
  EXPECT_THAT(hybrid_.TrustedNowMs(), FailsWith(Reason::CLOCK_JUMP));
  clock_.Jump(-25 * kHourMs);
  EXPECT_EQ(Begin(), At(500, 1));
  hybrid_.Observe(At(60'101));
  EXPECT_THAT(hybrid_.TrustedNowMs(), FailsWith(Reason::CLOCK_BEHIND));
}

#ifdef CLOCK_BOOTTIME
TEST(SystemClock, CountsTheSleepOfTheMachine) {
  const auto since_boot = [] {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<uint64_t>(absl::ToUnixMillis(absl::TimeFromTimespec(now)));
  };
  const uint64_t before = since_boot();
  const uint64_t steady = Clock::System().SteadyMs();
  EXPECT_GE(steady, before);
  EXPECT_LE(steady, since_boot());
}
#endif

TEST_F(HybridClockTest, TimeThatReallyPassesIsNoJump) {
  Begin();
  clock_.Pass(1000 * 24 * kHourMs);
  EXPECT_EQ(Begin(), At(1000 * 24 * kHourMs));
}

TEST_F(HybridClockTest, SafeTimeStaysBelowWhatIsInFlight) {
  clock_.Pass(10);
  EXPECT_EQ(hybrid_.SafeTime(), At(10));
  const HybridTimestamp given = Begin();
  EXPECT_GT(given, At(10));
  clock_.Pass(10);
  Begin();
  EXPECT_EQ(hybrid_.SafeTime(), HybridTimestamp::FromRaw(given.raw() - 1));
  hybrid_.Done();
  EXPECT_EQ(hybrid_.SafeTime(), At(20));
  EXPECT_GT(Begin(), At(20));
}

TEST_F(HybridClockTest, SafeTimeStaysBelowWhatWasForsakenForEver) {
  const HybridTimestamp lost = Begin();
  hybrid_.Forsake();
  hybrid_.Done();
  clock_.Pass(10);
  EXPECT_LT(hybrid_.SafeTime(), lost);
  Begin();
  hybrid_.Done();
  EXPECT_LT(hybrid_.SafeTime(), lost);
}

TEST_F(HybridClockTest, SafeTimeNeverGoesBackAndNoTimeAtOrBelowItIsGiven) {
  std::mt19937_64 random(7);
  HybridTimestamp safe;
  for (int i = 0; i < 20'000; ++i) {
    switch (random() % 6) {
      case 0:
        clock_.Pass(random() % 3);
        break;
      case 1:
        clock_.Jump(static_cast<int64_t>(random() % 200) - 100);
        break;
      case 2:
        hybrid_.Done();
        break;
      case 3:
      case 4: {
        const auto given = hybrid_.Begin(false);
        if (given.ok()) {
          ASSERT_GT(*given, safe);
        }
        break;
      }
      default: {
        const HybridTimestamp now = hybrid_.SafeTime();
        ASSERT_GE(now, safe);
        safe = now;
      }
    }
  }
}

}  // namespace
}  // namespace annals
