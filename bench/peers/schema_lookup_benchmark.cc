// A table's column by the names of both, as a program asks its catalog before it does
// anything: ours, and the schema that SQLite keeps in memory.

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"

namespace annals::bench {
namespace {

uint64_t Size(const benchmark::State& state) { return static_cast<uint64_t>(state.range(0)); }

template <typename Look>
void Visit(benchmark::State& state, Look look) {
  static std::map<uint64_t, std::vector<std::string>> all;
  auto& names = all[Size(state)];
  if (names.empty()) {
    for (uint32_t number : Shuffled(Size(state))) names.push_back(TableName(number));
  }
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(look(names[at]));
    if (++at == names.size()) at = 0;
  }
}

void Annals(benchmark::State& state) {
  CatalogReader reader(SharedStore(Size(state)));
  Visit(state, [&](const std::string& name) {
    return reader.Latest().Table(kPublicSchema, name)->FindColumn("COLUMN_3")->type();
  });
}

void Run(sqlite3* db, const std::string& text) {
  if (sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
  std::cerr << "SQLite: " << sqlite3_errmsg(db) << "\n";
  std::exit(1);
}

// In memory, with as many tables. Making one more makes SQLite look at all, so not too many.
sqlite3* SharedSqlite(uint64_t tables) {
  static std::map<uint64_t, sqlite3*> all;  // For as long as the program runs.
  sqlite3*& db = all[tables];
  if (db != nullptr) return db;
  sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                  nullptr);
  Run(db, "BEGIN");
  for (uint64_t number = 0; number < tables; ++number) {
    Run(db, "CREATE TABLE " + TableName(number) +
                " (COLUMN_0 INTEGER PRIMARY KEY, COLUMN_1 BIGINT, COLUMN_2 BIGINT, "
                "COLUMN_3 BIGINT, COLUMN_4 BIGINT)");
  }
  Run(db, "COMMIT");
  return db;
}

void Sqlite(benchmark::State& state) {
  sqlite3* db = SharedSqlite(Size(state));
  Visit(state, [&](const std::string& name) {
    const char* type = nullptr;
    sqlite3_table_column_metadata(db, "main", name.c_str(), "COLUMN_3", &type, nullptr, nullptr,
                                  nullptr, nullptr);
    return type;
  });
}

void Tables(benchmark::internal::Benchmark* family) {
  family->ArgName("tables")->Arg(1'000)->Arg(10'000);
}

BENCHMARK(Annals)->Name("ColumnOfTable/annals")->Apply(Tables);
BENCHMARK(Sqlite)->Name("ColumnOfTable/sqlite")->Apply(Tables);

}  // namespace
}  // namespace annals::bench
