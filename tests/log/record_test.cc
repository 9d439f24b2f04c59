#include "annals/log/record.h"

#include <xxhash.h>

#include <cstring>
#include <string>

#include "absl/strings/escaping.h"
#include "annals/tests/support/status_matchers.h"
#include "annals/tests/support/test_log.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::MatchesRegex;

constexpr std::string_view kKey = "catalog.update.00000000000000000007";

template <typename T>
T Filled(uint8_t first) {
  T value;
  for (uint8_t& byte : value.bytes) byte = first++;
  return value;
}

Envelope AnEnvelope() {
  return {.kind = RecordKind::kUpdate,
          .store = Filled<StoreUuid>(0x10),
          .version = {7},
          .epoch = 0x01020304,
          .previous = Filled<Sha256Hash>(0x20),
          .commit_id = {0x1122334455667788, 0x99aabbccddeeff00}};
}

std::string Resealed(void (*change)(Envelope&)) {
  Envelope envelope = AnEnvelope();
  change(envelope);
  return SealRecord(envelope, "payload");
}

TEST(RecordTest, OpeningGivesBackWhatWasSealed) {
  const std::string bytes = SealRecord(AnEnvelope(), "payload");
  ASSERT_EQ(bytes.size(), kEnvelopeSize + 7);
  const auto record = OpenRecord(kKey, bytes);
  ASSERT_THAT(record, IsOk());
  const Envelope& envelope = record->envelope;
  EXPECT_EQ(envelope.kind, RecordKind::kUpdate);
  EXPECT_EQ(envelope.store, AnEnvelope().store);
  EXPECT_EQ(envelope.version, CatalogVersion{7});
  EXPECT_EQ(envelope.epoch, 0x01020304u);
  EXPECT_EQ(envelope.previous, AnEnvelope().previous);
  EXPECT_EQ(envelope.payload_hash, Sha256Hash::Of("payload"));
  EXPECT_EQ(envelope.commit_id, AnEnvelope().commit_id);
  EXPECT_EQ(record->payload, "payload");
  EXPECT_EQ(record->bytes, bytes);
}

// The format of release 0.1. These bytes are for ever.
TEST(RecordTest, TheFirstFormatIsTheseBytes) {
  constexpr std::string_view kGolden =
      "414e5243010001900000000000000000101112131415161718191a1b1c1d1e1f070000000000000007000000"
      "04030201202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f1b735c37263528eb"
      "166bae049af74a14239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e588776655"
      "4433221100ffeeddccbbaa997061796c6f6164";
  EXPECT_EQ(absl::BytesToHexString(SealRecord(AnEnvelope(), "payload")), ToAbsl(kGolden));
}

TEST(RecordTest, AnEmptyPayloadIsARecordToo) {
  const std::string bytes = SealRecord(AnEnvelope(), "");
  ASSERT_THAT(VerifyRecord(kKey, bytes), IsOk());
  EXPECT_EQ(OpenRecord(kKey, bytes)->payload, "");
}

TEST(RecordTest, EveryFlippedBitIsDamage) {
  const std::string good = SealRecord(AnEnvelope(), "some payload of a record");
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] ^= static_cast<char>(1 << bit);
      ASSERT_THAT(OpenRecord(kKey, bad),
                  FailsWith(Reason::DAMAGED, {std::string(kKey), "expected"}))
          << i << "." << bit;
    }
  }
}

TEST(RecordTest, EveryCutAndEveryTailIsDamage) {
  const std::string good = SealRecord(AnEnvelope(), "some payload of a record");
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_THAT(OpenRecord(kKey, good.substr(0, size)), FailsWith(Reason::DAMAGED)) << size;
  }
  EXPECT_THAT(OpenRecord(kKey, good + '\0'), FailsWith(Reason::DAMAGED));
}

TEST(RecordTest, ZeroedMemoryIsNoRecord) {
  EXPECT_THAT(OpenRecord(kKey, std::string(200, '\0')),
              FailsWith(Reason::DAMAGED, {"magic", "expected", "found 0"}));
}

TEST(RecordTest, AFeatureThatThisReleaseDoesNotKnowIsNewerAndNotDamaged) {
  const std::string newer = Resealed([](Envelope& envelope) { envelope.required_features = 4; });
  EXPECT_THAT(OpenRecord(kKey, newer),
              FailsWith(Reason::NEWER_FORMAT, {std::string(kKey), "features 4", "annals >= "}));
}

TEST(RecordTest, AKindThatThisReleaseDoesNotKnowIsNewerAndNotDamaged) {
  const std::string newer = Resealed([](Envelope& envelope) { envelope.kind = RecordKind{9}; });
  EXPECT_THAT(OpenRecord(kKey, newer), FailsWith(Reason::NEWER_FORMAT, {"kind 9", "annals >= "}));
}

// The checksum as docs/format.md has it: XXH3-128 of all bytes, its own place zero,
// the low half first.
std::string WithChecksum(std::string bytes) {
  bytes.replace(80, 16, 16, '\0');
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  std::memcpy(bytes.data() + 80, &hash.low64, 8);
  std::memcpy(bytes.data() + 88, &hash.high64, 8);
  return bytes;
}

TEST(RecordTest, TheChecksumIsAsDocumented) {
  const std::string bytes = SealRecord(AnEnvelope(), "payload");
  EXPECT_EQ(WithChecksum(bytes), bytes);
}

TEST(RecordTest, OnlyVerifyingComputesThePayloadsHash) {
  std::string forged = SealRecord(AnEnvelope(), "payload");
  forged.replace(kEnvelopeSize, 7, "PAYLOAD");
  forged = WithChecksum(forged);
  EXPECT_THAT(OpenRecord(kKey, forged), IsOk());
  EXPECT_THAT(VerifyRecord(kKey, forged), FailsWith(Reason::DAMAGED, {"SHA-256", "payload"}));
}

TEST(RecordTest, AFormatThatThisReleaseDoesNotKnowIsNewerAndNotDamaged) {
  std::string newer = SealRecord(AnEnvelope(), "payload");
  newer[4] = 2;
  EXPECT_THAT(OpenRecord(kKey, newer), FailsWith(Reason::DAMAGED));
  EXPECT_THAT(OpenRecord(kKey, WithChecksum(newer)),
              FailsWith(Reason::NEWER_FORMAT, {std::string(kKey), "version 2", "annals >= "}));
}

TEST(RecordTest, TheHashOfAVersionCoversItsPayload) {
  const std::string one = SealRecord(AnEnvelope(), "one");
  const std::string two = SealRecord(AnEnvelope(), "two");
  EXPECT_EQ(HashOfVersion(one), Sha256Hash::Of(one.substr(0, kEnvelopeSize)));
  EXPECT_NE(HashOfVersion(one), HashOfVersion(two));
}

TEST(RecordTest, TheUpdateInARootIsFoundByItsHash) {
  const std::string update = SealRecord(AnEnvelope(), "what was done");
  const std::string other = Resealed([](Envelope& envelope) { envelope.commit_id.low = 1; });
  const LogPosition at{{7}, HashOfVersion(update)};
  const std::string bytes = SealRoot(AnEnvelope().store, at, CommitId::Random(), update);
  const auto found = UpdateInRoot(*OpenRecord(kKey, bytes));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->envelope.commit_id, AnEnvelope().commit_id);
  EXPECT_EQ(found->payload, "what was done");

  const std::string without = SealRoot(AnEnvelope().store, at, CommitId::Random(), other);
  EXPECT_FALSE(UpdateInRoot(*OpenRecord(kKey, without)).has_value());
}

TEST(RecordTest, Sha256IsTheOneEverybodyKnows) {
  EXPECT_EQ(Sha256Hash::Of("abc").ToString(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(RecordTest, RandomIdsDifferAndReadWell) {
  EXPECT_NE(StoreUuid::Random(), StoreUuid::Random());
  EXPECT_NE(CommitId::Random(), CommitId::Random());
  EXPECT_THAT(StoreUuid::Random().ToString(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ((CommitId{2, 1}).ToString(), "00000000000000010000000000000002");
}

}  // namespace
}  // namespace annals
