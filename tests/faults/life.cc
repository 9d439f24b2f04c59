#include "annals/tests/faults/life.h"

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/snapshot/verify.h"

namespace annals {
namespace {

// While a life goes on, others look at what it was promised.
class Progress {
 public:
  void Attempt() { ++attempted_; }
  void Acknowledge(CatalogVersion version) { acknowledged_ = version.value; }
  void Copied() { copied_ = true; }
  // In this order: what is acknowledged meanwhile was attempted before.
  Promise Now() const {
    Promise promise{.acknowledged = acknowledged_, .attempted = 0, .copied = copied_};
    promise.attempted = attempted_;
    return promise;
  }

 private:
  std::atomic<uint64_t> acknowledged_ = 0;
  std::atomic<uint64_t> attempted_ = 1;  // Opening makes the first version.
  std::atomic<bool> copied_ = false;
};

using Step = std::function<absl::Status(CatalogManager&, Progress&)>;

absl::Status Take(absl::StatusOr<ExecuteResult> result, Progress& progress) {
  if (result.ok()) progress.Acknowledge(result->version);
  return result.status();
}

Step Commit(const CatalogCommand& command) {
  return [=](CatalogManager& manager, Progress& progress) {
    progress.Attempt();
    return Take(manager.Execute(command), progress);
  };
}

// Several at once, which go into the log together.
Step CommitGroup(std::vector<CatalogCommand> commands) {
  return [=](CatalogManager& manager, Progress& progress) {
    std::vector<absl::StatusOr<ExecuteResult>> results(commands.size());
    std::mutex mu;
    std::condition_variable answered;
    size_t answers = 0;
    for (size_t i = 0; i < commands.size(); ++i) {
      progress.Attempt();
      manager.ExecuteAsync({commands[i]}, {}, [&, i](absl::StatusOr<ExecuteResult> result) {
        std::lock_guard lock(mu);
        results[i] = std::move(result);
        ++answers;
        answered.notify_one();
      });
    }
    std::unique_lock lock(mu);
    answered.wait(lock, [&] { return answers == commands.size(); });
    absl::Status all;
    for (auto& result : results) all.Update(Take(std::move(result), progress));
    return all;
  };
}

Step SnapshotBelow(uint64_t versions) {
  return [=](CatalogManager& manager, Progress&) {
    return manager.Snapshot({LatestOf(manager).value - versions}).status();
  };
}

absl::Status CopyStore(CatalogManager& manager, Progress& progress) {
  const absl::Status copied = manager.Backup(kCopy);
  if (copied.ok()) progress.Copied();
  return copied;
}

AlterTableAddColumn AddColumn(std::string table, std::string name) {
  return {.table = std::move(table), .columns = {NullableInt(std::move(name))}};
}

CreateConfigured NewSecret() {
  return {.kind = ObjectKind::kSecret, .name = "P", .options = {{"env", "HOME"}}};
}
CreateConfigured NewConnection() {
  return {.kind = ObjectKind::kConnection,
          .name = "N",
          .type = "kafka",
          .options = {{"broker", "b:1"},
                      {"sasl-user", "u"},
                      {"sasl-password", ObjectName{.kind = ObjectKind::kSecret, .name = "P"}}},
          .comment = "main"};
}
CreateConfigured NewCatalog() {
  return {.name = "G", .type = "hive", .options = {{"uri", "u1"}, {"x", "1"}}};
}
CreateConfigured NewSource() {
  return {.kind = ObjectKind::kSource,
          .name = "O",
          .options = {{"connection", ObjectName{.name = "N"}}, {"topic", "t"}},
          .columns = {NullableInt("V")}};
}
CreateConfigured NewSink() {
  return {.kind = ObjectKind::kSink,
          .name = "K",
          .options = {{"input", ObjectName{.name = "O"}}, {"connection", ObjectName{.name = "N"}}}};
}
AlterConfigured OtherConnection() {
  return {.kind = ObjectKind::kConnection,
          .name = "N",
          .set = std::vector<OptionSetting>{{"broker", "b:2"}},
          .reset = std::vector<std::string>{"sasl-user"}};
}
AlterConfigured OtherCatalog() {
  return {.name = "G",
          .set = std::vector<OptionSetting>{{"uri", "u2"}},
          .comment = "another",
          .new_name = "H"};
}
AlterConfigured Refresh() { return {.kind = ObjectKind::kSecret, .name = "P", .refresh = true}; }
DropConfigured DropAllOfTheSecret() {
  return {.kind = ObjectKind::kSecret, .name = "P", .cascade = true};
}

const std::vector<std::vector<Step>>& Sessions() {
  static const auto* const sessions = new std::vector<std::vector<Step>>{
      {Commit(TableNamed("A")), Commit(NewSecret()), Commit(AddColumn("A", "X")),
       CommitGroup({SchemaNamed("S"), TableNamed("B"), Touch("A"), NewCatalog(), NewConnection()}),
       SnapshotBelow(2), Commit(DropTable{.name = "B"}), Commit(NewSource()),
       Commit(OtherConnection()), Commit(TableNamed("C")), SnapshotBelow(0), Commit(NewSink()),
       Commit(OtherCatalog()), Commit(RenameTable{.name = "C", .new_name = "D"})},
      {Commit(AddColumn("D", "Y")), Commit(Refresh()), CopyStore, Commit(TableNamed("E")),
       SnapshotBelow(1), Commit(DropAllOfTheSecret()), Commit(DropConfigured{.name = "H"}),
       Commit(Touch("E"))},
  };
  return *sessions;
}

absl::Status LiveThrough(FaultDisk& disk, const std::vector<Step>& session, Progress& progress,
                         Life& life) {
  const OpenedStore store = OpenOn(disk);
  if (store.manager == nullptr) return store.status;
  progress.Acknowledge(LatestOf(*store.manager));
  absl::Status status;
  for (const Step& step : session) {
    if (status.ok()) status = step(*store.manager, progress);
  }
  if (!status.ok()) life.latest_afterwards = LatestOf(*store.manager).value;
  return status;
}

Life LiveTelling(FaultDisk& disk, Progress& progress) {
  Life life;
  for (const auto& session : Sessions()) {
    if (life.ended.ok()) life.ended = LiveThrough(disk, session, progress, life);
  }
  life.promise = progress.Now();
  return life;
}

// It stands still, so that every life goes through the same states.
const Clock& StandingClock() {
  static const auto* const clock = new FakeClock;
  return *clock;
}

void ExpectStates(const CatalogManager& manager) {
  const uint64_t last = LatestOf(manager).value;
  for (uint64_t version = EarliestOf(manager); version <= last; ++version) {
    const auto catalog = manager.At({version});
    ASSERT_THAT(catalog, IsOk());
    EXPECT_EQ(StateOf(*catalog), ExpectedStates().at(version)) << "version " << version;
  }
}

void ExpectVerified(FaultDisk& disk, const std::string& path) {
  auto log = OpenRocksDbLog({.path = path, .read_only = true, .env = disk.env()});
  ASSERT_THAT(log, IsOk());
  for (const Finding& finding : Verify(**log).findings) ADD_FAILURE() << finding.what;
}

}  // namespace

OpenedStore OpenOn(FaultDisk& disk, const std::string& path, bool read_only) {
  auto log = OpenRocksDbLog({.path = path, .read_only = read_only, .env = disk.env()});
  if (!log.ok()) return {log.status(), nullptr, /*has_log=*/false};
  auto manager =
      CatalogManager::Open(*std::move(log), {.read_only = read_only, .clock = &StandingClock()});
  if (!manager.ok()) return {manager.status(), nullptr, /*has_log=*/true};
  return {absl::OkStatus(), *std::move(manager), /*has_log=*/true};
}

Life Live(FaultDisk& disk) {
  Progress progress;
  return LiveTelling(disk, progress);
}

std::vector<Moment> MomentsOfALife() {
  FaultDisk disk;
  Progress progress;
  std::vector<Moment> moments;
  disk.Watch([&](const FaultDisk::Point& point) {
    Promise promise = progress.Now();
    moments.push_back({point, promise, disk.Copy()});
  });
  EXPECT_THAT(LiveTelling(disk, progress).ended, IsOk());
  disk.Heal();
  return moments;
}

const std::map<uint64_t, State>& ExpectedStates() {
  static const auto* const states = [] {
    FaultDisk disk;
    auto* const all = new std::map<uint64_t, State>;
    for (const auto& session : Sessions()) {
      OpenedStore store = OpenOn(disk);
      EXPECT_THAT(store.status, IsOk());
      Progress progress;
      for (const Step& step : session) {
        EXPECT_THAT(step(*store.manager, progress), IsOk());
        for (uint64_t v = EarliestOf(*store.manager); v <= LatestOf(*store.manager).value; ++v) {
          all->emplace(v, StateOf(*store.manager->At({v})));
        }
      }
    }
    return all;
  }();
  return *states;
}

void ExpectSound(FaultDisk& disk, const Promise& promise) {
  {
    const OpenedStore store = OpenOn(disk);
    ASSERT_THAT(store.status, IsOk());
    const uint64_t latest = LatestOf(*store.manager).value;
    EXPECT_GE(latest, promise.acknowledged);
    EXPECT_LE(latest, promise.attempted);
    ExpectStates(*store.manager);
    for (const char* name : {"AFTER1", "AFTER2", "AFTER3"}) {
      ASSERT_THAT(store.manager->Execute(SchemaNamed(name)), IsOk());
    }
    EXPECT_EQ(LatestOf(*store.manager).value, latest + 3);
  }
  ExpectVerified(disk, kStore);
  if (promise.copied) ExpectVerified(disk, kCopy);
}

}  // namespace annals
