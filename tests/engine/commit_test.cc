// Accept: groups, the lead and its hand-over, replies that are held until what they
// rest on is durable, and appends that fail.

#include <functional>
#include <future>
#include <iostream>
#include <latch>
#include <set>
#include <stdexcept>

#include "annals/catalog/object_builder.h"
#include "annals/commands/plan.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/support/fault_file_system.h"
#include "rocksdb/env.h"

namespace annals {
namespace {

using Outcome = AppendResult::Outcome;
using Result = absl::StatusOr<ExecuteResult>;
using ::testing::Each;
using ::testing::Field;
using ::testing::Le;

// An append that waits until the test lets it go on.
class Gate {
 public:
  explicit Gate(Tap& tap) {
    tap.OnAppend([this](Tap::Records) -> std::optional<AppendResult> {
      std::unique_lock lock(mutex_);
      ++arrived_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return open_ > 0; });
      --open_;
      return std::exchange(instead_, std::nullopt);
    });
  }
  void WaitForArrival(int count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void LetPass(int appends = 1) {
    const std::lock_guard lock(mutex_);
    open_ += appends;
    changed_.notify_all();
  }
  void Fail(AppendResult result) {
    const std::lock_guard lock(mutex_);
    instead_ = std::move(result);
    ++open_;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  int open_ = 0;
  std::optional<AppendResult> instead_;
};

std::future<Result> Async(CatalogManager& manager, const CatalogCommand& command,
                          const ExecuteOptions& options = {}) {
  return std::async(std::launch::async,
                    [&manager, command, options] { return manager.Execute(command, options); });
}

// Returns once `length` calls have queued, the one that is under way among them.
void WaitForQueue(const CatalogManager& manager, uint64_t length) {
  EXPECT_TRUE(Eventually([&] { return manager.GetStats().calls_in_queue == length; }));
}

// How many of `calls` succeeded; all others have to fail with `reason`.
int Winners(std::vector<std::future<Result>>& calls, Reason reason) {
  int won = 0;
  for (auto& call : calls) {
    const Result result = call.get();
    won += result.ok() ? 1 : 0;
    if (!result.ok()) {
      EXPECT_THAT(result, FailsWith(reason));
    }
  }
  return won;
}

bool IsReady(const std::future<Result>& future) {
  return future.wait_for(std::chrono::milliseconds(30)) == std::future_status::ready;
}

AppendResult DiskFull() {
  return {Outcome::kRefused, {}, MakeError(Reason::DISK_FULL, "no space is left")};
}

// Sixteen threads, each of which makes versions; every version has one winner.
void CommitFromManyThreads(CatalogManager& manager, int threads, int commits) {
  std::vector<std::vector<uint64_t>> won(static_cast<size_t>(threads));
  std::latch start(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      start.arrive_and_wait();
      uint64_t last = 0;
      for (int i = 0; i < commits; ++i) {
        const std::string name = absl::StrCat("T_", t, "_", i);
        const auto done = manager.Execute(TableNamed(name));
        ASSERT_THAT(done, IsOk());
        // I8: what was acknowledged can be seen, under its number and from then on.
        const auto at = manager.At(done->version);
        ASSERT_THAT(at, IsOk());
        EXPECT_TRUE(at->Table("PUBLIC", name));
        EXPECT_FALSE(manager.At(done->version.Previous())->Table("PUBLIC", name));
        EXPECT_GE(LatestOf(manager), done->version);
        EXPECT_GE(manager.SafeTime(), done->activation);
        EXPECT_GE(manager.ActiveAt(manager.SafeTime())->version(), done->version);
        EXPECT_GT(done->version.value, last);
        last = done->version.value;
        won[static_cast<size_t>(t)].push_back(last);
        // A refusal and a no-op rest on versions that can be seen as well.
        EXPECT_THAT(manager.Execute(TableNamed(name)), FailsWith(Reason::TABLE_EXISTS));
        EXPECT_THAT(manager.Execute(TableNamed(name, true)), IsOk());
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  std::set<uint64_t> all;
  for (const auto& versions : won) all.insert(versions.begin(), versions.end());
  const auto count = static_cast<size_t>(threads) * static_cast<size_t>(commits);
  ASSERT_EQ(all.size(), count);
  EXPECT_EQ(*all.begin(), 2u);
  EXPECT_EQ(*all.rbegin(), count + 1);
}

TEST(Commit, SixteenThreadsMakeEachVersionOnce) {
  const Manager manager = OpenInMemory();
  CommitFromManyThreads(*manager, 16, 40);
}

TEST(Commit, SixteenThreadsMakeEachVersionOnceOnRocksDb) {
  const TempStore store;
  std::map<uint64_t, State> before;
  {
    const Manager manager = MustOpen({.path = store.path()});
    CommitFromManyThreads(*manager, 16, 10);
    before = StatesOf(*manager);
  }
  EXPECT_EQ(StatesOf(*MustOpen({.path = store.path()})), before);
}

TEST(Commit, WhoCommitsAtOnceSharesSyncs) {
  const TempStore store;
  Tap tap;
  const Manager manager =
      MustOpen(std::make_unique<TappedLog>(*OpenRocksDbLog({.path = store.path()}), &tap));
  CommitFromManyThreads(*manager, 16, 10);
  size_t records = 0;
  for (const Tap::Batch& batch : tap.batches()) records += batch.records;
  std::cout << records << " records in " << tap.batches().size() << " appends\n";
  EXPECT_EQ(records, 161u);
  EXPECT_LT(tap.batches().size(), records / 2);
}

TEST(Commit, ALoneCallerAppendsOneRecordACall) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(manager->Execute(TableNamed(absl::StrCat("T", i))), IsOk());
  }
  EXPECT_EQ(tap.batches().size(), 4u);
  EXPECT_THAT(tap.batches(), Each(Field(&Tap::Batch::records, 1u)));
}

TEST(Commit, WhoComesWhileAnAppendIsUnderWaySharesTheNextOne) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  std::vector<std::future<Result>> others;
  for (int i = 0; i < 10; ++i) others.push_back(Async(*manager, TableNamed(absl::StrCat("T", i))));
  WaitForQueue(*manager, 11);
  gate.LetPass(100);
  EXPECT_THAT(first.get(), IsOk());
  std::set<uint64_t> versions;
  for (auto& other : others) {
    const Result done = other.get();
    ASSERT_THAT(done, IsOk());
    versions.insert(done->version.value);
  }
  EXPECT_EQ(versions.size(), 10u);
  EXPECT_EQ(tap.batches().size(), 3u);
  EXPECT_EQ(tap.batches().back().records, 10u);
}

TEST(Commit, AGroupHasAtMost64RecordsAndThoseLeftOverComeNext) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  std::atomic<int> done{0};
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  for (int i = 0; i < 150; ++i) {
    manager->ExecuteAsync({TableNamed(absl::StrCat("T", i))}, {}, [&](const Result& result) {
      EXPECT_THAT(result, IsOk());
      ++done;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  gate.LetPass(1000);
  EXPECT_TRUE(Eventually([&] { return done == 150; }));
  EXPECT_THAT(tap.batches(), Each(Field(&Tap::Batch::records, Le(64u))));
  EXPECT_LE(tap.batches().size(), 6u);
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{152});
}

TEST(Commit, AGroupHasAtMostOneMebibyteUnlessASingleRecordIsLarger) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  std::atomic<int> done{0};
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  for (int i = 0; i < 12; ++i) {
    const size_t size = i == 5 ? size_t{3} << 20 : size_t{300} << 10;
    manager->ExecuteAsync({TableNamed(absl::StrCat("T", i))}, {.message = std::string(size, 'm')},
                          [&](const Result& result) {
                            EXPECT_THAT(result, IsOk());
                            ++done;
                          });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  gate.LetPass(1000);
  EXPECT_TRUE(Eventually([&] { return done == 12; }));
  size_t records = 0;
  for (const Tap::Batch& batch : tap.batches()) {
    records += batch.records;
    EXPECT_TRUE(batch.bytes <= size_t{1} << 20 || batch.records == 1)
        << batch.records << " records of " << batch.bytes << " bytes";
  }
  EXPECT_EQ(records, 14u);
}

TEST(Commit, AGroupHasNoMoreRecordsThanTheLogTakes) {
  SimulatedCluster cluster;
  cluster.SetLimits(1 << 20, 3);
  const Manager manager = MustOpen(cluster.Connect());
  std::atomic<int> done{0};
  for (int i = 0; i < 20; ++i) {
    manager->ExecuteAsync({TableNamed(absl::StrCat("T", i))}, {}, [&](const Result& result) {
      EXPECT_THAT(result, IsOk());
      ++done;
    });
  }
  EXPECT_TRUE(Eventually([&] { return done == 20; }));
}

TEST(Commit, ARecordThatIsTooLargeIsRefusedAndHurtsNobodyElse) {
  SimulatedCluster cluster;
  cluster.SetLimits(20'000, 64);
  const Manager manager = MustOpen(cluster.Connect());
  std::vector<std::future<Result>> good;
  for (int i = 0; i < 8; ++i) good.push_back(Async(*manager, TableNamed(absl::StrCat("T", i))));
  EXPECT_THAT(manager->Execute(TableNamed("BIG"), {.message = std::string(30'000, 'm')}),
              FailsWith(Reason::RECORD_TOO_LARGE, {"20000"}));
  for (auto& one : good) EXPECT_THAT(one.get(), IsOk());
}

TEST(Commit, RefusalsAndNoOpsAreHeldUntilWhatTheyRestOnIsDurable) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  auto creator = Async(*manager, TableNamed("T"));
  WaitForQueue(*manager, 2);
  auto refused = Async(*manager, TableNamed("T"));
  auto nothing = Async(*manager, TableNamed("T", true));
  WaitForQueue(*manager, 4);
  gate.LetPass();
  EXPECT_THAT(first.get(), IsOk());
  gate.WaitForArrival(2);
  // All three share the second append, which is not done.
  EXPECT_FALSE(IsReady(creator));
  EXPECT_FALSE(IsReady(refused));
  EXPECT_FALSE(IsReady(nothing));
  gate.LetPass();
  EXPECT_THAT(creator.get(), IsOk());
  EXPECT_THAT(refused.get(), FailsWith(Reason::TABLE_EXISTS));
  const Result same = nothing.get();
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(same->version, CatalogVersion{3});
}

TEST(Commit, WhatRestsOnAnAppendThatFailedFailsToo) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  // In the queue in this order: a refusal on what is durable, a record, a refusal on it.
  auto early = Async(*manager, DropTable{.name = "NOT_THERE"});
  WaitForQueue(*manager, 2);
  auto creator = Async(*manager, TableNamed("T"));
  WaitForQueue(*manager, 3);
  auto late = Async(*manager, TableNamed("T"));
  WaitForQueue(*manager, 4);
  gate.LetPass();
  EXPECT_THAT(first.get(), IsOk());
  gate.WaitForArrival(2);
  gate.Fail(DiskFull());
  EXPECT_THAT(early.get(), FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_THAT(creator.get(), FailsWith(Reason::DISK_FULL));
  EXPECT_THAT(late.get(), FailsWith(Reason::DISK_FULL));
  EXPECT_FALSE(manager->Latest().Table("PUBLIC", "T"));
  gate.LetPass();
  EXPECT_THAT(manager->Execute(TableNamed("T")), IsOk());
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{3});
}

TEST(Commit, ExpectedVersionIsComparedWithWhatIsPlannedBefore) {
  const Manager manager = OpenInMemory();
  EXPECT_THAT(manager->Execute(TableNamed("T"), {.expected_version = CatalogVersion{7}}),
              FailsWith(Reason::VERSION_CONFLICT, {"1", "7"}));
  EXPECT_THAT(manager->Execute(TableNamed("T"), {.expected_version = CatalogVersion{1}}), IsOk());
  EXPECT_THAT(manager->Execute(Touch("T"), {.expected_version = CatalogVersion{1}}),
              FailsWith(Reason::VERSION_CONFLICT));
  // Of 16 who expect the same version one wins.
  std::vector<std::future<Result>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(Async(*manager, Touch("T", i), {.expected_version = CatalogVersion{2}}));
  }
  EXPECT_EQ(Winners(calls, Reason::VERSION_CONFLICT), 1);
}

TEST(Commit, OfManyWhoCreateTheSameTableOneDoes) {
  const Manager manager = OpenInMemory();
  std::vector<std::future<Result>> calls;
  for (int i = 0; i < 16; ++i) calls.push_back(Async(*manager, TableNamed("T")));
  EXPECT_EQ(Winners(calls, Reason::TABLE_EXISTS), 1);
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{2});
}

TEST(Commit, ADeadlineThatHasPassedWritesNothing) {
  const Manager manager = OpenInMemory();
  for (const absl::Time deadline : {absl::InfinitePast(), absl::Now() - absl::Seconds(1)}) {
    EXPECT_THAT(manager->Execute(TableNamed("T"), {.deadline = deadline}),
                FailsWith(Reason::DEADLINE_EXCEEDED, {"nothing was written"}));
  }
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{1});
  // Infinity is not the only time far ahead.
  EXPECT_THAT(manager->Execute(TableNamed("T"), {.deadline = absl::FromUnixSeconds(1ll << 50)}),
              IsOk());
}

TEST(Commit, ADeadlineEndsTheWaitingInTheQueue) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  EXPECT_THAT(manager->Execute(TableNamed("T"), {.deadline = absl::Now() + absl::Milliseconds(30)}),
              FailsWith(Reason::DEADLINE_EXCEEDED, {"nothing was written"}));
  auto patient = Async(*manager, TableNamed("U"));
  gate.LetPass(2);
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(patient.get(), IsOk());
  EXPECT_FALSE(manager->Latest().Table("PUBLIC", "T"));
}

// A command of somebody else's may do anything.
struct Throwing {
  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& /*context*/) const {
    throw std::runtime_error("bang");
  }
};

TEST(Commit, ACommandThatThrowsFailsAlone) {
  const Manager manager = OpenInMemory();
  std::vector<std::future<Result>> good;
  for (int i = 0; i < 8; ++i) good.push_back(Async(*manager, TableNamed(absl::StrCat("T", i))));
  EXPECT_THAT(manager->Execute(Throwing()), FailsWith(Reason::INTERNAL, {"bang"}));
  EXPECT_THAT(manager->Explain({Throwing()}, {}), FailsWith(Reason::INTERNAL, {"bang"}));
  for (auto& one : good) EXPECT_THAT(one.get(), IsOk());
  EXPECT_THAT(manager->Execute(TableNamed("AFTER")), IsOk());
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{10});
}

TEST(Commit, ALogThatThrowsFailsItsCallersAndHoldsUpNobodyElse) {
  Tap tap;
  const Manager manager = OpenTapped(&tap);
  Gate gate(tap);
  auto first = Async(*manager, TableNamed("FIRST"));
  gate.WaitForArrival();
  auto waiting = Async(*manager, TableNamed("T"));
  WaitForQueue(*manager, 2);
  tap.OnAppend([](Tap::Records) -> std::optional<AppendResult> { throw std::bad_alloc(); });
  gate.LetPass();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(waiting.get(), FailsWith(Reason::OUTCOME_UNKNOWN, {"the log threw"}));
  tap.OnAppend([](Tap::Records) -> std::optional<AppendResult> { throw 7; });
  EXPECT_THAT(manager->Execute(TableNamed("T")), FailsWith(Reason::OUTCOME_UNKNOWN));
  tap.OnAppend(nullptr);
  EXPECT_THAT(manager->Execute(TableNamed("T")), IsOk());
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{3});
}

// A command of a host's own, which plans what it likes.
struct Planning {
  std::function<UpdateEntries(PlanContext&)> plan;
  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const { return plan(context); }
};

TEST(Commit, WhatIsNoObjectIsRefusedInTheNameOfItsCommand) {
  const Manager manager = OpenInMemory();
  for (const UpdateEntry& entry : {UpdateEntry(NewObject{"no object"}), UpdateEntry(NewObject{""}),
                                   UpdateEntry(ReplaceObject{""})}) {
    const Planning planning{[&](PlanContext&) -> UpdateEntries { return {entry}; }};
    const auto refused = manager->Execute(std::vector<CatalogCommand>{SchemaNamed("S"), planning});
    EXPECT_THAT(refused,
                FailsWith(Reason::INTERNAL, {std::string(EntryName(entry)), "does not fit"}));
    EXPECT_EQ(CommandIndexOf(refused.status()), 1u);
  }
  EXPECT_FALSE(manager->Latest().Schema("S"));
}

TEST(Commit, APlanThatCouldNotBeReplayedIsNotWritten) {
  const Planning id_not_taken{[](PlanContext&) -> UpdateEntries {
    return {NewObject{BuildObject(SchemaFields{ObjectId{1000}, "S"})}};
  }};
  const Planning key_index_not_made{[](PlanContext& context) -> UpdateEntries {
    const CatalogView& catalog = context.catalog();
    TableFields table;
    table.id = context.NewId();
    table.name = "U";
    table.schema = catalog.Schema("PUBLIC")->id();
    table.zone = catalog.default_zone_id();
    Column id;
    id.name = "ID";
    id.type = TypeId::kInt32;
    table.columns = {id};
    table.primary_key = {{0}};
    table.colocation = {{0}};
    table.key_index = context.NewId();
    table.storage_profile = "default";
    return {NewObject{BuildObject(table)}};
  }};
  MemoryDisk disk;
  {
    const Manager manager = MustOpen(disk);
    ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
    EXPECT_THAT(manager->Execute(id_not_taken),
                FailsWith(Reason::INTERNAL, {"new object 1000", "nothing was written"}));
    EXPECT_THAT(manager->Execute(key_index_not_made),
                FailsWith(Reason::INTERNAL, {"key index", "nothing was written"}));
    EXPECT_EQ(LatestOf(*manager), CatalogVersion{2});
    EXPECT_THAT(manager->Execute(SchemaNamed("AFTER")), IsOk());
  }
  EXPECT_EQ(LatestOf(*MustOpen(disk)), CatalogVersion{3});
}

TEST(Commit, LimitsAreRefusedBeforeAnythingIsWritten) {
  const Manager manager = OpenInMemory();
  EXPECT_THAT(manager->Execute(std::vector<CatalogCommand>{SchemaNamed("A"), SchemaNamed("B")},
                               {.max_entries = 1}),
              FailsWith(Reason::TOO_MANY_ENTRIES));
  EXPECT_THAT(manager->Execute(SchemaNamed("A"), {.delay = absl::Seconds(-1)}),
              FailsWith(Reason::INVALID_VALUE));
  EXPECT_THAT(manager->Execute(SchemaNamed("A"), {.delay = absl::InfiniteDuration()}),
              FailsWith(Reason::INVALID_VALUE));
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{1});
}

// A write-ahead log that fails: nobody knows whether the record is in it.
class UnknownOutcomeTest : public ::testing::TestWithParam<bool> {
 protected:
  UnknownOutcomeTest()
      : memory_(rocksdb::NewMemEnv(rocksdb::Env::Default())),
        files_(std::make_shared<FaultFileSystem>(memory_->GetFileSystem())),
        env_(rocksdb::NewCompositeEnv(files_)) {}

  std::unique_ptr<UpdateLog> OpenLog() {
    return *OpenRocksDbLog({.path = "/store", .env = env_.get()});
  }

  const std::unique_ptr<rocksdb::Env> memory_;
  const std::shared_ptr<FaultFileSystem> files_;
  const std::unique_ptr<rocksdb::Env> env_;
};

INSTANTIATE_TEST_SUITE_P(Syncs, UnknownOutcomeTest, ::testing::Bool(),
                         [](const auto& done) { return done.param ? "Done" : "NotDone"; });

TEST_P(UnknownOutcomeTest, ALocalLogIsPoisonedAndReopeningDecides) {
  FakeClock clock;
  Manager manager = MustOpen(OpenLog(), {.clock = &clock});
  clock.Pass(10);
  ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
  clock.Pass(10);
  const HybridTimestamp safe_before = manager->SafeTime();
  files_->Fail(FaultFileSystem::Operation::kSync, ".log", rocksdb::IOStatus::IOError("gone"),
               /*done=*/GetParam());
  EXPECT_THAT(manager->Execute(TableNamed("U")),
              FailsWith(Reason::OUTCOME_UNKNOWN, {"version 3", "commit id"}));
  files_->Heal();
  clock.Pass(1000);
  // Reads go on, writes do not; what writes nothing is still answered.
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{2});
  EXPECT_THAT(manager->Execute(TableNamed("V")), FailsWith(Reason::OUTCOME_UNKNOWN, {"version 3"}));
  EXPECT_THAT(manager->Execute(TableNamed("T")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(manager->Execute(TableNamed("T", true)), IsOk());
  EXPECT_THAT(manager->Snapshot({2}), FailsWith(Reason::OUTCOME_UNKNOWN));
  // What is said to be safe stays true whichever way it was (I6).
  const HybridTimestamp safe = manager->SafeTime();
  EXPECT_GE(safe, safe_before);
  const CatalogVersion answer = manager->ActiveAt(safe)->version();
  manager.reset();

  manager = MustOpen(OpenLog(), {.clock = &clock});
  EXPECT_GE(LatestOf(*manager), CatalogVersion{2});
  EXPECT_LE(LatestOf(*manager), CatalogVersion{3});
  if (GetParam()) {
    EXPECT_EQ(LatestOf(*manager), CatalogVersion{3});
  }
  EXPECT_EQ(manager->ActiveAt(safe)->version(), answer);
  const CatalogVersion head = LatestOf(*manager);
  const auto done = manager->Execute(TableNamed("V"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->version, head.Next());
}

TEST_P(UnknownOutcomeTest, EverybodyInTheGroupHearsThatTheOutcomeIsUnknown) {
  auto manager = MustOpen(OpenLog());
  files_->Fail(FaultFileSystem::Operation::kSync, ".log", rocksdb::IOStatus::IOError("gone"),
               /*done=*/GetParam());
  std::vector<std::future<Result>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(Async(*manager, TableNamed(absl::StrCat("T", i))));
  for (auto& call : calls) EXPECT_THAT(call.get(), FailsWith(Reason::OUTCOME_UNKNOWN));
  EXPECT_EQ(LatestOf(*manager), CatalogVersion{1});
}

}  // namespace
}  // namespace annals
