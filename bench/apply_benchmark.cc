// One update on its way from entries to a version, piece by piece, as its table gets
// wider; and the version itself, as the catalog gets larger, beside a map that is
// copied for each.

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "annals/bench/catalogs.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/update.h"
#include "annals/log/record.h"

namespace annals::bench {
namespace {

constexpr uint64_t kNumber = 0;

// The update that adds a table of `columns` columns, with its key index, to NewStore(0).
VersionedUpdate UpdateOf(int64_t columns) {
  return {.timestamp = TimeOf({2}),
          .activation = TimeOf({2}),
          .next_object_id = TableId(kNumber + 1),
          .entries = {NewObject{TableBytes(kNumber, 0, static_cast<size_t>(columns))},
                      NewObject{KeyIndexBytes(kNumber)}},
          .author = {},
          .message = {},
          .statement = {}};
}

void Build(benchmark::State& state) {
  const auto columns = static_cast<size_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(TableBytes(kNumber, 0, columns));
}

void Encode(benchmark::State& state) {
  const VersionedUpdate update = UpdateOf(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(EncodeUpdate(update));
}

void Seal(benchmark::State& state) {
  const std::string payload = EncodeUpdate(UpdateOf(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(HashOfVersion(SealRecord({}, payload)));
}

void Open(benchmark::State& state) {
  const std::string record = SealRecord({}, EncodeUpdate(UpdateOf(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(OpenRecord("record", record));
}

void Decode(benchmark::State& state) {
  const std::string payload = EncodeUpdate(UpdateOf(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(DecodeUpdate(payload));
}

void ApplyUpdate(benchmark::State& state) {
  const VersionedUpdate update = UpdateOf(state.range(0));
  const Catalog base = NewStore(0)->Latest();
  for (auto _ : state) {
    CatalogDraft draft(base, {2}, update.timestamp);
    Must(Apply(update, draft));
    benchmark::DoNotOptimize(std::move(draft).TakeDelta());
  }
}

// --- One object more, by the size of the catalog.

constexpr uint64_t kChanges = 1'000;

void NewVersion(benchmark::State& state) {
  static std::map<int64_t, std::shared_ptr<VersionedStore>> stores;
  auto& store = stores[state.range(0)];
  const auto tables = static_cast<uint64_t>(state.range(0));
  if (store == nullptr) store = NewStore(tables);
  const uint64_t first = store->latest().value;
  std::vector<std::vector<Delta::Change>> changes;
  for (uint64_t i = first; i < first + kChanges; ++i) {
    changes.push_back({{TableId(i % tables), TableBytes(i % tables, i)}});
  }
  size_t at = 0;
  for (auto _ : state) InstallNext(*store, std::move(changes[at++]));
}

// The usual way to have immutable versions: a map of names, and all of it copied.
void NewVersionOfMap(benchmark::State& state) {
  using Map = absl::flat_hash_map<std::pair<uint32_t, std::string>, std::shared_ptr<std::string>>;
  static std::map<int64_t, std::shared_ptr<const Map>> versions;
  auto& latest = versions[state.range(0)];
  const auto tables = static_cast<uint64_t>(state.range(0));
  if (latest == nullptr) {
    Map first;
    for (uint64_t number = 0; number < tables; ++number) {
      first.emplace(std::pair(kSchemaId.value, TableName(number)),
                    std::make_shared<std::string>(TableBytes(number)));
    }
    latest = std::make_shared<Map>(std::move(first));
  }
  uint64_t revision = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const uint64_t number = ++revision % tables;
    auto changed = std::make_shared<std::string>(TableBytes(number, revision));
    std::pair key(kSchemaId.value, TableName(number));
    state.ResumeTiming();
    auto next = std::make_shared<Map>(*latest);
    next->insert_or_assign(std::move(key), std::move(changed));
    latest = std::move(next);
  }
}

void Columns(benchmark::internal::Benchmark* family) {
  family->ArgName("columns")->Arg(5)->Arg(20)->Arg(200)->Arg(1'000);
}
void Tables(benchmark::internal::Benchmark* family) {
  family->ArgName("tables")->Arg(1'000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
}

BENCHMARK(Build)->Name("CreateTablePiece/BuildObject")->Apply(Columns);
BENCHMARK(Encode)->Name("CreateTablePiece/EncodeUpdate")->Apply(Columns);
BENCHMARK(Seal)->Name("CreateTablePiece/SealRecord")->Apply(Columns);
BENCHMARK(Open)->Name("CreateTablePiece/OpenRecord")->Apply(Columns);
BENCHMARK(Decode)->Name("CreateTablePiece/DecodeUpdate")->Apply(Columns);
BENCHMARK(ApplyUpdate)->Name("CreateTablePiece/Apply")->Apply(Columns);
BENCHMARK(NewVersion)->Name("NewVersion/annals")->Apply(Tables)->Iterations(kChanges);
BENCHMARK(NewVersionOfMap)
    ->Name("NewVersion/copied_flat_hash_map")
    ->Apply(Tables)
    ->Iterations(5)
    ->Repetitions(3);

}  // namespace
}  // namespace annals::bench
