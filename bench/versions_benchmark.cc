// Getting a catalog: the latest, one by its number, one by a time; and giving it back.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"

namespace annals::bench {
namespace {

uint64_t Size(const benchmark::State& state) { return static_cast<uint64_t>(state.range(0)); }

// --- Many versions, and questions about their times.

struct Versions {
  explicit Versions(uint64_t count) : store(NewStore(0)) {
    while (store->latest().value < count) InstallNext(*store, {});
    std::mt19937_64 random(1);
    const uint64_t first = TimeOf({1}).raw();
    const uint64_t last = TimeOf({count}).raw();
    const uint64_t sixteen = last - std::min(last - first, 16 * (TimeOf({2}).raw() - first));
    std::uniform_int_distribution<uint64_t> at_any_time(first, last);
    std::uniform_int_distribution<uint64_t> in_the_last_16(sixteen, last);
    for (uint64_t version = 0; version <= count; ++version) {
      times.push_back(TimeOf({version}).raw());
    }
    for (int i = 0; i < 1 << 16; ++i) {
      anywhere.push_back(HybridTimestamp::FromRaw(at_any_time(random)));
      recent.push_back(HybridTimestamp::FromRaw(in_the_last_16(random)));
    }
  }
  std::shared_ptr<VersionedStore> store;
  std::vector<uint64_t> times;  // Of all versions, in order.
  std::vector<HybridTimestamp> anywhere;
  std::vector<HybridTimestamp> recent;
};

const Versions& VersionsOf(uint64_t count) {
  static std::map<uint64_t, std::unique_ptr<Versions>> made;
  auto& versions = made[count];
  if (versions == nullptr) versions = std::make_unique<Versions>(count);
  return *versions;
}

template <typename Look>
void Ask(benchmark::State& state, const std::vector<HybridTimestamp>& questions, Look look) {
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(look(questions[at]));
    at = (at + 1) % questions.size();
  }
}

// The index of the last of `times` that is at most `time`; without a branch that the
// processor could guess wrong. REQUIRES: there is one.
size_t BranchlessSearch(const std::vector<uint64_t>& times, uint64_t time) {
  const uint64_t* base = times.data();
  size_t size = times.size();
  while (size > 1) {
    const size_t half = size / 2;
    base += (base[half] <= time) * half;
    size -= half;
  }
  return static_cast<size_t>(base - times.data());
}

void ActiveAtAnywhere(benchmark::State& state) {
  const Versions& versions = VersionsOf(Size(state));
  CatalogReader reader(versions.store);
  Ask(state, versions.anywhere,
      [&](HybridTimestamp time) { return (*reader.ActiveAt(time))->version(); });
}

void ActiveAtRecent(benchmark::State& state) {
  const Versions& versions = VersionsOf(Size(state));
  CatalogReader reader(versions.store);
  Ask(state, versions.recent,
      [&](HybridTimestamp time) { return (*reader.ActiveAt(time))->version(); });
}

void SearchAnywhere(benchmark::State& state) {
  const Versions& versions = VersionsOf(Size(state));
  Ask(state, versions.anywhere,
      [&](HybridTimestamp time) { return BranchlessSearch(versions.times, time.raw()); });
}

void SearchRecent(benchmark::State& state) {
  const Versions& versions = VersionsOf(Size(state));
  Ask(state, versions.recent,
      [&](HybridTimestamp time) { return BranchlessSearch(versions.times, time.raw()); });
}

void At(benchmark::State& state) {
  const Versions& versions = VersionsOf(Size(state));
  const auto& order = Shuffled(Size(state));
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(versions.store->At({order[at]})->version());
    if (++at == order.size()) at = 0;
  }
}

// --- The latest.

void LatestByReader(benchmark::State& state) {
  CatalogReader reader(VersionsOf(1'000).store);
  for (auto _ : state) benchmark::DoNotOptimize(reader.Latest().version());
}

void LatestByHandle(benchmark::State& state) {
  const Versions& versions = VersionsOf(1'000);
  for (auto _ : state) benchmark::DoNotOptimize(versions.store->Latest().version());
}

void LatestByPointer(benchmark::State& state) {
  static const CatalogVersion version{1'000};
  static std::atomic<const CatalogVersion*> latest{&version};
  for (auto _ : state) {
    benchmark::DoNotOptimize(*latest.load(std::memory_order_acquire));
  }
}

void Sizes(benchmark::internal::Benchmark* family) {
  family->ArgName("versions")->Arg(1'000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
}

BENCHMARK(ActiveAtAnywhere)->Name("ActiveAtAnywhere/annals")->Apply(Sizes);
BENCHMARK(SearchAnywhere)->Name("ActiveAtAnywhere/branchless_search")->Apply(Sizes);
BENCHMARK(ActiveAtRecent)->Name("ActiveAtRecent/annals")->Apply(Sizes);
BENCHMARK(SearchRecent)->Name("ActiveAtRecent/branchless_search")->Apply(Sizes);
BENCHMARK(At)->Name("At/annals")->Apply(Sizes);
BENCHMARK(LatestByReader)->Name("Latest/annals");
BENCHMARK(LatestByHandle)->Name("Latest/annals_handle");
BENCHMARK(LatestByPointer)->Name("Latest/atomic_pointer");

}  // namespace
}  // namespace annals::bench
