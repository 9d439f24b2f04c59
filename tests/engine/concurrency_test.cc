// Everything at once: committers, readers, snapshots, listeners, those who come and
// go. Short; ANNALS_STRESS_SECONDS makes it longer, ANNALS_SEED makes it other calls.

#include <cstdlib>
#include <iostream>
#include <random>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/engine/random_commands.h"

namespace annals {
namespace {

uint64_t FirstSeed() {
  const char* given = std::getenv("ANNALS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 0;
}

class Stress {
 public:
  explicit Stress(Manager manager) : manager_(std::move(manager)) {}

  void Run() {
    const char* given = std::getenv("ANNALS_STRESS_SECONDS");
    const int seconds = given != nullptr ? std::atoi(given) : 1;
    manager_->AddListener([this](const CatalogEvent& event) {
      EXPECT_EQ(event.before.version().Next(), event.after.version());
      EXPECT_EQ(event.after.version().value, ++heard_);
      return absl::OkStatus();
    });
    for (uint64_t t = 0; t < 4; ++t) Start([this, t] { Commit(FirstSeed() + t); });
    Start([this] { CommitAsync(); });
    for (uint64_t t = 0; t < 2; ++t) Start([this, t] { Read(FirstSeed() + t); });
    Start([this] { Truncate(); });
    Start([this] { Listen(); });
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    manager_->Close();
    EXPECT_EQ(LatestOf(*manager_).value, heard_);
    EXPECT_EQ(async_answers_, async_calls_);
    std::cout << "made " << heard_ << " versions, truncated " << snapshots_ << " times, read "
              << reads_ << " times\n";
    ::testing::Test::RecordProperty("versions", static_cast<int>(heard_));
    ::testing::Test::RecordProperty("snapshots", static_cast<int>(snapshots_));
    ::testing::Test::RecordProperty("reads", static_cast<int>(reads_));
  }

  CatalogManager& manager() { return *manager_; }

 private:
  void Start(std::function<void()> body) { threads_.emplace_back(std::move(body)); }

  void Commit(uint64_t seed) {
    RandomCommands random(seed);
    CatalogReader reader = manager_->NewReader();
    uint64_t last = 0;
    while (!stop_) {
      const auto call = random.NextCall(reader.Latest());
      const auto done = manager_->Execute(call.commands, call.options);
      if (!done.ok()) {
        EXPECT_NE(ReasonOf(done.status()).value_or(Reason::INTERNAL), Reason::INTERNAL)
            << done.status();
        continue;
      }
      EXPECT_GE(done->version.value, last);
      last = done->version.value;
      EXPECT_GE(LatestOf(*manager_).value, last);
      EXPECT_THAT(manager_->WaitForVersion(done->version, absl::InfinitePast()), IsOk());
    }
  }

  void CommitAsync() {
    while (!stop_) {
      for (int i = 0; i < 10; ++i) {
        ++async_calls_;
        manager_->ExecuteAsync({SchemaNamed("ASYNC", true), DropSchema{.name = "ASYNC"}}, {},
                               [this](const auto& result) {
                                 EXPECT_THAT(result, IsOk());
                                 ++async_answers_;
                               });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  void Read(uint64_t seed) {
    std::mt19937_64 random(seed);
    CatalogReader reader = manager_->NewReader();
    std::vector<std::pair<Catalog, std::string>> held;
    HybridTimestamp safe;
    while (!stop_) {
      ++reads_;
      const Catalog& latest = reader.Latest();
      EXPECT_TRUE(latest.Schema("PUBLIC"));
      const HybridTimestamp now_safe = manager_->SafeTime();
      EXPECT_GE(now_safe, safe);
      safe = now_safe;
      const auto active = manager_->ActiveAt(safe);
      if (active.ok()) {
        EXPECT_LE(active->activation(), safe);
      }
      const auto old = manager_->At({random() % (latest.version().value + 1)});
      if (!old.ok()) {
        EXPECT_THAT(old, FailsWith(Reason::VERSION_TRUNCATED));
      } else if (held.size() < 5) {
        held.emplace_back(*old, StateDigest(*old));
      } else {
        // I10: a held catalog never changes.
        auto& [catalog, digest] = held[random() % held.size()];
        EXPECT_EQ(StateDigest(catalog), digest);
        catalog = *old;
        digest = StateDigest(catalog);
      }
    }
  }

  void Truncate() {
    while (!stop_) {
      const uint64_t head = LatestOf(*manager_).value;
      if (head > 10) {
        const auto done = manager_->Snapshot({head - 5});
        EXPECT_THAT(done, IsOk());
        if (done.ok() && *done) ++snapshots_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  void Listen() {
    while (!stop_) {
      std::atomic<int> calls{0};
      const uint64_t id = manager_->AddListener([&](const CatalogEvent& event) {
        ++calls;
        for (const ObjectChange& change : event.changes) {
          EXPECT_TRUE(change.before || change.after);
        }
        return absl::OkStatus();
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      manager_->RemoveListener(id);  // `calls` goes.
    }
  }

  Manager manager_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> heard_{1};
  std::atomic<uint64_t> snapshots_{0};
  std::atomic<uint64_t> reads_{0};
  std::atomic<uint64_t> async_calls_{0};
  std::atomic<uint64_t> async_answers_{0};
};

TEST(Concurrency, EverythingAtOnceInMemory) {
  MemoryDisk disk;
  State last;
  {
    Stress stress(MustOpen(disk));
    stress.Run();
    last = StateOf(stress.manager().Latest());
  }
  EXPECT_EQ(StateOf(MustOpen(disk)->Latest()), last);
}

TEST(Concurrency, EverythingAtOnceOnRocksDb) {
  const TempStore store;
  State last;
  {
    Stress stress(MustOpen({.path = store.path()}));
    stress.Run();
    last = StateOf(stress.manager().Latest());
  }
  EXPECT_EQ(StateOf(MustOpen({.path = store.path()})->Latest()), last);
}

TEST(Concurrency, EverythingAtOnceOnASharedLog) {
  SimulatedCluster cluster;
  Stress stress(MustOpen(cluster.Connect()));
  stress.Run();
  EXPECT_EQ(StateOf(MustOpen(cluster.Connect())->Latest()), StateOf(stress.manager().Latest()));
}

}  // namespace
}  // namespace annals
