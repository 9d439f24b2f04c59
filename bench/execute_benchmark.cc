// What a commit costs as the catalog grows: CREATE TABLE on the memory log with
// 100 to 1,000,000 tables there already, and the recovery of a long log. Sizes are
// measured in turn, round by round, so that a slow moment of the machine hits all
// of them alike.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "annals/annals.h"

namespace {

using annals::CatalogManager;

annals::CreateTable TableNumber(uint64_t number) {
  return {.name = "TABLE_" + std::to_string(number),
          .columns = {{.name = "ID", .type = annals::Int64()},
                      {.name = "NAME", .type = annals::String(100)},
                      {.name = "TOTAL", .type = annals::Decimal(10, 2), .nullable = true},
                      {.name = "MADE_AT", .type = annals::Timestamp()},
                      {.name = "NOTE", .type = annals::String(), .nullable = true}},
          .primary_key = annals::HashPrimaryKey({"ID"})};
}

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::exit(1);
}

// A memory catalog with about `tables` tables.
struct Grown {
  std::unique_ptr<CatalogManager> manager = OrDie(CatalogManager::Open({.log = "memory"}));
  uint64_t tables = 0;

  void GrowTo(uint64_t wanted) {
    while (tables < wanted) {
      std::vector<annals::CatalogCommand> batch;
      for (int i = 0; i < 1000 && tables < wanted; ++i) batch.emplace_back(TableNumber(tables++));
      OrDie(manager->Execute(std::move(batch)));
    }
  }
};

Grown& CatalogOf(uint64_t tables) {
  static std::map<uint64_t, Grown> catalogs;
  Grown& grown = catalogs[tables];
  if (grown.tables > tables + tables / 10) grown = Grown();  // Measuring has made it too large.
  grown.GrowTo(tables);
  return grown;
}

// One commit a table, on a catalog that holds `tables` already.
void ExecuteCreateTable(benchmark::State& state) {
  Grown& grown = CatalogOf(static_cast<uint64_t>(state.range(0)));
  for (auto _ : state) OrDie(grown.manager->Execute(TableNumber(grown.tables++)));
}
BENCHMARK(ExecuteCreateTable)
    ->ArgName("tables")
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(200)
    ->Repetitions(15)
    ->ReportAggregatesOnly();

// Opening a RocksDB store of `records` versions, one CREATE TABLE each, with every
// check of every record.
void Recover(benchmark::State& state) {
  const auto records = static_cast<uint64_t>(state.range(0));
  const auto path = std::filesystem::temp_directory_path() / "annals_recovery_benchmark";
  std::filesystem::remove_all(path);
  {
    auto manager = OrDie(CatalogManager::Open({.path = path.string()}));
    // Many callers share a sync: the log is made in seconds.
    uint64_t made = 1;
    while (made < records) {
      for (int i = 0; i < 4096 && made < records; ++i) {
        manager->ExecuteAsync({TableNumber(made++)}, {}, [](auto done) { OrDie(std::move(done)); });
      }
      benchmark::DoNotOptimize(manager->WaitForVersion({made}, absl::InfiniteFuture()));
    }
  }
  for (auto _ : state) {
    auto manager = OrDie(CatalogManager::Open({.path = path.string()}));
    state.PauseTiming();
    if (manager->Latest().version().value != records) state.SkipWithError("versions are missing");
    manager.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(records) * state.iterations());
  std::filesystem::remove_all(path);
}
BENCHMARK(Recover)
    ->ArgName("records")
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
