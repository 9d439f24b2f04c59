// What Execute costs on the memory log as the catalog and its history grow, beside the
// pieces that no commit can do without: pack the record, hash it, check it, apply it,
// install the version, each once.

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annals/annals.h"
#include "annals/bench/catalogs.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/update.h"
#include "annals/log/record.h"

namespace annals::bench {
namespace {

// Commits in a round.
constexpr int kCommits = 200;

uint64_t Size(const benchmark::State& state) { return static_cast<uint64_t>(state.range(0)); }

// A memory catalog that measuring makes larger.
struct Growing {
  std::unique_ptr<CatalogManager> manager;
  uint64_t tables = 0;
};

// One with `tables` tables, or a tenth more: then it is made again.
Growing& GrowingOf(uint64_t tables) {
  static std::map<uint64_t, Growing> catalogs;
  Growing& growing = catalogs[tables];
  if (growing.manager == nullptr || growing.tables > tables + tables / 10) {
    growing = {Must(CatalogManager::Open({.log = "memory"})), tables};
    AddTables(*growing.manager, 0, tables);
  }
  return growing;
}

// CREATE TABLE, a version each.
void Execute(benchmark::State& state) {
  Growing& growing = GrowingOf(Size(state));
  for (auto _ : state) Must(growing.manager->Execute(TableNumber(growing.tables++)));
}

// --- The pieces.

struct Pieces {
  std::shared_ptr<VersionedStore> store;
  uint64_t tables;
  Sha256Hash hash;

  VersionedUpdate Next(uint64_t ahead) const {
    const uint64_t number = tables + ahead;
    const HybridTimestamp time = TimeOf({store->latest().value + 1 + ahead});
    return {.timestamp = time,
            .activation = time,
            .next_object_id = TableId(number + 1),
            .entries = {NewObject{TableBytes(number)}, NewObject{KeyIndexBytes(number)}},
            .author = {},
            .message = {},
            .statement = {}};
  }

  void Commit(const VersionedUpdate& update) {
    const CatalogVersion version = store->latest().Next();
    const std::string payload = EncodeUpdate(update);
    const std::string record = SealRecord({.version = version, .previous = hash}, payload);
    hash = HashOfVersion(record);
    const VersionedUpdate decoded = Must(DecodeUpdate(payload));
    const Catalog base = store->Latest();
    CatalogDraft draft(base, version, decoded.timestamp);
    Must(Apply(decoded, draft));
    store->Install(std::move(draft).TakeDelta(), decoded.timestamp);
    store->Activate(version, decoded.activation);
    ++tables;
  }
};

Pieces& PiecesOf(uint64_t tables) {
  static std::map<uint64_t, Pieces> all;
  Pieces& pieces = all[tables];
  if (pieces.store == nullptr || pieces.tables > tables + tables / 10) {
    pieces = {NewStore(tables), tables, {}};
  }
  return pieces;
}

void CommitPieces(benchmark::State& state) {
  Pieces& pieces = PiecesOf(Size(state));
  std::vector<VersionedUpdate> updates;
  for (uint64_t i = 0; i < kCommits; ++i) updates.push_back(pieces.Next(i));
  size_t at = 0;
  for (auto _ : state) pieces.Commit(updates[at++]);
}

// --- By the versions that are kept.

// A catalog of 1,000 tables that were changed until it had so many versions.
struct LongHistory {
  explicit LongHistory(uint64_t versions) : manager(Must(CatalogManager::Open({.log = "memory"}))) {
    AddTables(*manager, 0, 1'000);
    while (manager->Latest().version().value < versions) Change();
  }
  void Change() {
    ++changes;
    Must(manager->Execute(AlterTableSetProperty{.table = TableName(changes % 1'000),
                                                .min_stale_rows_count = changes}));
  }
  std::unique_ptr<CatalogManager> manager;
  int64_t changes = 0;
};

// ALTER TABLE, a version each. With few versions the history is made anew for each round.
void ExecuteAfter(benchmark::State& state) {
  static std::map<uint64_t, std::unique_ptr<LongHistory>> histories;
  auto& history = histories[Size(state)];
  if (history == nullptr || Size(state) < 100 * kCommits) {
    history = std::make_unique<LongHistory>(Size(state));
  }
  for (auto _ : state) history->Change();
}

void Tables(benchmark::internal::Benchmark* family) {
  family->ArgName("tables")->Arg(100)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Iterations(
      kCommits);
}

BENCHMARK(Execute)->Name("Execute/annals")->Apply(Tables);
BENCHMARK(CommitPieces)->Name("Execute/pieces")->Apply(Tables);
BENCHMARK(ExecuteAfter)
    ->Name("ExecuteAfter/annals")
    ->ArgName("versions")
    ->Arg(1)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(kCommits);

}  // namespace
}  // namespace annals::bench
