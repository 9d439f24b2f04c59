#include "annals/cli/closest.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::cli {
namespace {

const std::vector<std::string_view>& Verbs() {
  static const std::vector<std::string_view> verbs{"log", "ls", "describe", "diff", "--oneline"};
  return verbs;
}

TEST(ClosestTest, DistanceCountsLettersAddedLostReplacedAndSwapped) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("log", "log"), 0u);
  EXPECT_EQ(EditDistance("log", "logs"), 1u);
  EXPECT_EQ(EditDistance("log", "lg"), 1u);
  EXPECT_EQ(EditDistance("log", "lag"), 1u);
  EXPECT_EQ(EditDistance("log", "lgo"), 1u);
  EXPECT_EQ(EditDistance("", "diff"), 4u);
  EXPECT_EQ(EditDistance("describe", "subscribe"), 3u);
}

TEST(ClosestTest, TheMostAlikeIsMeant) {
  EXPECT_EQ(Closest("lgo", Verbs()), "log");
  EXPECT_EQ(Closest("DIF", Verbs()), "diff");
  EXPECT_EQ(Closest("descirbe", Verbs()), "describe");
  EXPECT_EQ(Closest("--onelin", Verbs()), "--oneline");
}

TEST(ClosestTest, ASearchTellsWhatIsBetterThanAllBefore) {
  ClosestSearch search("orders");
  EXPECT_FALSE(search.Offer("sales"));
  EXPECT_TRUE(search.Offer("ORDRE"));
  EXPECT_FALSE(search.Offer("borderss"));
  EXPECT_TRUE(search.Offer("Orders"));
  EXPECT_FALSE(search.Offer("orders"));
}

TEST(ClosestTest, WhatIsLikeNoneMeansNone) {
  EXPECT_EQ(Closest("frobnicate", Verbs()), "");
  EXPECT_EQ(Closest("", Verbs()), "");
  EXPECT_EQ(Closest("log", {}), "");
  EXPECT_EQ(DidYouMean("frobnicate", Verbs()), "");
  EXPECT_EQ(DidYouMean("lgo", Verbs()), "; did you mean log?");
}

}  // namespace
}  // namespace annals::cli
