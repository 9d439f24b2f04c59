// What the sequencer does with versions that it was told to expect.

#include "annals/engine/sequencer.h"

#include "annals/catalog/object_builder.h"
#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

// A record of version 1 that makes a schema, and what it makes.
struct Made {
  std::string payload;
  LogRecord record;
  Replay::Step step;

  explicit Made(const std::string& schema) {
    const HybridTimestamp time(FakeClock::kStartMs, 0);
    payload = EncodeUpdate({.timestamp = time,
                            .activation = time,
                            .next_object_id = {1},
                            .entries = {NewObject{BuildObject(SchemaFields{{0}, schema})}}});
    record = {{1}, Sha256Hash::Of(payload), {}, payload};
    step = *Replay(VersionedStore::Create()).Next(record);
  }
};

class SequencerTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  HybridClock hybrid_{clock_};
  ActiveVersions active_{clock_, hybrid_};
  const std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
  Sequencer sequencer_{store_, hybrid_, active_};
};

TEST_F(SequencerTest, ExpectedRecordIsNotReadAgain) {
  Made ours("OURS");
  sequencer_.Expect({ours.step});
  ours.record.payload = "not to be read";
  ASSERT_THAT(sequencer_.OnRecord(ours.record), IsOk());
  EXPECT_TRUE(store_->Latest().Schema("OURS"));
  EXPECT_EQ(sequencer_.head().hash, ours.record.hash);
}

TEST_F(SequencerTest, RecordInPlaceOfTheExpectedOneIsTakenAsItIs) {
  const Made ours("OURS");
  const Made theirs("THEIRS");
  sequencer_.Expect({ours.step});
  ASSERT_THAT(sequencer_.OnRecord(theirs.record), IsOk());
  EXPECT_TRUE(store_->Latest().Schema("THEIRS"));
  EXPECT_FALSE(store_->Latest().Schema("OURS"));
  EXPECT_EQ(sequencer_.head().hash, theirs.record.hash);
}

}  // namespace
}  // namespace annals
