// What happens when memory runs out, at each allocation there is: reading records and SQL,
// planning and applying leave nothing behind and change nothing; a command that fails so has
// not been executed, and nothing is thrown at who called. (I10, I11; T17)

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/annals.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/versioned_store.h"
#include "annals/snapshot/query.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/each_allocation.h"

namespace annals {
namespace {

using Result = absl::StatusOr<ExecuteResult>;

// What there is before: two tables, an index, two zones.
std::vector<CatalogCommand> Before() {
  return {TableNamed("T"), TableNamed("OLD"),
          CreateIndex{.name = "I", .table = "T", .columns = {"VAL"}, .collations = {{}}},
          CreateZone{.name = "Z", .storage_profiles = {"default"}}};
}

// A change of everything that can be changed.
std::vector<CatalogCommand> Change() {
  return {
      SchemaNamed("S"),
      CreateTable{.schema = "S",
                  .name = "A TABLE WITH A NAME THAT IS LONG ENOUGH",
                  .columns = {Int("ID"),
                              {.name = "TEXT",
                               .type = String(20),
                               .nullable = true,
                               .default_value = Constant("a default that is long enough")}},
                  .primary_key = HashPrimaryKey({"ID"})},
      CreateIndex{.schema = "S",
                  .name = "BY_TEXT",
                  .table = "A TABLE WITH A NAME THAT IS LONG ENOUGH",
                  .kind = IndexKind::kHash,
                  .columns = {"TEXT"}},
      AlterTableAddColumn{.table = "T", .columns = {NullableInt("MORE"), NullableInt("EVEN MORE")}},
      AlterTableDropColumn{.table = "T", .columns = {"MORE"}},
      AlterTableAlterColumn{.table = "T", .column = "VAL", .type = TypeId::kInt64},
      Touch("T", 7),
      RenameTable{.name = "T", .new_name = "RENAMED"},
      RenameIndex{.name = "I", .new_name = "J"},
      DropTable{.name = "OLD"},
      AlterZone{.name = "Z", .replicas = 3},
      RenameZone{.name = "Z", .new_name = "Y"},
      AlterZoneSetDefault{.name = "Y"}};
}

class AllocationTest : public ::testing::Test {
 protected:
  AllocationTest() {
    EXPECT_THAT(Apply(NewObject{BuildObject(SchemaFields{{0}, "PUBLIC"})}, base_), IsOk());
    base_.set_next_object_id({1});
    CatalogDraft draft = NewDraft();
    EXPECT_THAT(PlanBatch(Before(), base_, draft, Policy::kStrict), IsOk());
    std::move(draft).MergeInto(base_);
    state_ = StateDigest(base_);
  }

  CatalogDraft NewDraft() const { return {base_, {2}, kTime}; }
  void ExpectUnchanged() const { EXPECT_EQ(StateDigest(base_), state_); }

  // Of Change().
  VersionedUpdate Update() const {
    CatalogDraft draft = NewDraft();
    auto batch = PlanBatch(Change(), base_, draft, Policy::kStrict);
    EXPECT_THAT(batch, IsOk());
    return {.timestamp = kTime,
            .activation = kTime,
            .policy = Policy::kStrict,
            .next_object_id = draft.next_object_id(),
            .entries = std::move(batch->entries),
            .author = "somebody with a long name",
            .message = "a message that is long enough",
            .statement = "a statement that is long enough"};
  }

  static constexpr HybridTimestamp kTime{2000, 0};

  EmptyCatalog empty_;
  CatalogDraft base_{empty_, {1}, HybridTimestamp(1000, 0)};
  std::string state_;
};

TEST_F(AllocationTest, DecodingAnUpdateLeavesNothingBehind) {
  const VersionedUpdate update = Update();
  const std::string bytes = EncodeUpdate(update);
  EXPECT_GT(FailEachAllocation(
                [&] { EXPECT_EQ(DecodeUpdate(bytes)->entries.size(), update.entries.size()); }),
            10u);
  EXPECT_GT(FailEachAllocation([&] { EXPECT_EQ(EncodeUpdate(update), bytes); }), 3u);
}

// What a call plans on is what those before it in its group have planned.
TEST_F(AllocationTest, PlanningChangesNothingOfWhatItIsPlannedOn) {
  const std::vector<CatalogCommand> first = {SchemaNamed("FIRST"), Touch("T")};
  const std::vector<CatalogCommand> second = Change();
  std::string expected;
  const auto plan = [&] {
    CatalogDraft planned = NewDraft();
    auto batch = PlanBatch(first, base_, planned, Policy::kStrict);
    if (!batch.ok()) return;
    try {
      CatalogDraft draft(planned, {3}, kTime);
      PlanBatch(second, planned, draft, Policy::kStrict).IgnoreError();
    } catch (const std::bad_alloc&) {
    }
    const std::string state = StateDigest(planned) + CanonicalLines(planned);
    if (expected.empty()) expected = state;
    EXPECT_EQ(state, expected);
  };
  EXPECT_GT(FailEachAllocation(plan, [&] { ExpectUnchanged(); }), 100u);
}

TEST_F(AllocationTest, ApplyingChangesNothingOfWhatItIsAppliedTo) {
  const VersionedUpdate update = Update();
  const auto apply = [&] {
    CatalogDraft draft = NewDraft();
    EXPECT_TRUE(Apply(update, draft).ok());
  };
  EXPECT_GT(FailEachAllocation(apply, [&] { ExpectUnchanged(); }), 50u);
}

TEST_F(AllocationTest, ParsingSqlLeavesNothingBehind) {
  constexpr std::string_view kSql =
      "CREATE TABLE s.a_table_with_a_long_name (id INT, t VARCHAR(20) DEFAULT 'long enough, I "
      "hope',"
      "  PRIMARY KEY USING SORTED (id DESC NULLS LAST)) COLOCATE BY (id) ZONE z;"
      "BEGIN; ALTER TABLE a_table_with_a_long_name ADD COLUMN (x DECIMAL(10, 2), y UUID);"
      "CREATE UNIQUE INDEX an_index_with_a_long_name ON t (a, b DESC); COMMIT MESSAGE 'because it "
      "is so';"
      "CREATE ZONE z (REPLICAS 3, NODES FILTER '$..*') STORAGE PROFILES ['default', 'another one'];"
      "SHOW TABLES LIKE 'a%' AS OF VERSION 7";
  EXPECT_GT(FailEachAllocation([&] { EXPECT_EQ(ddl::Parse(kSql)->size(), 4u); }), 100u);
  EXPECT_GT(FailEachAllocation([&] {
              EXPECT_FALSE(ddl::Parse("CREATE TABLE \"a table with a long name\" (;").ok());
            }),
            10u);
}

// What an installation that fails has left is of no version.
TEST_F(AllocationTest, InstallingAVersionLeavesThoseBeforeItAlone) {
  const Delta first = base_.CopyDelta();
  CatalogDraft draft = NewDraft();
  ASSERT_THAT(Apply(Update(), draft), IsOk());
  const Delta second = draft.CopyDelta();
  const std::string state = StateDigest(draft);
  bool failed = true;
  for (uint64_t kth = 1; failed; ++kth) {
    SCOPED_TRACE(absl::StrCat("allocation ", kth));
    const auto store = VersionedStore::Create();
    store->Install(first, HybridTimestamp(1000, 0));
    const Catalog held = store->Latest();
    {
      const FailingAllocation failing(kth);
      try {
        store->Install(second, kTime);
      } catch (const std::bad_alloc&) {
      }
      failed = failing.happened();
    }
    EXPECT_EQ(StateDigest(held), state_);
    EXPECT_EQ(StateDigest(*store->At({1})), state_);
    if (store->latest() == CatalogVersion{1}) {
      EXPECT_TRUE(failed);
    } else {
      EXPECT_EQ(StateDigest(*store->At({2})), state);
    }
  }
}

// --- The engine, whose caller's thread does it all.

struct Attempt {
  Result result;
  bool failed = false;  // Whether it came to the allocation that was to fail.
};

// Executes Change() with its first, second, ... allocation failing in `attempt`, each time
// on another store, and tells how many there were.
uint64_t ExpectExecutedAsAWholeOrNotAtAll(
    const std::function<Attempt(CatalogManager& manager, uint64_t kth)>& attempt) {
  MemoryDisk sample;
  const Manager model = MustOpen(sample);
  EXPECT_THAT(model->Execute(Before()), IsOk());
  const std::string before = CanonicalLines(model->Latest());
  EXPECT_THAT(model->Execute(Change()), IsOk());
  const std::string after = CanonicalLines(model->Latest());
  const auto expect_whole = [&](const CatalogManager& manager, CatalogVersion version) {
    EXPECT_EQ(LatestOf(manager), version);
    EXPECT_EQ(CanonicalLines(manager.Latest()), version.value == 2 ? before : after);
  };

  const uint64_t allocations = ForEachAllocation([&](uint64_t kth) {
    MemoryDisk disk;
    Manager manager = MustOpen(disk);
    EXPECT_THAT(manager->Execute(Before()), IsOk());
    const Attempt tried = attempt(*manager, kth);
    const Result& result = tried.result;
    const bool logged = result.ok() || absl::StrContains(result.status().message(), "in the log");
    const bool unknown = ReasonOf(result.status()) == Reason::OUTCOME_UNKNOWN;
    if (!result.ok()) expect_whole(*manager, LatestOf(*manager));
    if (result.ok()) expect_whole(*manager, {3});
    manager = nullptr;
    manager = MustOpen(disk);
    expect_whole(*manager, unknown ? LatestOf(*manager) : CatalogVersion{logged ? 3u : 2u});
    EXPECT_THAT(manager->Execute(SchemaNamed("NEXT")), IsOk());
    return tried.failed;
  });
  ::testing::Test::RecordProperty("allocations", static_cast<int>(allocations));
  return allocations;
}

TEST(OutOfMemoryTest, ACommandIsExecutedAsAWholeOrNotAtAll) {
  const uint64_t allocations =
      ExpectExecutedAsAWholeOrNotAtAll([](CatalogManager& manager, uint64_t kth) {
        std::vector<CatalogCommand> commands = Change();
        const FailingAllocation failing(kth);
        Result result = SaidBy([&] { return manager.Execute(std::move(commands)); });
        return Attempt{std::move(result), failing.happened()};
      });
  EXPECT_GT(allocations, 200u);
}

TEST(OutOfMemoryTest, ACommandAloneThrowsNothingAtItsCaller) {
  MemoryDisk disk;
  const Manager manager = MustOpen(disk);
  const uint64_t allocations = ForEachAllocation([&](uint64_t kth) {
    CatalogCommand command = SchemaNamed(absl::StrCat("S", kth));
    const CatalogVersion before = LatestOf(*manager);
    const FailingAllocation failing(kth);
    const Result result = SaidBy([&] { return manager->Execute(std::move(command)); });
    const bool failed = failing.happened();
    EXPECT_EQ(result.ok(), LatestOf(*manager) > before) << result.status();
    return failed;
  });
  EXPECT_GT(allocations, 20u);
}

TEST(OutOfMemoryTest, AFollowerIsAddedOrRefused) {
  MemoryDisk disk;
  const Manager manager = MustOpen(disk);
  const auto add = [&](uint64_t kth) {
    Follower follower = [](const CatalogEvent& /*event*/) { return absl::OkStatus(); };
    const FailingAllocation failing(kth);
    auto added = SaidBy([&] { return manager->AddFollower(std::move(follower), {}); });
    return std::pair(std::move(added), failing.happened());
  };
  const uint64_t allocations = ForEachAllocation([&](uint64_t kth) {
    const auto [added, failed] = add(kth);
    EXPECT_EQ(manager->GetStats().followers.size(), added.ok() ? 1u : 0u) << added.status();
    if (added.ok()) manager->RemoveFollower(*added);
    return failed;
  });
  EXPECT_GE(allocations, 2u);
}

// A call that nobody waits for, and the one answer to it.
class AsyncAttempt {
 public:
  // `when_told` is on the thread that tells it.
  explicit AsyncAttempt(std::function<void()> when_told) : when_told_(std::move(when_told)) {}

  CatalogManager::ExecuteCallback Callback() {
    return [this](Result result) {
      when_told_();
      const std::lock_guard lock(mutex_);
      result_ = std::move(result);
      ++answers_;
      told_.notify_all();
    };
  }
  Result Take() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] { return answers_ > 0; });
    EXPECT_EQ(answers_, 1);
    return std::move(result_);
  }

 private:
  const std::function<void()> when_told_;
  std::mutex mutex_;
  std::condition_variable told_;
  int answers_ = 0;
  Result result_;
};

TEST(OutOfMemoryTest, ACallThatNobodyWaitsForIsAnsweredAlsoWhereItCannotBeTaken) {
  const uint64_t allocations =
      ExpectExecutedAsAWholeOrNotAtAll([](CatalogManager& manager, uint64_t kth) {
        AsyncAttempt attempt([] {});
        std::vector<CatalogCommand> commands = Change();
        CatalogManager::ExecuteCallback done = attempt.Callback();
        bool failed = false;
        {
          const FailingAllocation failing(kth);
          SaidBy([&] {
            manager.ExecuteAsync(std::move(commands), {}, std::move(done));
            return absl::OkStatus();
          }).IgnoreError();
          failed = failing.happened();
        }
        return Attempt{attempt.Take(), failed};
      });
  EXPECT_GE(allocations, 2u);
}

// The thread that executes such calls runs out of memory from the answer to one of them to
// the answer to the next.
TEST(OutOfMemoryTest, ACallThatNobodyWaitsForIsExecutedAsAWholeOrNotAtAll) {
  const uint64_t allocations =
      ExpectExecutedAsAWholeOrNotAtAll([](CatalogManager& manager, uint64_t kth) {
        std::optional<FailingAllocation> failing;
        bool failed = false;
        AsyncAttempt first([&] { failing.emplace(kth); });
        AsyncAttempt second([&] {
          failed = failing->happened();
          failing.reset();
        });
        manager.ExecuteAsync({SchemaNamed("PUBLIC", /*if_not_exists=*/true)}, {}, first.Callback());
        EXPECT_THAT(first.Take(), IsOk());
        manager.ExecuteAsync(Change(), {}, second.Callback());
        Result result = second.Take();
        return Attempt{std::move(result), failed};
      });
  EXPECT_GT(allocations, 200u);
}

// Four versions on a disk, of which the last is the one after Change().
std::map<uint64_t, State> MakeVersions(MemoryDisk& disk) {
  const Manager manager = MustOpen(disk);
  EXPECT_THAT(manager->Execute(Before(), {.author = "ann"}), IsOk());
  EXPECT_THAT(manager->Execute(Touch("T")), IsOk());
  EXPECT_THAT(manager->Execute(Change()), IsOk());
  return StatesOf(*manager);
}

TEST(OutOfMemoryTest, ASnapshotIsMadeOrNotAndLosesNothing) {
  MemoryDisk made;
  const std::map<uint64_t, State> states = MakeVersions(made);
  const std::map<uint64_t, State> tail(states.find(3), states.end());
  bool failed = true;
  uint64_t kth = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(absl::StrCat("allocation ", ++kth));
    const std::unique_ptr<MemoryDisk> disk = made.Clone();
    Manager manager = MustOpen(*disk);
    absl::StatusOr<bool> done;
    {
      const FailingAllocation failing(kth);
      done = SaidBy([&] { return manager->Snapshot({3}); });
      failed = failing.happened();
    }
    const bool is_there = manager->GetStats().store.earliest == CatalogVersion{3};
    if (done.ok()) {
      EXPECT_TRUE(*done && is_there);
    } else {
      EXPECT_EQ(ReasonOf(done.status()), Reason::INTERNAL) << done.status();
      EXPECT_FALSE(is_there);
    }
    EXPECT_EQ(StatesOf(*manager, is_there ? 3 : 1), is_there ? tail : states);
    // Another attempt works, as does the next version.
    EXPECT_THAT(manager->Snapshot({3}), Gives(!is_there));
    EXPECT_THAT(manager->Execute(SchemaNamed("NEXT")), IsOk());
    EXPECT_THAT(manager->At({2}), FailsWith(Reason::VERSION_TRUNCATED));
    manager = nullptr;
    manager = MustOpen(*disk);
    std::map<uint64_t, State> found = StatesOf(*manager, 3);
    EXPECT_EQ(found.erase(5), 1u);
    EXPECT_EQ(found, tail);
  }
  EXPECT_GT(kth, 20u);
  RecordProperty("allocations", static_cast<int>(kth - 1));
}

TEST(OutOfMemoryTest, AQueryIsAnsweredWholeOrNotAndLeavesNothingBehind) {
  MemoryDisk disk;
  MakeVersions(disk);
  const Manager manager = MustOpen(disk);
  EXPECT_THAT(manager->Snapshot({2}), Gives(true));
  uint64_t allocations = 0;
  for (const ViewInfo* const view : AllViews()) {
    SCOPED_TRACE(view->name);
    const auto expected = manager->Query(view->name);
    ASSERT_THAT(expected, IsOk());
    allocations += FailEachAllocation([&] {
      const auto rows = SaidBy([&] { return manager->Query(view->name); });
      if (rows.ok()) {
        EXPECT_EQ(rows->rows, expected->rows);
      } else {
        EXPECT_EQ(rows.status().code(), CodeOf(Reason::INTERNAL)) << rows.status();
      }
    });
  }
  // Errors are made of memory, too.
  allocations += FailEachAllocation([&] {
    EXPECT_FALSE(SaidBy([&] { return manager->Query("NO SUCH VIEW"); }).ok());
    EXPECT_FALSE(SaidBy([&] { return manager->Query("TABLES", CatalogVersion{1}); }).ok());
    EXPECT_FALSE(SaidBy([&] { return manager->Query("VERSIONS", CatalogVersion{9}); }).ok());
  });
  EXPECT_GT(allocations, 100u);
  RecordProperty("allocations", static_cast<int>(allocations));
}

TEST(OutOfMemoryTest, WhatWouldBeAppendedIsToldOrNotAndNothingIsChanged) {
  const Manager manager = OpenInMemory();
  ASSERT_THAT(manager->Execute(Before()), IsOk());
  const std::vector<CatalogCommand> commands = Change();
  const State before = StateOf(manager->Latest());
  // Callers make what they give.
  const uint64_t allocations = FailEachAllocation(
      [&] {
        std::vector<CatalogCommand> given = commands;
        SaidBy([&] { return manager->Explain(std::move(given)); }).status().IgnoreError();
      },
      [&] { EXPECT_EQ(StateOf(manager->Latest()), before); });
  EXPECT_GT(allocations, 100u);
  RecordProperty("allocations", static_cast<int>(allocations));
}

}  // namespace
}  // namespace annals
