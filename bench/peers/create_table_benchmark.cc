// CREATE TABLE, durable when the call returns, from 1, 8 and 16 clients, each a thread.
// Every round begins with an empty store.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"

namespace annals::bench {
namespace {

using Make = std::unique_ptr<TableKeeper> (*)(const std::string& directory);

void CreateTables(benchmark::State& state, Make make) {
  static std::unique_ptr<ScratchDirectory> directory;
  static std::unique_ptr<TableKeeper> keeper;
  static std::atomic<uint64_t> number;
  if (state.thread_index() == 0) {  // The others wait for it where the loop begins,
    directory = std::make_unique<ScratchDirectory>("create_table");
    keeper = make(directory->path());
    number = 0;
  }
  for (auto _ : state) keeper->CreateTable(++number);
  if (state.thread_index() == 0) {  // and it waits for them where the loop ends.
    keeper.reset();
    directory.reset();
  }
  state.SetItemsProcessed(state.iterations());
}

struct System {
  const char* name;
  Make make;
};
constexpr System kSystems[] = {
    {"annals", NewAnnals}, {"rocksdb_put", NewRocksDb}, {"sqlite", NewSqlite}, {"lmdb", NewLmdb}};

// A disk has its moods, and they last for seconds: in each round the systems come right
// after each other, and not in the random order of the other benchmarks.
void Register(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (int threads : {1, 8, 16}) {
      const int commits = threads == 1 ? 160 : 480;
      for (const System& system : kSystems) {
        const std::string name = std::string("CreateTable/") + system.name;
        benchmark::RegisterBenchmark(name.c_str(), CreateTables, system.make)
            ->Threads(threads)
            ->Iterations(commits / threads)
            ->Repetitions(1)
            ->UseRealTime();
      }
    }
  }
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  constexpr std::string_view kRepetitions = "--benchmark_repetitions=";
  int rounds = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with(kRepetitions)) {
      rounds = std::atoi(argv[i] + kRepetitions.size());
    }
  }
  std::vector<char*> arguments(argv, argv + argc);
  std::string in_order = "--benchmark_enable_random_interleaving=false";
  arguments.push_back(in_order.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  annals::bench::Register(rounds);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
