// A catalog of a million tables and as many versions, end to end: made, opened, read,
// written to while a snapshot is on its way, opened again. Figures of one run, which
// `./dev bench --scale` prints; not a benchmark of Google's, since nothing is repeated.
//
//   scale [TABLES]

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"
#include "annals/engine/catalog_manager.h"

namespace annals::bench {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Of this process, in MB.
double ResidentMemory() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * 4096 / 1e6;
}

// How long commits took, in milliseconds.
class Latencies {
 public:
  void Add(double ms) { all_.push_back(ms); }
  size_t count() const { return all_.size(); }
  double Slowest() const { return *std::max_element(all_.begin(), all_.end()); }
  double Median() {
    const auto middle = all_.begin() + static_cast<std::ptrdiff_t>(all_.size() / 2);
    std::nth_element(all_.begin(), middle, all_.end());
    return *middle;
  }
  size_t CountAbove(double ms) const {
    return static_cast<size_t>(
        std::count_if(all_.begin(), all_.end(), [&](double one) { return one > ms; }));
  }
  void Print(const char* when) {
    std::printf("%-44s %8zu times, median %.3f ms, %zu above 10 ms, slowest %.2f ms\n", when,
                count(), Median(), CountAbove(10), Slowest());
  }

 private:
  std::vector<double> all_;
};

// One after the other, by this thread, as long as `more` says.
template <typename More>
Latencies CreateWhile(CatalogManager& manager, uint64_t first, More more) {
  Latencies latencies;
  for (uint64_t number = first; more(number); ++number) {
    const CreateTable command = TableNumber(number);
    const auto start = Clock::now();
    Must(manager.Execute(command));
    latencies.Add(MillisecondsSince(start));
  }
  return latencies;
}

// What no commit can do without: as many bytes as one writes, appended to a file and synced.
Latencies SyncWhile(const std::string& path, const std::function<bool()>& more) {
  const std::string bytes(500, 'b');
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  Latencies latencies;
  bool written = file >= 0;
  while (written && more()) {
    const auto start = Clock::now();
    written = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
              ::fdatasync(file) == 0;
    latencies.Add(MillisecondsSince(start));
  }
  ::close(file);
  if (!written) std::abort();
  return latencies;
}

void CreateTogether(CatalogManager& manager, uint64_t tables) {
  constexpr uint64_t kClients = 8;
  std::atomic<uint64_t> next{0};
  std::vector<std::thread> clients;
  for (uint64_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      for (uint64_t number = next++; number < tables; number = next++) {
        Must(manager.Execute(TableNumber(number)));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

void Grow(uint64_t tables) {
  const auto manager = Must(CatalogManager::Open({.log = "memory"}));
  CreateWhile(*manager, 0, [&](uint64_t number) {
    return number < tables;
  }).Print("growing, on the memory log");
}

void Make(const std::string& path, uint64_t tables) {
  const auto manager = Must(CatalogManager::Open({.path = path}));
  const auto start = Clock::now();
  CreateTogether(*manager, tables);
  const double seconds = MillisecondsSince(start) / 1000;
  std::printf("%-44s %.1f s, %.0f commits/s\n", "made by 8 clients, durable", seconds,
              static_cast<double>(tables) / seconds);
}

std::unique_ptr<CatalogManager> Reopen(const std::string& path, const char* what) {
  const double before = ResidentMemory();
  const auto start = Clock::now();
  auto manager = Must(CatalogManager::Open({.path = path}));
  std::printf("%-44s %.2f s, %.0f MB\n", what, MillisecondsSince(start) / 1000,
              ResidentMemory() - before);
  return manager;
}

// Names of tables, in an order without a pattern.
std::vector<std::string> SomeNames(uint64_t tables) {
  std::vector<std::string> names;
  for (const uint32_t number : Shuffled(tables)) {
    names.push_back(TableName(number));
    if (names.size() == 100'000) break;
  }
  return names;
}

void Serve(const CatalogManager& manager, uint64_t tables) {
  const std::vector<std::string> names = SomeNames(tables);
  const CatalogVersion latest = manager.Latest().version();
  for (const uint64_t back : {uint64_t{0}, latest.value / 2}) {
    const Catalog catalog = Must(manager.At({latest.value - back}));
    size_t found = 0;
    const auto start = Clock::now();
    for (const std::string& name : names) {
      found += catalog.Table("PUBLIC", name).has_value() ? 1 : 0;
    }
    std::printf("%-44s %.0f ns a look-up, %zu of %zu there\n",
                back == 0 ? "served at the latest version" : "served at the version in the middle",
                MillisecondsSince(start) * 1e6 / static_cast<double>(names.size()), found,
                names.size());
  }
}

void CommitDuringSnapshot(CatalogManager& manager, const std::string& scratch, uint64_t tables) {
  constexpr uint64_t kAlone = 20'000;
  uint64_t syncs = 0;
  SyncWhile(scratch + "/alone", [&] { return ++syncs <= kAlone; }).Print("syncing a file");
  CreateWhile(manager, tables, [&](uint64_t number) {
    return number < tables + kAlone;
  }).Print("committing, by one client");

  std::atomic<bool> done{false};
  double seconds = 0;
  std::thread snapshot([&] {
    const auto start = Clock::now();
    Must(manager.Snapshot(manager.Latest().version()));
    seconds = MillisecondsSince(start) / 1000;
    done = true;
  });
  std::optional<Latencies> beside;
  std::thread syncing([&] { beside = SyncWhile(scratch + "/beside", [&] { return !done; }); });
  Latencies latencies =
      CreateWhile(manager, tables + kAlone, [&](uint64_t /*number*/) { return !done; });
  snapshot.join();
  syncing.join();
  std::printf("%-44s %.2f s\n", "a snapshot of everything, beside commits", seconds);
  latencies.Print("committing while it was written");
  beside->Print("syncing another file while it was written");
}

void Run(uint64_t tables) {
  std::printf("%-44s %lu\n", "tables, and versions", static_cast<unsigned long>(tables));
  Grow(tables);
  const ScratchDirectory scratch("scale");
  const std::string path = scratch.path() + "/store";
  Make(path, tables);
  {
    const auto manager = Reopen(path, "opened, every version at hand");
    Serve(*manager, tables);
    CommitDuringSnapshot(*manager, scratch.path(), tables);
  }
  Reopen(path, "opened from the snapshot");
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const uint64_t tables = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  annals::bench::Run(std::max<uint64_t>(tables, 1000));
  return 0;
}
