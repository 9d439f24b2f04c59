#include "annals/snapshot/retention.h"

#include <map>

#include "annals/tests/support/status_matchers.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

// A log that begins at version 3. Version N was active from N seconds on; the newest are
// not active yet.
class RetentionTest : public ::testing::Test {
 protected:
  // The version to take a snapshot of at `now_s`, or 0.
  uint64_t At(uint64_t now_s, const Retention& retention) {
    const auto active_at = [&](HybridTimestamp time) -> std::optional<CatalogVersion> {
      const uint64_t version = std::min(time.physical_ms() / 1000, latest_);
      if (version < earliest_) return std::nullopt;
      return CatalogVersion{version};
    };
    const auto version = VersionToSnapshot(retention,
                                           {.earliest = {earliest_},
                                            .latest = {latest_},
                                            .active = {std::min(now_s, latest_)},
                                            .active_at = active_at},
                                           now_s * 1000);
    return version ? version->value : 0;
  }

  uint64_t earliest_ = 3;
  uint64_t latest_ = 20;
};

TEST_F(RetentionTest, EverythingIsKeptIfNothingIsSaid) { EXPECT_EQ(At(100, {}), 0u); }

TEST_F(RetentionTest, SoManyOfTheNewestVersionsAreKept) {
  EXPECT_EQ(At(100, {.keep_versions = 1}), 20u);
  EXPECT_EQ(At(100, {.keep_versions = 5}), 16u);
  EXPECT_EQ(At(100, {.keep_versions = 17}), 4u);
  for (uint64_t all : {uint64_t{18}, uint64_t{20}, uint64_t{21}, UINT64_MAX}) {
    EXPECT_EQ(At(100, {.keep_versions = all}), 0u) << all;
  }
}

TEST_F(RetentionTest, WhatWasActiveSoLongAgoIsKept) {
  EXPECT_EQ(At(30, {.keep_duration = absl::Seconds(20)}), 10u);
  // Version 10 was active until just before second 11.
  EXPECT_EQ(At(30, {.keep_duration = absl::Seconds(19) + absl::Nanoseconds(1)}), 10u);
  EXPECT_EQ(At(30, {.keep_duration = absl::Seconds(19)}), 11u);
  EXPECT_EQ(At(30, {.keep_duration = absl::ZeroDuration()}), 20u);
  EXPECT_EQ(At(1000, {.keep_duration = absl::Seconds(20)}), 20u);
}

TEST_F(RetentionTest, WhatBeganBeforeTheLogIsNoReasonToTruncate) {
  EXPECT_EQ(At(30, {.keep_duration = absl::Seconds(27)}), 0u);
  EXPECT_EQ(At(30, {.keep_duration = absl::Seconds(28)}), 0u);
  EXPECT_EQ(At(30, {.keep_duration = absl::Hours(1)}), 0u);
  EXPECT_EQ(At(30, {.keep_duration = absl::InfiniteDuration()}), 0u);
}

TEST_F(RetentionTest, OfTwoWishesTheLargerHolds) {
  EXPECT_EQ(At(30, {.keep_versions = 5, .keep_duration = absl::Seconds(20)}), 10u);
  EXPECT_EQ(At(30, {.keep_versions = 15, .keep_duration = absl::Seconds(20)}), 6u);
  EXPECT_EQ(At(30, {.keep_versions = 5, .keep_duration = absl::Hours(1)}), 0u);
}

TEST_F(RetentionTest, WhatIsNotActiveYetIsKeptAndSoIsWhatIsActive) {
  EXPECT_EQ(At(12, {.keep_versions = 1}), 12u);
  EXPECT_EQ(At(12, {.keep_versions = 8}), 12u);
  EXPECT_EQ(At(12, {.keep_versions = 10}), 11u);
  EXPECT_EQ(At(12, {.keep_duration = absl::ZeroDuration()}), 12u);
}

TEST_F(RetentionTest, BelowVersionOneThereIsNothingToTruncate) {
  earliest_ = 0;
  latest_ = 1;
  EXPECT_EQ(At(100, {.keep_versions = 1}), 0u);
  latest_ = 2;
  EXPECT_EQ(At(100, {.keep_versions = 1}), 2u);
}

TEST(CheckRetention, NamesTheFieldThatIsWrong) {
  EXPECT_THAT(CheckRetention({}), IsOk());
  EXPECT_THAT(CheckRetention({.keep_versions = 1,
                              .keep_duration = absl::ZeroDuration(),
                              .min_interval = absl::Milliseconds(1)}),
              IsOk());
  EXPECT_THAT(CheckRetention({.min_interval = absl::InfiniteDuration()}), IsOk());
  EXPECT_THAT(CheckRetention({.keep_versions = 0}),
              FailsWith(Reason::INVALID_VALUE, {"keep_versions is 0", "at least 1"}));
  EXPECT_THAT(CheckRetention({.keep_duration = -absl::Seconds(3)}),
              FailsWith(Reason::INVALID_VALUE, {"keep_duration is -3s", "at least 0"}));
  EXPECT_THAT(CheckRetention({.min_interval = absl::ZeroDuration()}),
              FailsWith(Reason::INVALID_VALUE, {"min_interval is 0", "at least 1ms"}));
}

}  // namespace
}  // namespace annals
