// What a version, and what a table, costs in memory, beside the bytes of the object that
// it is about. What the process got from the system is counted, or what malloc gave
// away, whichever grew more.

#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/object_builder.h"

namespace annals::bench {
namespace {

struct Memory {
  double allocated;
  double resident;

  static Memory Now() {
    malloc_trim(0);
    const auto heap = mallinfo2();
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return {static_cast<double>(heap.uordblks + heap.hblkhd),
            resident * static_cast<double>(sysconf(_SC_PAGESIZE))};
  }
  double Since(const Memory& before) const {
    return std::max(allocated - before.allocated, resident - before.resident);
  }
};

// Installs versions until there are `count` more and counts what each took. `change`
// gives the changes of version number i.
template <typename Change>
void Count(benchmark::State& state, VersionedStore& store, uint64_t count, uint64_t objects,
           Change change) {
  uint64_t bytes = 0;
  const Memory before = Memory::Now();
  for (auto _ : state) {
    for (uint64_t i = 0; i < count; ++i) {
      std::vector<Delta::Change> changes = change(i);
      for (const auto& one : changes) bytes += one.bytes.size();
      InstallNext(store, std::move(changes));
    }
  }
  const auto n = static_cast<double>(objects);
  state.counters["memory"] = Memory::Now().Since(before) / n;
  state.counters["object"] = static_cast<double>(bytes) / n;
}

// Each version changes one of a thousand tables.
void Versions(benchmark::State& state) {
  const auto versions = static_cast<uint64_t>(state.range(0));
  const auto store = NewStore(1'000);
  Count(state, *store, versions, versions, [](uint64_t i) {
    return std::vector<Delta::Change>{{TableId(i % 1'000), TableBytes(i % 1'000, i)}};
  });
}

// Tables without key indexes, a thousand in a version: one object each.
void Tables(benchmark::State& state) {
  const auto tables = static_cast<uint64_t>(state.range(0));
  const auto store = NewStore(0);
  Count(state, *store, tables / 1'000, tables, [](uint64_t i) {
    std::vector<Delta::Change> changes;
    for (uint64_t number = 1'000 * i; number < 1'000 * (i + 1); ++number) {
      changes.push_back({TableId(number), TableBytes(number)});
    }
    return changes;
  });
}

BENCHMARK(Versions)
    ->Name("MemoryOfVersion/annals")
    ->ArgName("versions")
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(Tables)
    ->Name("MemoryOfTable/annals")
    ->ArgName("tables")
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Repetitions(3);

}  // namespace
}  // namespace annals::bench
