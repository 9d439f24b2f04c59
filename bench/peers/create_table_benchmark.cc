// CREATE TABLE, durable when the call returns, from 1, 8 and 16 clients, each a thread.
// Every round begins with an empty store.

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <string>

#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"

namespace annals::bench {
namespace {

// Commits in a round.
constexpr int kCommits = 800;

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

void Register(const std::string& name, Make make) {
  for (int threads : {1, 8, 16}) {
    benchmark::RegisterBenchmark(("CreateTable/" + name).c_str(), CreateTables, make)
        ->Threads(threads)
        ->Iterations(kCommits / threads)
        ->UseRealTime();
  }
}

const bool kRegistered = [] {
  Register("annals", NewAnnals);
  Register("rocksdb_put", NewRocksDb);
  Register("sqlite", NewSqlite);
  Register("lmdb", NewLmdb);
  return true;
}();

}  // namespace
}  // namespace annals::bench
