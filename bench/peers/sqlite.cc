#include <sqlite3.h>

#include <cstdlib>
#include <iostream>
#include <mutex>

#include "annals/bench/catalogs.h"
#include "annals/bench/peers/table_keeper.h"

namespace annals::bench {
namespace {

std::string CreateTableText(uint64_t number) {
  return "CREATE TABLE " + TableName(number) +
         " (ID INTEGER PRIMARY KEY, NAME VARCHAR(100) NOT NULL, TOTAL DECIMAL(10, 2), "
         "MADE_AT TIMESTAMP NOT NULL, NOTE VARCHAR)";
}

class Sqlite final : public TableKeeper {
 public:
  explicit Sqlite(const std::string& directory) {
    // The lock of our own is all that the connection needs.
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const std::string path = directory + "/sqlite";
    if (sqlite3_open_v2(path.c_str(), &db_, kFlags, nullptr) != SQLITE_OK) Fail();
    Run("PRAGMA journal_mode=WAL");
    Run("PRAGMA synchronous=FULL");
    Run("PRAGMA locking_mode=EXCLUSIVE");
  }
  ~Sqlite() override { sqlite3_close(db_); }

  void CreateTable(uint64_t number) override {
    const std::string text = CreateTableText(number);
    const std::lock_guard lock(mutex_);
    Run(text.c_str());
  }

 private:
  void Run(const char* text) {
    if (sqlite3_exec(db_, text, nullptr, nullptr, nullptr) != SQLITE_OK) Fail();
  }
  [[noreturn]] void Fail() const {
    std::cerr << "SQLite: " << sqlite3_errmsg(db_) << "\n";
    std::exit(1);
  }

  std::mutex mutex_;
  sqlite3* db_ = nullptr;
};

}  // namespace

std::unique_ptr<TableKeeper> NewSqlite(const std::string& directory) {
  return std::make_unique<Sqlite>(directory);
}

}  // namespace annals::bench
