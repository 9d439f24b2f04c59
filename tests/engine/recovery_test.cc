// What was there before is there after: every kind of command, snapshots and tails,
// on a disk of memory and on a real one.

#include "annals/engine/sequencer.h"
#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;

// A store that is opened again and again, in whichever place.
class Place {
 public:
  virtual ~Place() = default;
  virtual Manager Open(const OpenOptions& options = {}) = 0;
};

class MemoryPlace final : public Place {
 public:
  Manager Open(const OpenOptions& options) override { return MustOpen(disk_, options); }

 private:
  MemoryDisk disk_;
};

class DirectoryPlace final : public Place {
 public:
  Manager Open(const OpenOptions& options) override {
    OpenOptions with_path = options;
    with_path.path = store_.path();
    return MustOpen(with_path);
  }

 private:
  TempStore store_;
};

class RecoveryTest : public ::testing::TestWithParam<bool> {
 protected:
  RecoveryTest() : place_(MakePlace(GetParam())) { Reopen(); }

  static std::unique_ptr<Place> MakePlace(bool on_disk) {
    if (on_disk) return std::make_unique<DirectoryPlace>();
    return std::make_unique<MemoryPlace>();
  }

  void Reopen() {
    manager_.reset();
    manager_ = place_->Open();
  }
  void Do(CatalogCommand command, Policy policy = Policy::kStrict) {
    const CatalogVersion head = LatestOf(*manager_);
    const auto done = manager_->Execute(std::move(command), {.policy = policy});
    ASSERT_THAT(done, IsOk());
    ASSERT_EQ(done->version, head.Next());
  }
  // Versions 2 to 6.
  void MakeSomeHistory() {
    Do(SchemaNamed("S"));
    Do(TableNamed("T"));
    Do(Touch("T", 1));
    Do(AlterTableAddColumn{.table = "T", .columns = {NullableInt("MORE")}});
    Do(DropSchema{.name = "S"});
  }

  const std::unique_ptr<Place> place_;
  Manager manager_;
};

INSTANTIATE_TEST_SUITE_P(Places, RecoveryTest, ::testing::Bool(),
                         [](const auto& place) { return place.param ? "OnDisk" : "InMemory"; });

TEST_P(RecoveryTest, AFreshStoreHasTheTwoSchemasAsVersionOne) {
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{1});
  EXPECT_TRUE(manager_->Latest().Schema("PUBLIC"));
  EXPECT_TRUE(manager_->Latest().Schema("SYSTEM"));
  EXPECT_EQ(manager_->Latest().next_object_id(), ObjectId{2});
  Reopen();
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{1});
}

TEST_P(RecoveryTest, EveryKindOfCommandIsTheSameVersionAfterReopening) {
  const std::vector<std::pair<CatalogCommand, Policy>> commands = {
      {SchemaNamed("S"), Policy::kStrict},
      {TableNamed("T"), Policy::kStrict},
      {CreateTable{.schema = "S",
                   .name = "U",
                   .columns = {Int("A"),
                               {.name = "B", .type = String(10), .default_value = Constant("x")},
                               {.name = "C", .type = Decimal(10, 2), .nullable = true},
                               {.name = "D", .type = Uuid(), .nullable = true}},
                   .primary_key = SortedPrimaryKey({"A", "B"}, {{}, {.descending = true}}),
                   .colocation_columns = std::vector<std::string>{"A"}},
       Policy::kStrict},
      {AlterTableAddColumn{.table = "T", .columns = {NullableInt("N1"), NullableInt("N2")}},
       Policy::kStrict},
      {AlterTableAlterColumn{.table = "T", .column = "N1", .type = TypeId::kInt64},
       Policy::kStrict},
      {AlterTableAlterColumn{.table = "T", .column = "N2", .default_value = Constant(3)},
       Policy::kStrict},
      {AlterTableRenameColumn{.table = "T", .column = "N2", .new_name = "N3"}, Policy::kRelaxed},
      {AlterTableDropColumn{.table = "T", .columns = {"N1"}}, Policy::kStrict},
      {AlterTableSetProperty{.table = "T", .stale_rows_fraction = 0.5}, Policy::kStrict},
      {CreateIndex{.name = "I", .table = "T", .columns = {"VAL"}, .collations = {{}}},
       Policy::kStrict},
      {StartBuildingIndex{{.name = "I"}}, Policy::kStrict},
      {MakeIndexAvailable{{.name = "I"}}, Policy::kStrict},
      {RenameIndex{.name = "I", .new_name = "J"}, Policy::kStrict},
      {DropIndex{.name = "J"}, Policy::kStrict},
      {RemoveIndex{{.name = "J"}}, Policy::kStrict},
      {RenameTable{.name = "T", .new_name = "T2"}, Policy::kStrict},
      {AlterTableDropPrimaryKey{.table = "T2"}, Policy::kRelaxed},
      {AlterTableAddPrimaryKey{.table = "T2", .primary_key = HashPrimaryKey({"VAL"})},
       Policy::kRelaxed},
      {DropTable{.name = "T2"}, Policy::kStrict},
      {DropSchema{.name = "S", .cascade = true}, Policy::kStrict},
      {CreateZone{.name = "Z", .filter = "$.a", .storage_profiles = {"x", "y"}}, Policy::kStrict},
      {AlterZone{.name = "Z", .replicas = 5}, Policy::kStrict},
      {AlterZoneSetDefault{.name = "Z"}, Policy::kStrict},
      {RenameZone{.name = "Z", .new_name = "Y"}, Policy::kStrict},
      {DropZone{.name = "Default"}, Policy::kStrict},
      {CreateSystemSchema{.name = "INFORMATION_SCHEMA"}, Policy::kStrict},
      {CreateSystemView{.name = "V", .columns = {Int("A")}, .kind = ViewKind::kNode},
       Policy::kStrict},
      {CreateSystemView{.name = "V", .columns = {Int("B")}, .kind = ViewKind::kCluster},
       Policy::kStrict},
  };
  for (const auto& [command, policy] : commands) {
    Do(command, policy);
    const auto before = StatesOf(*manager_);
    Reopen();
    ASSERT_EQ(StatesOf(*manager_), before) << "version " << LatestOf(*manager_).value;
  }
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{commands.size() + 1});
}

TEST_P(RecoveryTest, ASnapshotTakesThePlaceOfEverythingUpToItsVersion) {
  MakeSomeHistory();
  const auto before = StatesOf(*manager_);
  EXPECT_THAT(manager_->Snapshot({4}), Gives(true));
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    for (uint64_t version = 4; version <= 6; ++version) {
      EXPECT_EQ(StateOf(*manager_->At({version})), before.at(version)) << version;
    }
    for (uint64_t version = 0; version < 4; ++version) {
      EXPECT_THAT(manager_->At({version}), FailsWith(Reason::VERSION_TRUNCATED)) << version;
    }
    EXPECT_THAT(manager_->At({7}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
    const HybridTimestamp active = before.at(4).activation;
    EXPECT_EQ(manager_->ActiveAt(active)->version(), CatalogVersion{4});
    EXPECT_THAT(manager_->ActiveAt(HybridTimestamp::FromRaw(active.raw() - 1)),
                FailsWith(Reason::VERSION_TRUNCATED));
    EXPECT_EQ(manager_->GetStats().store.earliest, CatalogVersion{4});
  }
  EXPECT_EQ(manager_->GetStats().recovered_records, 2u);
  Do(TableNamed("AFTER"));
}

TEST_P(RecoveryTest, SnapshotsFollowOneAnotherUpToTheHead) {
  MakeSomeHistory();
  const auto before = StatesOf(*manager_);
  for (const uint64_t version : {2, 3, 6}) {
    EXPECT_THAT(manager_->Snapshot({version}), Gives(true)) << version;
    EXPECT_THAT(manager_->Snapshot({version}), Gives(false)) << version;
    EXPECT_THAT(manager_->Snapshot({version - 1}), Gives(false)) << version;
    Reopen();
    EXPECT_EQ(StateOf(manager_->Latest()), before.at(6));
    EXPECT_THAT(manager_->Snapshot({version}), Gives(false)) << version;
  }
  EXPECT_EQ(manager_->GetStats().recovered_records, 0u);
  Do(TableNamed("AFTER"));
  const auto after = StatesOf(*manager_, 6);
  Reopen();
  EXPECT_EQ(StatesOf(*manager_, 6), after);
}

TEST_P(RecoveryTest, NobodyWaitsForTheVersionOfASnapshotThatIsAllThereIs) {
  MakeSomeHistory();
  EXPECT_THAT(manager_->Snapshot({6}), Gives(true));
  Reopen();
  EXPECT_THAT(manager_->WaitForVersion({6}, absl::Now()), IsOk());
  EXPECT_THAT(manager_->WaitForVersion({7}, absl::Now()), FailsWith(Reason::DEADLINE_EXCEEDED));
}

TEST_P(RecoveryTest, ASnapshotOfTheHeadWorksWhileItIsTheOnlyVersionLeft) {
  MakeSomeHistory();
  EXPECT_THAT(manager_->Snapshot({6}), Gives(true));
  Do(Touch("T"));
  EXPECT_THAT(manager_->Snapshot({7}), Gives(true));
  const State before = StateOf(manager_->Latest());
  Reopen();
  EXPECT_EQ(StateOf(manager_->Latest()), before);
}

TEST_P(RecoveryTest, NothingIsSnapshottedThatIsNotThereOrNotNeeded) {
  EXPECT_THAT(manager_->Snapshot({1}), Gives(false));
  EXPECT_THAT(manager_->Snapshot({0}), Gives(false));
  EXPECT_THAT(manager_->Snapshot({2}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(manager_->Snapshot(kNever), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  MakeSomeHistory();
  EXPECT_THAT(manager_->Snapshot({3}), Gives(true));
  EXPECT_THAT(manager_->Snapshot({0}), Gives(false));
}

TEST_P(RecoveryTest, AHeldCatalogStaysAsItIsWhateverIsTruncatedOrClosed) {
  MakeSomeHistory();
  const auto before = StatesOf(*manager_);
  std::map<uint64_t, Catalog> held;
  for (uint64_t version = 1; version <= 6; ++version) {
    held.emplace(version, *manager_->At({version}));
  }
  EXPECT_THAT(manager_->Snapshot({6}), Gives(true));
  for (int i = 0; i < 20; ++i) Do(Touch("T", i));
  for (const auto& [version, catalog] : held) EXPECT_EQ(StateOf(catalog), before.at(version));
  manager_.reset();
  for (const auto& [version, catalog] : held) EXPECT_EQ(StateOf(catalog), before.at(version));
}

TEST_P(RecoveryTest, ARefusedBatchWritesNothing) {
  MakeSomeHistory();
  const auto before = StatesOf(*manager_);
  EXPECT_THAT(
      manager_->Execute(std::vector<CatalogCommand>{TableNamed("A"), SchemaNamed("B"),
                                                    Touch("T", 9), DropTable{.name = "NOT_THERE"}}),
      FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_EQ(StatesOf(*manager_), before);
  Reopen();
  EXPECT_EQ(StatesOf(*manager_), before);
}

TEST_P(RecoveryTest, ABatchIsOneVersionAndSaysWhatWasDone) {
  const auto done = manager_->Execute(std::vector<CatalogCommand>{
      SchemaNamed("S"), SchemaNamed("S", true), TableNamed("T"), TableNamed("T", true)});
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{2});
  EXPECT_THAT(done->applied, ElementsAre(true, false, true, false));
  EXPECT_EQ(done->activation, manager_->Latest().activation());
}

TEST_P(RecoveryTest, WhatHasNothingToDoMakesNoVersion) {
  Do(TableNamed("T"));
  const auto done = manager_->Execute(TableNamed("T", true));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, CatalogVersion{2});
  EXPECT_THAT(done->applied, ElementsAre(false));
  EXPECT_THAT(manager_->Execute(std::vector<CatalogCommand>{}), IsOk());
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{2});
}

TEST_P(RecoveryTest, ExplainSaysWhatExecuteWouldDoAndDoesNot) {
  const auto entries = manager_->Explain({SchemaNamed("S"), TableNamed("T")});
  ASSERT_THAT(entries, IsOk());
  EXPECT_GE(entries->size(), 3u);
  EXPECT_THAT(manager_->Explain({DropTable{.name = "T"}}), FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_EQ(LatestOf(*manager_), CatalogVersion{1});
}

TEST(Recovery, ASnapshotInManyChunksIsWhole) {
  MemoryDisk disk;
  std::map<uint64_t, State> before;
  {
    const Manager manager = MustOpen(disk);
    std::vector<CatalogCommand> tables;
    for (int i = 0; i < 3000; ++i) tables.emplace_back(TableNamed(absl::StrCat("TABLE_", i)));
    ASSERT_THAT(manager->Execute(tables), IsOk());
    ASSERT_THAT(manager->Execute(Touch("TABLE_7")), IsOk());
    ASSERT_THAT(manager->Snapshot({3}), Gives(true));
    before = StatesOf(*manager, 3);
  }
  EXPECT_GT(disk.Entries().size(), 5u);
  EXPECT_EQ(StatesOf(*MustOpen(disk), 3), before);
}

TEST(Recovery, ABackupIsAStoreOfItsOwn) {
  const TempStore store;
  const Manager manager = MustOpen({.path = store.path()});
  ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
  ASSERT_THAT(manager->Execute(TableNamed("U")), IsOk());
  ASSERT_THAT(manager->Snapshot({2}), Gives(true));
  ASSERT_THAT(manager->Backup(store.Beside("copy")), IsOk());
  const auto before = StatesOf(*manager, 2);
  ASSERT_THAT(manager->Execute(TableNamed("LATER")), IsOk());
  EXPECT_THAT(manager->Backup(store.Beside("copy")), FailsWith(Reason::BACKUP_EXISTS));
  const Manager copy = MustOpen({.path = store.Beside("copy")});
  EXPECT_EQ(StatesOf(*copy, 2), before);
  EXPECT_THAT(copy->Execute(TableNamed("OTHER")), IsOk());
}

TEST(Recovery, ABackupThatIsTakenWhileSnapshotsAreWrittenIsWhole) {
  const TempStore store;
  const Manager manager = MustOpen({.path = store.path()});
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    for (int i = 0; !stop; ++i) {
      ASSERT_THAT(manager->Execute(SchemaNamed(absl::StrCat("S", i))), IsOk());
      ASSERT_THAT(manager->Snapshot(LatestOf(*manager)), Gives(true));
    }
  });
  for (int i = 0; i < 20; ++i) {
    const std::string copy = store.Beside(absl::StrCat("copy", i));
    const CatalogVersion before = LatestOf(*manager);
    EXPECT_THAT(manager->Backup(copy), IsOk());
    const auto opened = CatalogManager::Open(OpenOptions{.path = copy});
    ASSERT_THAT(opened, IsOk());
    EXPECT_GE(LatestOf(**opened), before);
  }
  stop = true;
  busy.join();
}

TEST(Recovery, ThereIsNoOtherKindOfLog) {
  EXPECT_THAT(CatalogManager::Open(OpenOptions{.log = "etcd"}),
              FailsWith(Reason::INVALID_VALUE, {"etcd", "rocksdb", "memory"}));
}

// A snapshot may be of any version: what is before it takes no room.
TEST(Recovery, BeginsAtASnapshotOfAnyVersion) {
  const FakeClock clock;
  HybridClock hybrid(clock);
  ActiveVersions active(clock, hybrid);
  const auto store = VersionedStore::Create();
  Sequencer sequencer(store, hybrid, active);
  Snapshot snapshot;
  snapshot.image.version = {uint64_t{1} << 62};
  snapshot.image.timestamp = HybridTimestamp(FakeClock::kStartMs, 0);
  snapshot.image.activation = snapshot.image.timestamp;
  ASSERT_THAT(sequencer.Rebase(snapshot), IsOk());
  EXPECT_EQ(sequencer.head().version, snapshot.image.version);
  EXPECT_EQ(store->Latest().version(), snapshot.image.version);
}

}  // namespace
}  // namespace annals
