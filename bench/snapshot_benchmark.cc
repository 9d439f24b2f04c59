// A snapshot of the whole catalog: writing it, beside writing as many bytes to a file
// and syncing it; opening a store that begins with one, beside reading those bytes.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "annals/bench/catalogs.h"
#include "annals/commands/create_schema.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/snapshot/snapshot.h"

namespace annals::bench {
namespace {

constexpr size_t kPart = 1 << 20;

void MustNot(bool failed, const std::string& what) {
  if (!failed) return;
  std::cerr << what << ": " << std::strerror(errno) << "\n";
  std::exit(1);
}

// A store of so many tables that begins with a snapshot and is open, a copy of it that is
// not, and the snapshot's bytes in a file.
class Snapshotted {
 public:
  explicit Snapshotted(uint64_t tables)
      : directory_("snapshot_" + std::to_string(tables)),
        copy_(directory_.path() + "/copy"),
        file_(directory_.path() + "/bytes"),
        manager_(Must(CatalogManager::Open({.path = directory_.path() + "/store"}))) {
    AddTables(*manager_, 0, tables);
    Snapshot(manager_->Latest().version());
    Must(manager_->Backup(copy_));
    const auto log = Must(OpenRocksDbLog({.path = copy_, .read_only = true}));
    const CatalogVersion version = log->Head().snapshot;
    const SnapshotInfo info = Must(ReadSnapshotInfo(*log, version));
    for (uint32_t chunk = 0; chunk < info.chunks; ++chunk) {
      bytes_ += Must(log->ReadChunk(version, info.attempt, chunk));
    }
    WriteFile();
  }

  const std::string& copy() const { return copy_; }

  // Makes a version that has no snapshot yet.
  CatalogVersion NewVersion() {
    const std::string name = "SCHEMA_" + std::to_string(schemas_++);
    return Must(manager_->Execute(CreateSchema{.name = name})).version;
  }

  void Snapshot(CatalogVersion version) {
    if (Must(manager_->Snapshot(version))) return;
    std::cerr << "no snapshot was written\n";
    std::exit(1);
  }

  void WriteFile() const {
    const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    MustNot(file < 0, "open");
    for (size_t at = 0; at < bytes_.size(); at += kPart) {
      const size_t size = std::min(kPart, bytes_.size() - at);
      MustNot(write(file, bytes_.data() + at, size) != static_cast<ssize_t>(size), "write");
    }
    MustNot(fsync(file) != 0, "fsync");
    MustNot(close(file) != 0, "close");
  }

  // Into memory of its own, as whoever opens a snapshot needs it.
  std::string ReadFile() const {
    std::string read_bytes(bytes_.size(), '\0');
    const int file = open(file_.c_str(), O_RDONLY);
    MustNot(file < 0, "open");
    for (size_t at = 0; at < bytes_.size(); at += kPart) {
      const size_t size = std::min(kPart, bytes_.size() - at);
      MustNot(read(file, read_bytes.data() + at, size) != static_cast<ssize_t>(size), "read");
    }
    MustNot(close(file) != 0, "close");
    return read_bytes;
  }

 private:
  const ScratchDirectory directory_;
  const std::string copy_;
  const std::string file_;
  const std::unique_ptr<CatalogManager> manager_;
  std::string bytes_;
  uint64_t schemas_ = 0;
};

Snapshotted& StoreOf(const benchmark::State& state) {
  // Never destroyed: RocksDB's own globals may be gone by then.
  static auto& stores = *new std::map<int64_t, std::unique_ptr<Snapshotted>>();
  auto& store = stores[state.range(0)];
  if (store == nullptr)
    store = std::make_unique<Snapshotted>(static_cast<uint64_t>(state.range(0)));
  return *store;
}

void Write(benchmark::State& state) {
  Snapshotted& store = StoreOf(state);
  for (auto _ : state) {
    state.PauseTiming();
    const CatalogVersion version = store.NewVersion();
    state.ResumeTiming();
    store.Snapshot(version);
  }
}

void WriteFile(benchmark::State& state) {
  Snapshotted& store = StoreOf(state);
  for (auto _ : state) store.WriteFile();
}

void Open(benchmark::State& state) {
  Snapshotted& store = StoreOf(state);
  for (auto _ : state) {
    auto manager = Must(CatalogManager::Open({.path = store.copy()}));
    state.PauseTiming();
    manager.reset();
    state.ResumeTiming();
  }
}

void ReadFile(benchmark::State& state) {
  Snapshotted& store = StoreOf(state);
  for (auto _ : state) {
    std::string bytes = store.ReadFile();
    benchmark::DoNotOptimize(bytes);
    state.PauseTiming();
    std::string().swap(bytes);
    state.ResumeTiming();
  }
}

void Tables(benchmark::internal::Benchmark* family) {
  family->ArgName("tables")->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
  family->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);
}

BENCHMARK(Write)->Name("WriteSnapshot/annals")->Apply(Tables);
BENCHMARK(WriteFile)->Name("WriteSnapshot/file")->Apply(Tables);
BENCHMARK(Open)->Name("OpenSnapshot/annals")->Apply(Tables);
BENCHMARK(ReadFile)->Name("OpenSnapshot/file")->Apply(Tables);

}  // namespace
}  // namespace annals::bench
