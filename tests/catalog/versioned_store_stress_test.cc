// Threads at work on one store: readers of the latest, of old versions and by time,
// handles that go from thread to thread, a writer, a truncator. Every version that
// anybody gets is checked completely (S1, S2, I10). Where the library has stall
// points, each thread stops at them by chance, a moment or a while.
//
//   ANNALS_STRESS_SECONDS=600 ANNALS_SEED=7 annals_catalog_tests --gtest_filter=StressTest.*

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

#include "annals/catalog/stall_point_internal.h"
#include "annals/tests/catalog/allocations.h"
#include "annals/tests/catalog/formula_catalog.h"

namespace annals {
namespace {

thread_local std::mt19937_64 thread_random;

uint64_t Below(uint64_t n) { return thread_random() % n; }

#ifdef ANNALS_TEST_POINTS
void StallByChance(std::string_view /*point*/) {
  const uint64_t chance = Below(4096);
  if (chance < 24) {
    std::this_thread::yield();
  } else if (chance < 27) {
    std::this_thread::sleep_for(std::chrono::microseconds(Below(300)));
  }
}
#endif

class StressTest : public ::testing::Test {
 protected:
  StressTest() : seed_(TestSeed(1)) {
#ifdef ANNALS_TEST_POINTS
    stall_hook.store(&StallByChance);
#endif
  }
  ~StressTest() override {
#ifdef ANNALS_TEST_POINTS
    stall_hook.store(nullptr);
#endif
  }

  bool GoOn() const { return std::chrono::steady_clock::now() < end_ && !failed_.load(); }

  template <typename Work>
  void Spawn(Work work) {
    threads_.emplace_back([this, work, number = threads_.size()] {
      thread_random.seed(seed_ * 100 + number);
      while (GoOn()) work();
    });
  }

  void Run(double seconds) {
    end_ = std::chrono::steady_clock::now() +
           std::chrono::milliseconds(static_cast<int64_t>(1000 * StressSeconds(seconds)));
    SpawnAll();
    for (std::thread& thread : threads_) thread.join();
    const std::lock_guard lock(mutex_);
    pool_.clear();
    EXPECT_EQ(failure_, "");
  }
  virtual void SpawnAll() {}
  void Record() {
    RecordProperty("versions", static_cast<int>(store_->latest().value));
    RecordProperty("checked", static_cast<int>(checked_.load()));
  }

  void Check(const Catalog& catalog) {
    const std::string wrong = FormulaCatalog::Verify(catalog);
    checked_.fetch_add(1, std::memory_order_relaxed);
    if (!wrong.empty()) Fail(wrong);
  }
  void Fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = why;
    failed_ = true;
  }

  // --- What the threads do.

  void Write() {
    if (jumps_ && Below(200) == 0) {
      const uint64_t target = store_->latest().value + 2 + Below(1500);
      const uint64_t head = store_->latest().value;
      {
        const std::lock_guard lock(mutex_);
        gaps_.emplace_back(head, target);
      }
      if (const absl::Status status = store_->Rebase(FormulaCatalog::ImageOf(target));
          !status.ok()) {
        Fail(status.ToString());
      }
    } else {
      FormulaCatalog::Install(*store_);
    }
    if (Below(8) == 0) std::this_thread::sleep_for(std::chrono::microseconds(Below(400)));
  }
  void Truncate() {
    const uint64_t latest = store_->latest().value;
    const uint64_t keep = Below(3) == 0 ? 0 : Below(60);
    store_->Truncate({latest > keep ? latest - keep : 0});
    std::this_thread::sleep_for(std::chrono::microseconds(Below(1500)));
  }
  void ReadLatest() {
    const CatalogVersion before = store_->latest();
    const Catalog catalog = store_->Latest();
    if (catalog.version() < before) Fail("the latest is older than what was published");
    Check(catalog);
  }
  void ReadAsReader(CatalogReader& reader) {
    const CatalogVersion before = store_->latest();
    const Catalog& catalog = reader.Latest();
    if (catalog.version() < before) Fail("the reader's is older than what was published");
    Check(catalog);
    if (Below(50) == 0) reader.Release();
  }
  void ReadOld() {
    const uint64_t earliest = store_->earliest().value;
    const uint64_t latest = store_->latest().value;
    const uint64_t wanted = earliest + Below(latest - earliest + 3);
    const auto catalog = store_->At({wanted});
    if (catalog.ok()) {
      if (catalog->version().value != wanted) Fail("another version than the one asked for");
      return Check(*catalog);
    }
    const auto reason = ReasonOf(catalog.status());
    const bool truncated = reason == Reason::VERSION_TRUNCATED && store_->earliest().value > wanted;
    const bool future = reason == Reason::CATALOG_VERSION_NOT_FOUND && wanted > latest;
    if (!truncated && !future) Fail(catalog.status().ToString());
  }
  void ReadByTime() {
    const uint64_t active = store_->latest_active().value;
    const uint64_t asked = active - std::min(active, Below(80)) + Below(3);
    const auto catalog = store_->ActiveAt(
        HybridTimestamp::FromRaw(FormulaCatalog::ActivationOf({asked}).raw() + Below(10)));
    if (!catalog.ok()) {
      if (ReasonOf(catalog.status()) != Reason::VERSION_TRUNCATED ||
          store_->earliest().value <= asked) {
        Fail(catalog.status().ToString());
      }
      return;
    }
    const uint64_t found = catalog->version().value;
    // The greatest there was: `asked`, or, if it was not active yet, the active one,
    // or what lies before the gap that it is in.
    const uint64_t least = BeforeGap(std::min(asked, active));
    if (found > asked || found < least) {
      Fail("asked for the time of " + std::to_string(asked) + " with " + std::to_string(active) +
           " active, and got version " + std::to_string(found));
    }
    Check(*catalog);
  }
  uint64_t BeforeGap(uint64_t version) {
    const std::lock_guard lock(mutex_);
    for (const auto& [from, to] : gaps_) {
      if (version > from && version < to) return from;
    }
    return version;
  }
  // Leaves a copy for others, and takes along what others left.
  void Exchange() {
    std::optional<Catalog> taken;
    {
      Catalog fresh = store_->Latest();
      const std::lock_guard lock(mutex_);
      if (pool_.size() < 6) pool_.push_back(fresh);
      const size_t at = Below(pool_.size());
      taken = pool_[at];
      if (Below(3) == 0) pool_[at] = std::move(fresh);
    }
    Check(*taken);
    if (Below(20) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(Below(8)));
  }

  const uint64_t seed_;
  bool jumps_ = false;
  std::shared_ptr<VersionedStore> store_ = FormulaCatalog::NewStore(30);
  std::chrono::steady_clock::time_point end_;
  std::vector<std::thread> threads_;
  std::atomic<bool> failed_{false};
  std::atomic<uint64_t> checked_{0};
  std::mutex mutex_;
  std::string failure_;
  std::vector<Catalog> pool_;
  std::vector<std::pair<uint64_t, uint64_t>> gaps_;
};

class MixedStressTest : public StressTest {
 protected:
  void SpawnAll() override {
    Spawn([this] { Write(); });
    Spawn([this] { Truncate(); });
    Spawn([this] { ReadLatest(); });
    Spawn([this] {
      static thread_local CatalogReader reader(store_);
      ReadAsReader(reader);
    });
    Spawn([this] { ReadOld(); });
    Spawn([this] { ReadByTime(); });
    Spawn([this] { Exchange(); });
    Spawn([this] { Exchange(); });
  }
  void Report() {
    std::printf("%llu versions, %llu catalogs checked\n",
                static_cast<unsigned long long>(store_->latest().value),
                static_cast<unsigned long long>(checked_.load()));
    EXPECT_GT(checked_.load(), 50u);
    Record();
    // Nobody reads any more: all that ended goes.
    store_->Truncate(store_->latest());
    const StoreStats stats = store_->Stats();
    EXPECT_EQ(stats.oldest_held, kNever);
    EXPECT_EQ(stats.elements, FormulaCatalog::ImageOf(store_->latest().value).objects.size());
    EXPECT_EQ(stats.ended_elements, 0u);
    EXPECT_EQ(stats.retired_blocks, 0u);
  }
};

TEST_F(MixedStressTest, EveryVersionThatAnybodyGetsIsWhole) {
  Run(4);
  Report();
}

TEST_F(MixedStressTest, EveryVersionIsWholeAcrossJumps) {
  jumps_ = true;
  Run(3);
  Report();
}

// Short pins, many of them, and everything truncated at once: the window in which a
// pin and the floor cross is met as often as can be.
class PinStressTest : public StressTest {
 protected:
  void SpawnAll() override {
    Spawn([this] {
      FormulaCatalog::Install(*store_);
      store_->Truncate(store_->latest());
    });
    for (int i = 0; i < 3; ++i) {
      Spawn([this] {
        const auto catalog = store_->At({store_->latest().value - Below(2)});
        if (!catalog.ok()) return;
        const auto version = catalog->version().value;
        const uint64_t slot = Below(FormulaCatalog::kSlots);
        const auto state = FormulaCatalog::At(slot, version);
        checked_.fetch_add(1, std::memory_order_relaxed);
        if (!state) return;
        const auto found =
            catalog->Find(NameScope{state->schema}, FormulaCatalog::NameOf(slot, *state));
        if (!found || found.id().value != state->id ||
            found.from() != FormulaCatalog::FromOf(slot, version)) {
          Fail("version " + std::to_string(version) + ", slot " + std::to_string(slot));
        }
      });
    }
  }
};

TEST_F(PinStressTest, ShortPinsAndTheFloorNeverMissEachOther) {
  Run(2);
  std::printf("%llu versions, %llu look-ups\n",
              static_cast<unsigned long long>(store_->latest().value),
              static_cast<unsigned long long>(checked_.load()));
  Record();
}

}  // namespace
}  // namespace annals
