// Opening a store: all records of a long log, with every check and the chain, beside an
// iteration over the same records that looks at none of them. Opening is a part of
// both. `cores` is how many of the machine's the process may use.

#include <benchmark/benchmark.h>
#include <sched.h>

#include <memory>
#include <string>

#include "annals/bench/catalogs.h"
#include "annals/bench/rocksdb_reading.h"

namespace annals::bench {
namespace {

std::string StoreOf(const benchmark::State& state) {
  return SharedLog(static_cast<uint64_t>(state.range(1)));
}

// Confines the process, threads to come too, to its first cores.
class Confined {
 public:
  explicit Confined(int64_t cores) {
    sched_getaffinity(0, sizeof(all_), &all_);
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&some) < cores; ++cpu) {
      if (CPU_ISSET(cpu, &all_)) CPU_SET(cpu, &some);
    }
    sched_setaffinity(0, sizeof(some), &some);
  }
  ~Confined() { sched_setaffinity(0, sizeof(all_), &all_); }

 private:
  cpu_set_t all_{};
};

void Recover(benchmark::State& state) {
  const std::string path = StoreOf(state);
  const Confined confined(state.range(0));
  for (auto _ : state) {
    auto manager = Must(CatalogManager::Open({.path = path}));
    state.PauseTiming();
    if (manager->Latest().version().value != static_cast<uint64_t>(state.range(1))) {
      state.SkipWithError("versions are missing");
    }
    manager.reset();
    state.ResumeTiming();
  }
}

void Iterate(benchmark::State& state) {
  const std::string path = StoreOf(state);
  const Confined confined(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ReadAll(path));
}

void Logs(benchmark::internal::Benchmark* family) {
  family->ArgNames({"cores", "records"})->Unit(benchmark::kMillisecond)->UseRealTime();
  family->Iterations(1)->Repetitions(3);
  for (int64_t cores : {2, 1}) {
    for (int64_t records : {10'000, 100'000, 1'000'000}) family->Args({cores, records});
  }
}

BENCHMARK(Recover)->Name("Recover/annals")->Apply(Logs);
BENCHMARK(Iterate)->Name("Recover/rocksdb_iteration")->Apply(Logs);

}  // namespace
}  // namespace annals::bench
