// Damaged stores, as the engine meets them: opening fails by name, and nothing of a
// version that is wrong is ever served.

#include "annals/log/keys.h"
#include "annals/snapshot/replay.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/support/test_log.h"

namespace annals {
namespace {

class DamageTest : public ::testing::Test {
 protected:
  // Versions 2 to 8, and, with `snapshot`, a snapshot of version 4.
  void MakeStore(bool snapshot) {
    const Manager manager = MustOpen(disk_);
    for (int i = 2; i <= 8; ++i) {
      ASSERT_THAT(manager->Execute(TableNamed(absl::StrCat("T", i))), IsOk());
    }
    states_ = StatesOf(*manager);
    if (snapshot) {
      ASSERT_THAT(manager->Snapshot({4}), Gives(true));
    }
  }
  absl::Status Open() {
    auto log = disk_.Open();
    if (!log.ok()) return log.status();
    return CatalogManager::Open(*std::move(log), {}).status();
  }
  // The versions that an inspector can still read.
  void ExpectReadable(uint64_t first, uint64_t last) {
    const auto log = disk_.Open();
    ASSERT_THAT(log, IsOk());
    for (uint64_t version = first; version <= last; ++version) {
      const auto store = ReplayUpTo(**log, {version});
      ASSERT_THAT(store, IsOk()) << version;
      EXPECT_EQ(StateOf((*store)->Latest()), states_.at(version));
    }
    EXPECT_THAT(ReplayUpTo(**log, {last + 1}), ::testing::Not(IsOk()));
  }
  // Appends `update` as a well-sealed record, whatever it says.
  void Forge(const VersionedUpdate& update) {
    const auto log = disk_.Open();
    ASSERT_THAT(log, IsOk());
    const UpdateLog::HeadInfo head = (*log)->Head();
    RecordWriter writer(head.store,
                        *PositionOf(head.store, head.version, *(*log)->ReadRecord(head.version)));
    const PendingRecord record = writer.Next(EncodeUpdate(update));
    ASSERT_EQ((*log)->Append({&record, 1}, head.version, absl::InfiniteFuture()).outcome,
              AppendResult::Outcome::kCommitted);
  }

  MemoryDisk disk_;
  std::map<uint64_t, State> states_;
};

TEST_F(DamageTest, ARecordThatIsDamagedOrMissingStopsTheOpening) {
  MakeStore(false);
  const std::string key = UpdateKey({6});
  const std::string good = disk_.Get(key);
  std::string damaged = good;
  damaged[good.size() / 2] ^= 8;
  disk_.Put(key, damaged);
  EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {key}));
  ExpectReadable(1, 5);
  disk_.Delete(key);
  EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {key}));
  ExpectReadable(1, 5);
  disk_.Put(key, good);
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(DamageTest, ASnapshotThatIsDamagedStopsTheOpening) {
  MakeStore(true);
  for (const auto& [key, value] : disk_.Entries()) {
    if (!key.starts_with("catalog.snapshot.0")) continue;
    std::string damaged = value;
    damaged[value.size() / 2] ^= 1;
    disk_.Put(key, damaged);
    EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {key}));
    disk_.Delete(key);
    EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {key}));
    disk_.Put(key, value);
  }
  EXPECT_THAT(Open(), IsOk());
  ExpectReadable(4, 8);
}

TEST_F(DamageTest, AForgedVersionIsRefusedByNameAndTheOthersStayReadable) {
  MakeStore(true);
  const State& head = states_.at(8);
  VersionedUpdate update{.timestamp = head.timestamp.Next(),
                         .activation = head.activation.Next(),
                         .next_object_id = {1000},
                         .entries = {DropObject{{999}}}};
  Forge(update);
  EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {"version 9", "entry 1", "DropObject"}));
  ExpectReadable(4, 8);
}

TEST_F(DamageTest, AForgedTimeIsRefusedByName) {
  MakeStore(true);
  const State& head = states_.at(8);
  VersionedUpdate update{
      .timestamp = head.timestamp, .activation = head.activation.Next(), .next_object_id = {1000}};
  Forge(update);
  EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {"version 9", "timestamp"}));
  ExpectReadable(4, 8);
}

TEST_F(DamageTest, TheCounterIsNotLowered) {
  MakeStore(false);
  const State& head = states_.at(8);
  VersionedUpdate update{.timestamp = head.timestamp.Next(),
                         .activation = head.activation.Next(),
                         .next_object_id = {3}};
  Forge(update);
  EXPECT_THAT(Open(), FailsWith(Reason::DAMAGED, {"version 9"}));
  ExpectReadable(1, 8);
}

TEST_F(DamageTest, AVersionWithoutEntriesIsOneAllTheSame) {
  MakeStore(false);
  const State& head = states_.at(8);
  VersionedUpdate update{.timestamp = head.timestamp.Next(),
                         .activation = head.activation.Next(),
                         .next_object_id = {1000}};
  Forge(update);
  const Manager manager = MustOpen(disk_);
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{9});
  const auto done = manager->Execute(TableNamed("AFTER"));
  ASSERT_THAT(done, IsOk());
  // Ids go on from the counter.
  EXPECT_EQ(manager->Latest().Table("PUBLIC", "AFTER")->id(), ObjectId{1000});
}

}  // namespace
}  // namespace annals
