// What a check of everything finds, damage by damage.

#include "annals/snapshot/verify.h"

#include "annals/tests/snapshot/fixtures.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

auto Damage(const std::string& key, const std::string& what) {
  return AllOf(Field(&Finding::severity, Finding::Severity::kDamage), Field(&Finding::key, key),
               Field(&Finding::what, HasSubstr(what)));
}

// Versions 1 to 8, a schema each.
class VerifyTest : public ReplayTest {
 protected:
  VerifyTest() { MakeHistory(8); }

  Verification Check(const VerifyOptions& options = {}) {
    const auto log = disk_.Salvage();
    EXPECT_THAT(log, IsOk());
    return log.ok() ? Verify(**log, options) : Verification();
  }
  void Flip(const std::string& key, size_t from_the_end = 20) {
    std::string value = disk_.Get(key);
    value[value.size() - from_the_end] ^= 4;
    disk_.Put(key, value);
  }
  // The record of `version`, sealed again after `change`.
  void Reseal(uint64_t version, void (*change)(Envelope&)) {
    const std::string bytes = disk_.Get(UpdateKey({version}));
    const auto record = OpenRecord("", bytes);
    ASSERT_THAT(record, IsOk());
    Envelope envelope = record->envelope;
    change(envelope);
    disk_.Put(UpdateKey({version}), SealRecord(envelope, record->payload));
  }
  static std::string RangesOf(const Verification& seen) {
    std::string text;
    for (const auto& [first, last] : seen.records) {
      absl::StrAppend(&text, first.value, "-", last.value, " ");
    }
    return text;
  }
  Sha256Hash HashOf(uint64_t version) { return HashOfVersion(disk_.Get(UpdateKey({version}))); }
};

TEST_F(VerifyTest, NothingIsFoundInASoundLog) {
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, IsEmpty());
  EXPECT_FALSE(seen.damaged());
  EXPECT_EQ(RangesOf(seen), "1-8 ");
  EXPECT_EQ(seen.readable, CatalogVersion{8});
  EXPECT_EQ(seen.head_hash, HashOf(8));
  EXPECT_EQ(seen.checked_records, 8u);
}

TEST_F(VerifyTest, EveryDamagedRecordIsNamedAndTheOthersAreSound) {
  Flip(UpdateKey({3}));
  Flip(UpdateKey({6}));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings,
              ElementsAre(Damage(UpdateKey({3}), "checksum"), Damage(UpdateKey({6}), "checksum")));
  EXPECT_EQ(RangesOf(seen), "1-2 4-5 7-8 ");
  EXPECT_EQ(seen.readable, CatalogVersion{2});
}

TEST_F(VerifyTest, AGapIsOneFinding) {
  disk_.Delete(UpdateKey({4}));
  disk_.Delete(UpdateKey({5}));
  disk_.Delete(UpdateKey({7}));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(UpdateKey({4}), "versions 4 to 5 are missing"),
                                         Damage(UpdateKey({7}), "version 7 is missing")));
  EXPECT_EQ(RangesOf(seen), "1-3 6-6 8-8 ");
  EXPECT_EQ(seen.readable, CatalogVersion{3});
}

TEST_F(VerifyTest, AHeadBeyondAllRecordsKeepsNobodyBusy) {
  disk_.Put(std::string(kHeadKey), VersionValue({UINT64_MAX}));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(UpdateKey({9}),
                                                "versions 9 to 18446744073709551615 are missing")));
  EXPECT_EQ(seen.head_hash, std::nullopt);
  EXPECT_EQ(seen.readable, CatalogVersion{8});
}

TEST_F(VerifyTest, RecordsInEachOthersPlaceAreBothNamed) {
  const std::string fourth = disk_.Get(UpdateKey({4}));
  disk_.Put(UpdateKey({4}), disk_.Get(UpdateKey({6})));
  disk_.Put(UpdateKey({6}), fourth);
  EXPECT_THAT(Check().findings,
              ElementsAre(Damage(UpdateKey({4}), "version: expected 4, found 6"),
                          Damage(UpdateKey({6}), "version: expected 6, found 4")));
}

TEST_F(VerifyTest, ARecordOfAnotherStoreIsNamed) {
  Reseal(5, [](Envelope& envelope) { envelope.store.bytes[0] ^= 1; });
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(UpdateKey({5}), "store: expected ")));
  EXPECT_EQ(RangesOf(seen), "1-4 6-8 ");
}

TEST_F(VerifyTest, ABrokenLinkIsNamedThoughTheRecordIsWhole) {
  Reseal(5, [](Envelope& envelope) { envelope.previous.bytes[7] ^= 1; });
  const Verification seen = Check();
  // The hash of version 5 is another now, so the link of version 6 is broken too.
  EXPECT_THAT(seen.findings, ElementsAre(Damage(UpdateKey({5}), "hash of version 4: expected " +
                                                                    HashOf(4).ToString()),
                                         Damage(UpdateKey({6}), "hash of version 5")));
  EXPECT_EQ(seen.readable, CatalogVersion{4});
}

TEST_F(VerifyTest, ARecordOfALaterFormatIsNamed) {
  Reseal(8, [](Envelope& envelope) { envelope.required_features = 2; });
  const Verification seen = Check();
  EXPECT_THAT(seen.findings,
              ElementsAre(AllOf(Field(&Finding::severity, Finding::Severity::kNewer),
                                Field(&Finding::what, HasSubstr("needs annals >= ")))));
  EXPECT_FALSE(seen.damaged());
}

TEST_F(VerifyTest, AHeadBelowRecordsThatContinueItIsADamagedKey) {
  for (const uint64_t head : {0, 5}) {
    disk_.Put(std::string(kHeadKey), VersionValue({head}));
    const Verification seen = Check();
    EXPECT_THAT(seen.findings,
                ElementsAre(Damage(std::string(kHeadKey),
                                   absl::StrCat("expected version 8, found ", head))));
    EXPECT_EQ(seen.readable, CatalogVersion{8});
    EXPECT_EQ(seen.above, std::nullopt);
  }
}

TEST_F(VerifyTest, RecordsAboveTheHeadThatDoNotContinueItAreNamed) {
  disk_.Put(std::string(kHeadKey), VersionValue({5}));
  Flip(UpdateKey({6}));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings,
              ElementsAre(Damage(UpdateKey({6}), "versions 6 to 8 are above the head")));
  EXPECT_EQ(seen.readable, CatalogVersion{5});
}

TEST_F(VerifyTest, DamageOfTheKeysIsNamedAndTheRecordsAreReadAllTheSame) {
  disk_.Put(std::string(kHeadKey), "eight");
  Flip(std::string(kProductKey));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(std::string(kProductKey), "checksum"),
                                         Damage(std::string(kHeadKey), "20 digits")));
  EXPECT_EQ(seen.head.version, CatalogVersion{8});
  EXPECT_EQ(RangesOf(seen), "1-8 ");
  disk_.Delete(std::string(kHeadKey));
  disk_.Delete(std::string(kProductKey));
  EXPECT_THAT(Check().findings, ElementsAre(Damage(std::string(kProductKey), "is missing"),
                                            Damage(std::string(kHeadKey), "is missing")));
}

TEST_F(VerifyTest, KeysOfSomebodyElseAreAWarningAndReservedOnesAreNone) {
  disk_.Put("catalog.epoch", "1");
  disk_.Put("catalog.node.7", "x");
  disk_.Put("zebra", "x");
  const Verification seen = Check();
  EXPECT_FALSE(seen.damaged());
  ASSERT_THAT(seen.findings, SizeIs(1));
  EXPECT_EQ(seen.findings[0].key, "zebra");
  disk_.Put("catalog.update.12", "x");
  EXPECT_THAT(Check().findings[0], Damage("catalog.update.12", "no key of a record"));
}

TEST_F(VerifyTest, EveryDamagedChunkIsNamed) {
  ASSERT_THAT(WriteSnapshotOf(6, /*chunk_bytes=*/1), IsOk());
  EXPECT_THAT(Check().findings, IsEmpty());
  EXPECT_EQ(Check().checked_chunks, 6u);
  std::vector<std::string> chunks;
  for (const auto& [key, value] : disk_.Entries()) {
    if (ParseChunkKey(key)) chunks.push_back(key);
  }
  ASSERT_THAT(chunks, SizeIs(6));
  Flip(chunks[1]);
  disk_.Delete(chunks[4]);
  const Verification seen = Check();
  ASSERT_THAT(seen.findings, SizeIs(2));
  EXPECT_THAT(seen.findings[0].what, HasSubstr(chunks[1]));
  EXPECT_THAT(seen.findings[1].what, AllOf(HasSubstr(chunks[4]), HasSubstr("missing")));
  EXPECT_EQ(RangesOf(seen), "6-8 ");  // The root is whole, and tells who made the version.
  EXPECT_EQ(seen.readable, CatalogVersion{0});
}

TEST_F(VerifyTest, ASnapshotWhoseKeyIsLostIsStillOne) {
  ASSERT_THAT(WriteSnapshotOf(6), IsOk());
  disk_.Delete(std::string(kSnapshotKey));
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(std::string(kSnapshotKey), "is missing")));
  EXPECT_EQ(seen.readable, CatalogVersion{8});
}

TEST_F(VerifyTest, ARootThatIsDamagedOrMissingLeavesTheRecordsAboveIt) {
  ASSERT_THAT(WriteSnapshotOf(6), IsOk());
  const std::string root = disk_.Get(UpdateKey({6}));
  Flip(UpdateKey({6}));
  EXPECT_THAT(Check().findings, ElementsAre(Damage(UpdateKey({6}), "checksum")));
  EXPECT_EQ(RangesOf(Check()), "7-8 ");
  disk_.Delete(UpdateKey({6}));
  EXPECT_THAT(Check().findings[0], Damage(UpdateKey({6}), "missing"));
  EXPECT_EQ(RangesOf(Check()), "7-8 ");
  disk_.Put(UpdateKey({6}), root);
  disk_.Put(UpdateKey({5}), root);
  EXPECT_THAT(Check().findings, ElementsAre(Damage(UpdateKey({5}), "below the earliest")));
}

TEST_F(VerifyTest, ChunksThatNoRootListsAreLeftOverAndNoDamage) {
  disk_.Put(ChunkKey({7}, std::string(32, 'a'), 0), "anything");
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, IsEmpty());
  EXPECT_EQ(seen.leftover_chunks, 1u);
}

TEST_F(VerifyTest, AVersionThatCannotBeMadeIsNamedThoughItsRecordIsWhole) {
  AppendEntries({DropObject{{999}}});
  AppendEntries({});
  const Verification seen = Check();
  EXPECT_THAT(seen.findings, ElementsAre(Damage(UpdateKey({9}), "DropObject")));
  EXPECT_EQ(seen.readable, CatalogVersion{8});
  EXPECT_EQ(RangesOf(seen), "1-10 ");
}

TEST_F(VerifyTest, TimesThatDoNotRiseAreNamedAboveOtherDamageToo) {
  VersionedUpdate update = Update({});
  update.timestamp = HybridTimestamp(8000, 0);
  Append(update);
  Flip(UpdateKey({3}));
  EXPECT_THAT(Check().findings, ElementsAre(Damage(UpdateKey({3}), "checksum"),
                                            Damage(UpdateKey({9}), "are not after")));
}

TEST_F(VerifyTest, AnExpectedHashIsThatOfAnyVersion) {
  EXPECT_EQ(Check({.expected_head = HashOf(8)}).expected_at, CatalogVersion{8});
  const Verification earlier = Check({.expected_head = HashOf(5)});
  EXPECT_EQ(earlier.expected_at, CatalogVersion{5});
  EXPECT_FALSE(earlier.damaged());
  EXPECT_THAT(Check({.expected_head = Sha256Hash::Of("another")}).findings,
              ElementsAre(Damage("", "no version from 1 to 8 has the expected hash")));
}

TEST_F(VerifyTest, FromARecordOnOnlyWhatComesThenIsChecked) {
  Flip(UpdateKey({2}));
  const Verification seen = Check({.from = {6}});
  EXPECT_THAT(seen.findings, IsEmpty());
  EXPECT_EQ(RangesOf(seen), "6-8 ");
  EXPECT_EQ(seen.readable, std::nullopt);
  EXPECT_EQ(seen.checked_records, 3u);
  Reseal(6, [](Envelope& envelope) { envelope.previous.bytes[7] ^= 1; });
  EXPECT_THAT(Check({.from = {6}}).findings,
              ElementsAre(Damage(UpdateKey({6}), "hash of version 5"),
                          Damage(UpdateKey({7}), "hash of version 6")));
}

}  // namespace
}  // namespace annals
