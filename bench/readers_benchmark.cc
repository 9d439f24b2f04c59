// Readers and the writer beside each other: what a reader's look-ups cost while
// versions are committed, and how long the slowest install of a growing catalog takes.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"
#include "annals/commands/alter_table_set_property.h"

namespace annals::bench {
namespace {

constexpr uint64_t kTables = 10'000;

// A durable catalog, for all rounds.
struct Durable {
  explicit Durable(const std::string& name, uint64_t tables) : directory(name) {
    manager = Must(CatalogManager::Open({.path = directory.path() + "/store"}));
    AddTables(*manager, 0, tables);
  }
  ScratchDirectory directory;
  std::unique_ptr<CatalogManager> manager;
};

// Commits as fast as the disk allows until it is destroyed.
class Writer {
 public:
  explicit Writer(CatalogManager& manager) : thread_([this, &manager] { Run(manager); }) {}
  ~Writer() {
    stop_ = true;
    thread_.join();
  }
  uint64_t commits() const { return commits_; }

 private:
  void Run(CatalogManager& manager) {
    for (; !stop_; ++commits_) {
      Must(manager.Execute(
          AlterTableSetProperty{.table = TableName(commits_ % 100),
                                .min_stale_rows_count = static_cast<int64_t>(commits_)}));
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<uint64_t> commits_ = 0;
  std::thread thread_;
};

Durable& ReadCatalog() {
  static Durable durable("readers", kTables);
  return durable;
}

Durable& OtherCatalog() {
  static Durable durable("readers_beside", 100);
  return durable;
}

// Looks tables up, each time in the latest catalog.
void Read(benchmark::State& state) {
  CatalogReader reader = ReadCatalog().manager->NewReader();
  static const auto names = [] {
    std::vector<std::string> all;
    for (uint32_t number : Shuffled(kTables)) all.push_back(TableName(number));
    return all;
  }();
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.Latest().Table(kPublicSchema, names[at]));
    if (++at == names.size()) at = 0;
  }
}

void ReadAlone(benchmark::State& state) { Read(state); }

void ReadUnderWriter(benchmark::State& state) {
  const Writer writer(*ReadCatalog().manager);
  Read(state);
  state.counters["commits"] = static_cast<double>(writer.commits());
}

// What the machine costs: the writer is as busy, and with another catalog.
void ReadBesideWriter(benchmark::State& state) {
  const Writer writer(*OtherCatalog().manager);
  Read(state);
}

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// A catalog grows table by table, a version each. The figure is the processor time of
// the slowest install, so that what else the machine does has no part in it.
void SlowestInstall(benchmark::State& state) {
  const auto tables = static_cast<uint64_t>(state.range(0));
  double slowest = 0;
  for (auto _ : state) {
    auto store = NewStore(0);
    for (uint64_t number = 0; number < tables; ++number) {
      std::vector<Delta::Change> changes = {{TableId(number), TableBytes(number)},
                                            {KeyIndexId(number), KeyIndexBytes(number)}};
      const double start = ThreadSeconds();
      InstallNext(*store, std::move(changes));
      slowest = std::max(slowest, ThreadSeconds() - start);
    }
  }
  state.counters["slowest_ns"] = slowest * 1e9;
}

BENCHMARK(ReadAlone)->Name("Read/annals_alone")->MinTime(0.2);
BENCHMARK(ReadUnderWriter)->Name("Read/annals_under_a_writer")->MinTime(0.2);
BENCHMARK(ReadBesideWriter)->Name("Read/annals_beside_another_writer")->MinTime(0.2);
BENCHMARK(SlowestInstall)
    ->Name("SlowestInstall/annals")
    ->ArgName("tables")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Repetitions(3);

}  // namespace
}  // namespace annals::bench
