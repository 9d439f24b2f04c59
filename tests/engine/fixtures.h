#pragma once

// What tests of the engine share: a clock that tests move, stores to open again,
// commands, and the state of a catalog at each version as something to compare.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/annals.h"
#include "annals/tests/support/log_tap.h"
#include "annals/tests/support/memory_disk.h"
#include "annals/tests/support/simulated_log.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {

using Manager = std::unique_ptr<CatalogManager>;

inline constexpr int64_t kMinuteMs = 60'000;
inline constexpr int64_t kHourMs = 60 * kMinuteMs;

// Time stands still until a test moves it.
class FakeClock final : public Clock {
 public:
  static constexpr uint64_t kStartMs = 1'700'000'000'000;

  uint64_t WallMs() const override { return wall_ms_; }
  uint64_t SteadyMs() const override { return steady_ms_; }
  // Looks again soon, since nobody notifies those who wait for time to pass.
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
            uint64_t /*ms*/) const override {
    ++waits_;
    wake.wait_for(lock, std::chrono::milliseconds(1));
  }

  void Pass(uint64_t ms) {
    steady_ms_ += ms;
    wall_ms_ += ms;
  }
  // Somebody sets the wall clock.
  void Jump(int64_t ms) { wall_ms_ += static_cast<uint64_t>(ms); }
  // How often anybody has waited.
  uint64_t waits() const { return waits_; }

 private:
  std::atomic<uint64_t> wall_ms_{kStartMs};
  std::atomic<uint64_t> steady_ms_{1'000'000};
  mutable std::atomic<uint64_t> waits_{0};
};

// A directory for a store, which does not exist yet and is gone afterwards.
class TempStore {
 public:
  TempStore() {
    std::string name = (std::filesystem::temp_directory_path() / "annals-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~TempStore() { std::filesystem::remove_all(directory_); }
  TempStore(const TempStore&) = delete;
  TempStore& operator=(const TempStore&) = delete;

  std::string path() const { return (directory_ / "store").string(); }
  std::string Beside(const std::string& name) const { return (directory_ / name).string(); }

 private:
  std::filesystem::path directory_;
};

inline Manager MustOpen(std::unique_ptr<UpdateLog> log, const OpenOptions& options = {}) {
  auto manager = CatalogManager::Open(std::move(log), options);
  EXPECT_THAT(manager, IsOk());
  return manager.ok() ? *std::move(manager) : nullptr;
}
inline Manager MustOpen(MemoryDisk& disk, const OpenOptions& options = {}) {
  auto log = disk.Open();
  EXPECT_THAT(log, IsOk());
  return log.ok() ? MustOpen(*std::move(log), options) : nullptr;
}
inline Manager MustOpen(const OpenOptions& options) {
  auto manager = CatalogManager::Open(options);
  EXPECT_THAT(manager, IsOk());
  return manager.ok() ? *std::move(manager) : nullptr;
}
inline Manager OpenInMemory(const OpenOptions& options = {}) {
  return MustOpen(NewMemoryLog(), options);
}
inline Manager OpenTapped(Tap* tap, const OpenOptions& options = {}) {
  return MustOpen(std::make_unique<TappedLog>(NewMemoryLog(), tap), options);
}

inline ColumnDefinition Int(std::string name) { return {.name = std::move(name), .type = Int32()}; }
inline ColumnDefinition NullableInt(std::string name) {
  return {.name = std::move(name), .type = Int32(), .nullable = true};
}
// T (ID INT32 PRIMARY KEY, VAL INT32 NULL).
inline CreateTable TableNamed(std::string name, bool if_not_exists = false) {
  return {.name = std::move(name),
          .columns = {Int("ID"), NullableInt("VAL")},
          .primary_key = HashPrimaryKey({"ID"}),
          .if_not_exists = if_not_exists};
}
inline CreateSchema SchemaNamed(std::string name, bool if_not_exists = false) {
  return {.name = std::move(name), .if_not_exists = if_not_exists};
}
// Always makes a version.
inline AlterTableSetProperty Touch(std::string table, int64_t value = 1) {
  return {.table = std::move(table), .min_stale_rows_count = value};
}

// What a version is, compared as a whole.
struct State {
  std::string digest;
  std::string lines;
  HybridTimestamp timestamp;
  HybridTimestamp activation;
  friend bool operator==(const State&, const State&) = default;
  friend void PrintTo(const State& state, std::ostream* os) {
    *os << state.digest << " @" << state.timestamp.raw() << "/" << state.activation.raw() << "\n"
        << state.lines;
  }
};

inline State StateOf(const Catalog& catalog) {
  return {StateDigest(catalog), CanonicalLines(catalog), catalog.timestamp(), catalog.activation()};
}

// All versions that can be read, from the earliest on.
inline std::map<uint64_t, State> StatesOf(const CatalogService& service, uint64_t first = 1) {
  std::map<uint64_t, State> states;
  const uint64_t last = service.Latest().version().value;
  for (uint64_t version = first; version <= last; ++version) {
    const auto catalog = service.At({version});
    EXPECT_THAT(catalog, IsOk());
    if (catalog.ok()) states.emplace(version, StateOf(*catalog));
  }
  return states;
}

inline CatalogVersion LatestOf(const CatalogService& service) { return service.Latest().version(); }

// Waits for what another thread brings about; false if it does not.
template <typename Predicate>
bool Eventually(Predicate there, absl::Duration patience = absl::Seconds(20)) {
  const absl::Time end = absl::Now() + patience;
  while (!there()) {
    if (absl::Now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace annals
