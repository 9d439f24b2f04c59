// The property that everything rests on (I5): a version is the same whether it was
// made just now, replayed, restored from a snapshot and replayed, or made on another
// kind of log. And I11: what is refused changes nothing.

#include <cstdlib>
#include <iostream>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/engine/random_commands.h"
#include "rocksdb/env.h"

namespace annals {
namespace {

// What Execute said, comparable between logs.
struct Said {
  std::string reason;
  uint64_t version = 0;
  std::vector<bool> applied;
  friend bool operator==(const Said&, const Said&) = default;
  friend void PrintTo(const Said& said, std::ostream* os) {
    *os << said.reason << " " << said.version;
  }
};

struct Tale {
  std::vector<Said> said;
  std::map<uint64_t, State> states;
};

uint64_t SeedOf(uint64_t index) {
  const char* given = std::getenv("ANNALS_SEED");
  return (given != nullptr ? std::strtoull(given, nullptr, 10) : 20260101) + index;
}

// Some seeds have much refused: how many calls a history has, and more until it has so many
// versions, but not for ever.
constexpr int kCalls = 300;
constexpr uint64_t kVersions = 60;
constexpr int kMostCalls = 3'000;

// Makes the history of `seed`, and checks after each call what must hold for it.
Tale Live(CatalogManager& manager, FakeClock& clock, uint64_t seed) {
  RandomCommands random(seed);
  Tale tale;
  State before = StateOf(manager.Latest());
  const auto goes_on = [&](int calls) {
    return calls < kCalls || (LatestOf(manager).value < kVersions && calls < kMostCalls);
  };
  for (int i = 0; goes_on(i); ++i) {
    clock.Pass(100);  // So that no activation is waited for.
    const auto call = random.NextCall(manager.Latest());
    const CatalogVersion head = LatestOf(manager);
    const auto done = manager.Execute(call.commands, call.options);
    const State after = StateOf(manager.Latest());
    if (!done.ok()) {
      EXPECT_TRUE(ReasonOf(done.status()).has_value()) << done.status();
      EXPECT_NE(ReasonOf(done.status()), Reason::INTERNAL) << done.status();
      EXPECT_EQ(LatestOf(manager), head);
      EXPECT_EQ(after, before);
      tale.said.push_back(
          {std::string(ReasonName(ReasonOf(done.status()).value_or(Reason::INTERNAL)))});
    } else {
      const bool changed =
          std::find(done->applied.begin(), done->applied.end(), true) != done->applied.end();
      EXPECT_EQ(done->version, changed ? head.Next() : head);
      EXPECT_EQ(LatestOf(manager), done->version);
      tale.said.push_back({"OK", done->version.value, done->applied});
    }
    before = after;
  }
  EXPECT_GE(LatestOf(manager).value, kVersions) << "in " << tale.said.size() << " calls";
  tale.states = StatesOf(manager);
  return tale;
}

class HistoryTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  HistoryTest() {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::cout << "seed " << seed_ << "; again: ANNALS_SEED=" << seed_
              << " annals_engine_tests --gtest_filter='*HistoryTest."
              << test.substr(0, test.find('/')) << "/0'\n";
  }

  Tale LiveOn(std::unique_ptr<UpdateLog> log) {
    FakeClock clock;
    const Manager manager = MustOpen(std::move(log), {.clock = &clock});
    Tale tale = Live(*manager, clock, seed_);
    calls_ += tale.said.size();
    versions_ += tale.states.size();
    return tale;
  }

  void TearDown() override {
    RecordProperty("calls", static_cast<int>(calls_));
    RecordProperty("versions", static_cast<int>(versions_));
  }

  const uint64_t seed_ = SeedOf(GetParam());

 private:
  size_t calls_ = 0;
  size_t versions_ = 0;
};

TEST_P(HistoryTest, VersionsAreTheSameAfterReopening) {
  MemoryDisk disk;
  const Tale tale = LiveOn(*disk.Open());
  const Manager again = MustOpen(disk);
  EXPECT_EQ(StatesOf(*again), tale.states);
}

TEST_P(HistoryTest, VersionsAreTheSameAfterEverySnapshotAndReopening) {
  MemoryDisk disk;
  Tale tale = LiveOn(*disk.Open());
  std::mt19937_64 random(seed_);
  for (uint64_t at = 0; at < tale.states.rbegin()->first;) {
    at = std::min(at + 2 + random() % 40, tale.states.rbegin()->first);
    {
      const Manager manager = MustOpen(disk);
      EXPECT_THAT(manager->Snapshot({at}), Gives(true));
    }
    tale.states.erase(tale.states.begin(), tale.states.find(at));
    const Manager again = MustOpen(disk);
    ASSERT_EQ(StatesOf(*again, at), tale.states) << "snapshot of version " << at;
    EXPECT_THAT(again->At({at - 1}), FailsWith(Reason::VERSION_TRUNCATED));
  }
}

TEST_P(HistoryTest, VersionsAreTheSameOnRocksDb) {
  const Tale memory = LiveOn(NewMemoryLog());
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const auto open = [&] { return *OpenRocksDbLog({.path = "/store", .env = env.get()}); };
  const Tale rocks = LiveOn(open());
  EXPECT_EQ(rocks.said, memory.said);
  EXPECT_EQ(rocks.states, memory.states);
  {
    const Manager again = MustOpen(open());
    EXPECT_EQ(StatesOf(*again), memory.states);
    EXPECT_THAT(again->Snapshot({40}), Gives(true));
  }
  std::map<uint64_t, State> tail = memory.states;
  tail.erase(tail.begin(), tail.find(40));
  EXPECT_EQ(StatesOf(*MustOpen(open()), 40), tail);
}

TEST_P(HistoryTest, VersionsAreTheSameOnASharedLogAndInItsOtherClients) {
  const Tale memory = LiveOn(NewMemoryLog());
  SimulatedCluster cluster;
  FakeClock clock;  // Says the same as that of the other client, which makes the versions.
  const Manager other = MustOpen(cluster.Connect(), {.clock = &clock});
  const Tale remote = LiveOn(cluster.Connect());
  EXPECT_EQ(remote.said, memory.said);
  EXPECT_EQ(remote.states, memory.states);
  ASSERT_THAT(other->WaitForVersion({remote.states.rbegin()->first}, absl::InfiniteFuture()),
              IsOk());
  EXPECT_EQ(StatesOf(*other), remote.states);
  EXPECT_THAT(other->Snapshot({50}), Gives(true));
  std::map<uint64_t, State> tail = remote.states;
  tail.erase(tail.begin(), tail.find(50));
  EXPECT_EQ(StatesOf(*MustOpen(cluster.Connect()), 50), tail);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryTest, ::testing::Range(uint64_t{0}, uint64_t{3}));

}  // namespace
}  // namespace annals
