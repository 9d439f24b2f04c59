// The disk is full at every step of a life, and a real one when it comes to that (T4; I1, I11).

#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"
#include "annals/tests/faults/small_disk.h"

namespace annals {
namespace {

TEST(DiskFullTest, IsToldAndLosesNothing) {
  uint64_t need = 0;
  {
    FaultDisk roomy;
    ASSERT_THAT(Live(roomy).ended, IsOk());
    need = roomy.used();
  }
  const uint64_t steps = Scaled(200);
  uint64_t full = 0;
  for (uint64_t step = 0; step < steps; ++step) {
    const uint64_t capacity = need * step / steps;
    SCOPED_TRACE(absl::StrCat("with room for ", capacity, " of ", need, " bytes"));
    FaultDisk disk;
    disk.SetCapacity(capacity);
    Life life = Live(disk);
    if (!life.ended.ok()) {
      ++full;
      EXPECT_THAT(ReasonOf(life.ended),
                  ::testing::AnyOf(Reason::DISK_FULL, Reason::OUTCOME_UNKNOWN))
          << life.ended;
      EXPECT_THAT(life.ended.message(), ::testing::HasSubstr("o space left"));
      if (ReasonOf(life.ended) == Reason::DISK_FULL) {
        life.promise.attempted = std::max<uint64_t>(life.promise.acknowledged, 1);
      }
      if (life.latest_afterwards.has_value()) {
        EXPECT_EQ(*life.latest_afterwards, life.promise.acknowledged) << "readers go on";
      }
    }
    disk.Heal();
    ExpectSound(disk, life.promise);
    if (HasFailure()) return;
  }
  RecordProperty("sizes", static_cast<int>(steps));
  RecordProperty("full", static_cast<int>(full));
  EXPECT_GT(full, steps / 2);
}

// A store on a tmpfs that commits fill, each with `message_bytes` of message.
class FullDisk {
 public:
  FullDisk(const SmallDisk& disk, uint64_t message_bytes)
      : disk_(disk),
        options_{.path = disk.path() + "/store"},
        message_(message_bytes, 'm'),
        manager_(MustOpen(options_)) {}

  bool is_open() const { return manager_ != nullptr; }
  uint64_t acknowledged() const { return states_.rbegin()->first; }

  // Until one of them fails, or there have been too many.
  void Fill() {
    Note(LatestOf(*manager_));
    for (int i = 0; i < 5'000; ++i) {
      const auto done = Commit(absl::StrCat("S", i));
      if (!done.ok()) return ExpectTold(done.status());
      Note(done->version);
    }
    ADD_FAILURE() << "the disk was never full; " << disk_.free_bytes() << " bytes are free";
  }

  void ExpectReadersGoOn() {
    EXPECT_EQ(StatesOf(*manager_), states_);
    EXPECT_THAT(manager_->ActiveAt(manager_->SafeTime()), IsOk());
    const auto schemas = manager_->Query("SCHEMAS");
    ASSERT_THAT(schemas, IsOk());
    EXPECT_EQ(schemas->rows.size(), acknowledged() + 1);  // Version 1 has two.
    EXPECT_THAT(manager_->Query("VERSIONS"), IsOk());
  }

  void ExpectWritingIsOver() {
    const auto done = Commit("MORE");
    ASSERT_FALSE(done.ok());
    ExpectTold(done.status());
    EXPECT_EQ(LatestOf(*manager_).value, acknowledged());
  }

  // It may be refused while there is no room.
  void OpenAgainWithoutRoom() {
    manager_ = nullptr;
    auto again = CatalogManager::Open(options_);
    if (!again.ok()) return ExpectTold(again.status());
    manager_ = *std::move(again);
    ExpectAllIsThere();
  }

  void ExpectAllIsThereWithRoom() {
    manager_ = nullptr;
    manager_ = MustOpen(options_);
    ASSERT_NE(manager_, nullptr);
    ExpectAllIsThere();
    const CatalogVersion latest = LatestOf(*manager_);
    for (const char* name : {"AFTER1", "AFTER2", "AFTER3"}) EXPECT_THAT(Commit(name), IsOk());
    EXPECT_THAT(manager_->Snapshot(latest), Gives(true));
    manager_ = nullptr;
    EXPECT_EQ(LatestOf(*MustOpen(options_)).value, latest.value + 3);
  }

 private:
  absl::StatusOr<ExecuteResult> Commit(std::string name) {
    return manager_->Execute(SchemaNamed(std::move(name)), {.message = message_});
  }
  void Note(CatalogVersion version) {
    states_.emplace(version.value, StateOf(*manager_->At(version)));
  }
  static void ExpectTold(const absl::Status& status) {
    EXPECT_THAT(ReasonOf(status), ::testing::AnyOf(Reason::DISK_FULL, Reason::OUTCOME_UNKNOWN));
    EXPECT_THAT(status.message(), ::testing::HasSubstr("o space left"));
  }
  // All that was told, and at most what was not.
  void ExpectAllIsThere() {
    std::map<uint64_t, State> found = StatesOf(*manager_);
    if (found.size() > states_.size()) found.erase(acknowledged() + 1);
    EXPECT_EQ(found, states_);
  }

  const SmallDisk& disk_;
  const OpenOptions options_;
  const std::string message_;
  Manager manager_;
  std::map<uint64_t, State> states_;  // Of versions that were told.
};

TEST(DiskFullTest, OfAFileSystemIsToldAndLosesNothing) {
  constexpr uint64_t kMebibyte = uint64_t{1} << 20;
  constexpr uint64_t kSize = 40 * kMebibyte;
  struct Filling {
    uint64_t room;
    uint64_t message_bytes;
  };
  // The first fills the log that is written ahead, the other one tables too.
  constexpr Filling kFillings[] = {{6 * kMebibyte, kMebibyte / 16},
                                   {20 * kMebibyte, kMebibyte / 4}};
  uint64_t versions = 0;
  for (const Filling& filling : kFillings) {
    SCOPED_TRACE(absl::StrCat("room for ", filling.room, " bytes"));
    const SmallDisk disk(kSize);
    if (!disk.refusal().empty()) GTEST_SKIP() << disk.refusal();
    disk.TakeRoom(kSize - filling.room);
    FullDisk full(disk, filling.message_bytes);
    ASSERT_TRUE(full.is_open());
    full.Fill();
    full.ExpectReadersGoOn();
    full.ExpectWritingIsOver();
    full.OpenAgainWithoutRoom();
    disk.GiveRoomBack();
    full.ExpectAllIsThereWithRoom();
    if (HasFailure()) return;
    versions += full.acknowledged();
  }
  RecordProperty("versions_on_a_full_tmpfs", static_cast<int>(versions));
}

}  // namespace
}  // namespace annals
