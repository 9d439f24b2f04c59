#pragma once

// What benchmarks work on: catalogs of a chosen number of tables, each with five
// columns and its key index, as CREATE TABLE makes them; and directories for stores.
// One thread.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/versioned_store.h"
#include "annals/commands/create_table.h"
#include "annals/engine/catalog_manager.h"

namespace annals::bench {

// Ends the program if something failed: what goes on measures nothing.
inline void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}
template <typename T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

inline constexpr size_t kColumns = 5;

// "TABLE_42"
std::string TableName(uint64_t number);
// CREATE TABLE of that name.
CreateTable TableNumber(uint64_t number);

// --- Catalogs without a log.

inline constexpr ObjectId kSchemaId{0};  // PUBLIC.
inline constexpr ObjectId kZoneId{1};
inline ObjectId TableId(uint64_t number) { return {static_cast<uint32_t>(2 + 2 * number)}; }
inline ObjectId KeyIndexId(uint64_t number) { return {TableId(number).value + 1}; }
// The objects; `revision` is in a field, so that a table can change.
std::string TableBytes(uint64_t number, uint64_t revision = 0, size_t columns = kColumns);
std::string KeyIndexBytes(uint64_t number);

// The time of a version, and of its activation.
HybridTimestamp TimeOf(CatalogVersion version);
// Adds a version, and activates it.
void InstallNext(VersionedStore& store, std::vector<Delta::Change> changes);
// A store with the tables of numbers below `tables`.
std::shared_ptr<VersionedStore> NewStore(uint64_t tables);
// The same, made once and shared by all who ask: not to be changed.
const std::shared_ptr<VersionedStore>& SharedStore(uint64_t tables);

// The numbers below `count` in an order without a pattern, the same in every run.
const std::vector<uint32_t>& Shuffled(uint64_t count);

// --- Catalogs with a log.

// Adds the tables of numbers from `first` up to `end`, a thousand in a version.
void AddTables(CatalogManager& manager, uint64_t first, uint64_t end);
// The bytes of the record that one CREATE TABLE writes.
std::string RecordOfTable();

// An empty directory below the working directory, on whose disk durable work is
// measured. Gone afterwards; ./dev bench clears up after programs that were cut off.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& name);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
};

// The path of a store with so many versions, one CREATE TABLE each: not to be changed.
// Made by the first who asks, and left for the programs that come after; ./dev bench
// clears up.
std::string SharedLog(uint64_t versions);

}  // namespace annals::bench
