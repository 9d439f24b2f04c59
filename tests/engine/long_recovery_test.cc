// Logs that are long enough to be decoded ahead, on a thread of its own: what is there
// afterwards, and what is said of damage, is the same with one thread and with two.

#include "annals/log/keys.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/support/test_log.h"

namespace annals {
namespace {

constexpr uint64_t kLongLog = 1500;

// Made once: tests work on copies.
struct LongLog {
  MemoryDisk disk;
  std::map<uint64_t, State> states;

  LongLog() {
    const Manager manager = MustOpen(disk);
    EXPECT_THAT(manager->Execute(TableNamed("T")), IsOk());
    while (LatestOf(*manager).value < kLongLog) {
      const uint64_t version = LatestOf(*manager).value;
      const bool makes = version % 100 == 0;
      EXPECT_THAT(makes ? manager->Execute(TableNamed(absl::StrCat("T", version)))
                        : manager->Execute(Touch("T", static_cast<int64_t>(version))),
                  IsOk());
    }
    states = StatesOf(*manager);
  }
};

const LongLog& TheLog() {
  static const LongLog log;
  return log;
}

class LongRecoveryTest : public ::testing::TestWithParam<int> {
 protected:
  absl::StatusOr<Manager> Open() {
    auto log = disk_->Open();
    if (!log.ok()) return log.status();
    return CatalogManager::Open(*std::move(log), {.recovery_threads = GetParam()});
  }
  // Appends `payload` as a well-sealed record.
  void Forge(const std::string& payload) {
    const auto log = disk_->Open();
    ASSERT_THAT(log, IsOk());
    const UpdateLog::HeadInfo head = (*log)->Head();
    RecordWriter writer(head.store,
                        *PositionOf(head.store, head.version, *(*log)->ReadRecord(head.version)));
    const PendingRecord record = writer.Next(payload);
    ASSERT_EQ((*log)->Append({&record, 1}, head.version, absl::InfiniteFuture()).outcome,
              AppendResult::Outcome::kCommitted);
  }

  const std::unique_ptr<MemoryDisk> disk_ = TheLog().disk.Clone();
};

INSTANTIATE_TEST_SUITE_P(Threads, LongRecoveryTest, ::testing::Values(1, 2));

TEST_P(LongRecoveryTest, EveryVersionIsAsItWasMade) {
  const auto manager = Open();
  ASSERT_THAT(manager, IsOk());
  EXPECT_EQ((*manager)->GetStats().recovered_records, kLongLog);
  EXPECT_EQ(StatesOf(**manager), TheLog().states);
  EXPECT_THAT((*manager)->Execute(TableNamed("NEXT")), IsOk());
  EXPECT_EQ(LatestOf(**manager).value, kLongLog + 1);
}

TEST_P(LongRecoveryTest, WhatComesAfterASnapshotIsAsItWasMade) {
  {
    const auto manager = Open();
    ASSERT_THAT(manager, IsOk());
    ASSERT_THAT((*manager)->Snapshot({700}), Gives(true));
  }
  const auto manager = Open();
  ASSERT_THAT(manager, IsOk());
  auto expected = TheLog().states;
  expected.erase(expected.begin(), expected.find(700));
  EXPECT_EQ(StatesOf(**manager, 700), expected);
}

TEST_P(LongRecoveryTest, DamageIsRefusedByNameWhereverItIs) {
  for (const uint64_t version : {2u, 255u, 256u, 257u, 1200u, 1499u}) {
    const std::string key = UpdateKey({version});
    const std::string good = disk_->Get(key);
    std::string damaged = good;
    damaged[good.size() / 2] ^= 8;
    disk_->Put(key, damaged);
    EXPECT_THAT(Open().status(), FailsWith(Reason::DAMAGED, {key}));
    disk_->Delete(key);
    EXPECT_THAT(Open().status(), FailsWith(Reason::DAMAGED, {key}));
    disk_->Put(key, good);
  }
}

TEST_P(LongRecoveryTest, VersionThatCannotBeIsRefusedByName) {
  const State& head = TheLog().states.at(kLongLog);
  Forge(EncodeUpdate({.timestamp = head.timestamp.Next(),
                      .activation = head.activation.Next(),
                      .next_object_id = {100'000},
                      .entries = {DropObject{{99'999}}}}));
  EXPECT_THAT(Open().status(), FailsWith(Reason::DAMAGED, {"version 1501", "DropObject"}));
}

TEST_P(LongRecoveryTest, PayloadThatIsNoUpdateIsRefusedByName) {
  Forge(std::string(64, 'x'));
  EXPECT_THAT(Open().status(), FailsWith(Reason::DAMAGED, {"version 1501"}));
}

TEST_P(LongRecoveryTest, LogThatThrowsIsRefusedWithAReason) {
  auto log = disk_->Open();
  ASSERT_THAT(log, IsOk());
  Tap tap;
  tap.AfterSubscribe([] { throw std::runtime_error("no more room"); });
  EXPECT_THAT(CatalogManager::Open(std::make_unique<TappedLog>(*std::move(log), &tap),
                                   {.recovery_threads = GetParam()}),
              FailsWith(Reason::INTERNAL, {"no more room"}));
}

}  // namespace
}  // namespace annals
