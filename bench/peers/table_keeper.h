#pragma once

// What keeps the tables of a database durably: Annals, and what a program would use
// instead. All do the same work: CREATE TABLE of five columns (bench/catalogs.h), in the
// same process, on the same disk, durable when the call returns.

#include <cstdint>
#include <memory>
#include <string>

namespace annals::bench {

class TableKeeper {
 public:
  virtual ~TableKeeper() = default;
  // Any thread. Ends the program if it fails.
  virtual void CreateTable(uint64_t number) = 0;
};

// Each makes a new store in the empty directory `directory`.
std::unique_ptr<TableKeeper> NewAnnals(const std::string& directory);
// RocksDB puts the bytes of the record that Annals would write under its key, and syncs:
// what any log in RocksDB costs.
std::unique_ptr<TableKeeper> NewRocksDb(const std::string& directory);
// SQLite in WAL mode, synchronous=FULL. Callers take turns at one connection: with one
// each they would read the whole schema again after every change, and be slower.
std::unique_ptr<TableKeeper> NewSqlite(const std::string& directory);
// LMDB writes the same bytes and the number of the version in one transaction, synced.
std::unique_ptr<TableKeeper> NewLmdb(const std::string& directory);

}  // namespace annals::bench
