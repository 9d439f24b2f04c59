// The program on a store with many versions, from its start to its end, beside what no
// program can do without.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <memory>
#include <string>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/bench/rocksdb_reading.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/snapshot/replay.h"

namespace annals::bench {
namespace {

uint64_t Versions(const benchmark::State& state) { return static_cast<uint64_t>(state.range(0)); }
CatalogVersion Middle(const benchmark::State& state) { return {Versions(state) / 2}; }

std::string StoreOf(const benchmark::State& state) { return SharedLog(Versions(state)); }

// Runs `annals ARGUMENTS...` with nowhere to write to.
void Run(benchmark::State& state, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), ANNALS_PROGRAM);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int output : {1, 2}) {
    posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  int status = 1;
  const bool ran =
      posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0;
  if (ran) waitpid(child, &status, 0);
  if (!ran || status != 0) state.SkipWithError("the program failed");
  posix_spawn_file_actions_destroy(&actions);
}

void Log(benchmark::State& state) {
  const std::string store = StoreOf(state);
  for (auto _ : state) Run(state, {"log", store, "-n", "20"});
}

void OpenRocksDb(benchmark::State& state) {
  const std::string store = StoreOf(state);
  for (auto _ : state) benchmark::DoNotOptimize(OpenForReading(store));
}

void Ls(benchmark::State& state) {
  const std::string store = StoreOf(state);
  const std::string version = std::to_string(Middle(state).value);
  for (auto _ : state) Run(state, {"ls", store, "--at", version});
}

void ReplayInProcess(benchmark::State& state) {
  const std::string store = StoreOf(state);
  for (auto _ : state) {
    const auto log = Must(OpenRocksDbLog({.path = store, .read_only = true}));
    auto replayed = Must(ReplayUpTo(*log, Middle(state)));
    state.PauseTiming();
    replayed.reset();
    state.ResumeTiming();
  }
}

void Sizes(benchmark::internal::Benchmark* family) {
  family->ArgName("versions")->Arg(1'000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
  family->Unit(benchmark::kMillisecond)->UseRealTime();
}
void Rounds(benchmark::internal::Benchmark* family) {
  Sizes(family);
  family->Iterations(5);
}
void SlowRounds(benchmark::internal::Benchmark* family) {
  Sizes(family);
  family->Iterations(1)->Repetitions(3);
}

BENCHMARK(Log)->Name("StartLog/annals_log")->Apply(Rounds);
BENCHMARK(OpenRocksDb)->Name("StartLog/rocksdb_open")->Apply(Rounds);
BENCHMARK(Ls)->Name("StartLs/annals_ls")->Apply(SlowRounds);
BENCHMARK(ReplayInProcess)->Name("StartLs/replay")->Apply(SlowRounds);

}  // namespace
}  // namespace annals::bench
