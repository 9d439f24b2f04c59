#include "annals/engine/recent_changes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using Ids = std::vector<ObjectId>;

Delta DeltaOf(const Ids& ids) {
  Delta delta;
  for (ObjectId id : ids) delta.changes.push_back({id, ""});
  return delta;
}

TEST(RecentChanges, AreThoseOfAllVersionsOfTheRange) {
  RecentChanges recent;
  recent.Add({1}, DeltaOf({{1}, {2}}));
  recent.Add({2}, DeltaOf({}));
  recent.Add({3}, DeltaOf({{2}, {7}}));
  EXPECT_THAT(recent.Between({0}, {3}),
              Optional(ElementsAre(ObjectId{1}, ObjectId{2}, ObjectId{2}, ObjectId{7})));
  EXPECT_THAT(recent.Between({2}, {3}), Optional(ElementsAre(ObjectId{2}, ObjectId{7})));
  EXPECT_THAT(recent.Between({3}, {3}), Optional(ElementsAre()));
}

TEST(RecentChanges, AreNotKnownOfVersionsThatWereNeverSeen) {
  RecentChanges recent;
  EXPECT_EQ(recent.Between({0}, {1}), std::nullopt);
  recent.Add({1}, DeltaOf({{1}}));
  recent.Add({5}, DeltaOf({{1}}));  // After a jump.
  EXPECT_EQ(recent.Between({1}, {5}), std::nullopt);
  EXPECT_EQ(recent.Between({4}, {6}), std::nullopt);
  EXPECT_THAT(recent.Between({4}, {5}), Optional(ElementsAre(ObjectId{1})));
}

TEST(RecentChanges, OfOldVersionsAreForgotten) {
  RecentChanges recent;
  const uint64_t last = 3 * RecentChanges::kVersions + 5;
  for (uint64_t version = 1; version <= last; ++version) {
    recent.Add({version}, DeltaOf({{static_cast<uint32_t>(version)}}));
  }
  const uint64_t first = last - RecentChanges::kVersions;
  EXPECT_EQ(recent.Between({first}, {last})->size(), RecentChanges::kVersions);
  EXPECT_EQ(recent.Between({first - 1}, {last - 1}), std::nullopt);
  EXPECT_EQ(recent.Between({first - 1}, {last}), std::nullopt);
  EXPECT_EQ(recent.Between({0}, {last}), std::nullopt);
}

TEST(RecentChanges, OfAVeryLargeVersionAreNotRemembered) {
  RecentChanges recent;
  recent.Add({1}, DeltaOf(Ids(RecentChanges::kChanges)));
  recent.Add({2}, DeltaOf(Ids(RecentChanges::kChanges + 1)));
  EXPECT_TRUE(recent.Between({0}, {1}));
  EXPECT_FALSE(recent.Between({1}, {2}));
}

}  // namespace
}  // namespace annals
