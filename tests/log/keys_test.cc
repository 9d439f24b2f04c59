#include "annals/log/keys.h"

#include <string>

#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

const std::string kAttempt(32, 'a');

bool Holds(const KeyRange& range, std::string_view key) {
  return range.begin <= key && key < range.end;
}

TEST(KeysTest, TheOrderOfKeysIsTheOrderOfVersions) {
  EXPECT_EQ(UpdateKey({42}), "catalog.update.00000000000000000042");
  EXPECT_EQ(UpdateKey(kNever), "catalog.update.18446744073709551615");
  EXPECT_LT(UpdateKey({9}), UpdateKey({10}));
  EXPECT_LT(UpdateKey({999'999'999'999}), UpdateKey({1'000'000'000'000}));
}

TEST(KeysTest, OnlyTheKeyOfAnUpdateHasAVersion) {
  EXPECT_EQ(VersionOfUpdateKey(UpdateKey({42})), CatalogVersion{42});
  EXPECT_EQ(VersionOfUpdateKey(UpdateKey(kNever)), kNever);
  for (std::string_view other :
       {"catalog.update.42", "catalog.update.0000000000000000004x", "catalog.version",
        "catalog.update.18446744073709551616", "catalog.update.+0000000000000000042",
        "catalog.update. 000000000000000004", ""}) {
    EXPECT_EQ(VersionOfUpdateKey(other), std::nullopt) << other;
  }
}

TEST(KeysTest, RangesOfRecordsEndAtTheVersion) {
  EXPECT_TRUE(Holds(UpdateKeysBelow({7}), UpdateKey({6})));
  EXPECT_FALSE(Holds(UpdateKeysBelow({7}), UpdateKey({7})));
  EXPECT_FALSE(Holds(UpdateKeysAbove({7}), UpdateKey({7})));
  EXPECT_TRUE(Holds(UpdateKeysAbove({7}), UpdateKey({8})));
  EXPECT_TRUE(Holds(UpdateKeysAbove({7}), UpdateKey(kNever)));
  EXPECT_TRUE(Holds(AllUpdateKeys(), UpdateKey({0})));
  EXPECT_FALSE(Holds(AllUpdateKeys(), kHeadKey));
}

TEST(KeysTest, RangesOfChunksSpareTheLiveAttempt) {
  const std::string live = ChunkKey({5}, kAttempt, 3);
  EXPECT_EQ(live, "catalog.snapshot.00000000000000000005." + kAttempt + ".000003");
  for (const KeyRange& range : {ChunkKeysBelow({5}), ChunkKeysAbove({5}),
                                ChunkKeysBefore({5}, kAttempt), ChunkKeysAfter({5}, kAttempt)}) {
    EXPECT_FALSE(Holds(range, live));
    EXPECT_FALSE(Holds(range, kSnapshotKey));
  }
  EXPECT_TRUE(Holds(ChunkKeysBelow({5}), ChunkKey({4}, kAttempt, 999'999)));
  EXPECT_TRUE(Holds(ChunkKeysAbove({5}), ChunkKey({6}, kAttempt, 0)));
  EXPECT_TRUE(Holds(ChunkKeysBefore({5}, kAttempt), ChunkKey({5}, std::string(32, '9'), 0)));
  EXPECT_TRUE(Holds(ChunkKeysAfter({5}, kAttempt), ChunkKey({5}, std::string(32, 'b'), 0)));
  EXPECT_FALSE(Holds(ChunkKeysAfter({5}, kAttempt), ChunkKey({6}, kAttempt, 0)));
}

TEST(KeysTest, AnAttemptIs32HexDigits) {
  EXPECT_TRUE(IsAttempt(kAttempt));
  EXPECT_TRUE(IsAttempt(CommitId::Random().ToString()));
  EXPECT_FALSE(IsAttempt(std::string(31, 'a')));
  EXPECT_FALSE(IsAttempt(std::string(32, 'A')));
  EXPECT_FALSE(IsAttempt(std::string(32, '.')));
}

TEST(KeysTest, AVersionIs20DigitsOrDamage) {
  EXPECT_EQ(VersionValue({42}), "00000000000000000042");
  EXPECT_THAT(ParseVersionValue(kHeadKey, VersionValue({42})), IsOk());
  for (std::string_view bad : {"", "42", "0000000000000000004\n", "99999999999999999999"}) {
    EXPECT_THAT(ParseVersionValue(kHeadKey, bad), FailsWith(Reason::DAMAGED, {"catalog.version"}))
        << bad;
  }
}

TEST(KeysTest, EveryFlippedBitOfTheProductIsDamage) {
  const StoreUuid store = StoreUuid::Random();
  const std::string good = ProductValue(store);
  EXPECT_EQ(*ParseProductValue(good), store);
  for (size_t i = 0; i < good.size() * 8; ++i) {
    std::string bad = good;
    bad[i / 8] ^= static_cast<char>(1 << i % 8);
    EXPECT_THAT(ParseProductValue(bad), FailsWith(Reason::DAMAGED, {"catalog.product"})) << i;
  }
}

}  // namespace
}  // namespace annals
