// Looking things up: a table by name, an object by id, the columns of a table, what
// lives in a schema; each beside the hash map or the plain struct that does no more
// than that. Keys come in one shuffled order, the same for all.

#include <benchmark/benchmark.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "annals/bench/catalogs.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/object_tables_internal.h"

namespace annals::bench {
namespace {

// Later versions, for look-ups at an old one.
constexpr uint64_t kLaterVersions = 20'000;
constexpr uint64_t kChain = 10'000;

// --- What is looked for.

struct Keys {
  explicit Keys(uint64_t tables) {
    for (uint32_t number : Shuffled(tables)) {
      names.push_back(TableName(number));
      ids.push_back(TableId(number));
    }
  }
  std::vector<std::string> names;
  std::vector<ObjectId> ids;
};

template <typename T>
const T& Shared(uint64_t tables) {
  static std::map<uint64_t, std::unique_ptr<T>> made;
  auto& one = made[tables];
  if (one == nullptr) one = std::make_unique<T>(tables);
  return *one;
}

// Calls `look` for one key after the other.
template <typename Key, typename Look>
void Visit(benchmark::State& state, const std::vector<Key>& keys, Look look) {
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(look(keys[at]));
    if (++at == keys.size()) at = 0;
  }
}

uint64_t Size(const benchmark::State& state) { return static_cast<uint64_t>(state.range(0)); }

// --- The limits: hash maps over everything that has a name, or an id.

absl::string_view ToAbslView(std::string_view text) { return {text.data(), text.size()}; }

// `Scope`: a schema's id, or its name.
template <typename Scope, typename ScopeView>
struct ScopedName {
  struct Hash {
    using is_transparent = void;
    template <typename Key>
    size_t operator()(const Key& key) const {
      return absl::HashOf(ScopeView(key.first), ToAbslView(key.second));
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return ScopeView(a.first) == ScopeView(b.first) &&
             std::string_view(a.second) == std::string_view(b.second);
    }
  };
  using View = std::pair<ScopeView, std::string_view>;
  using Map = absl::flat_hash_map<std::pair<Scope, std::string>, const char*, Hash, Equal>;
};
using ById = ScopedName<uint32_t, uint32_t>;
using ByName = ScopedName<std::string, absl::string_view>;

struct SchemaIdAndName {
  explicit SchemaIdAndName(uint64_t tables) {
    SharedStore(tables)->Latest().ForEachChild(kSchemaId, [&](const ObjectDescriptor& object) {
      map.emplace(std::pair(kSchemaId.value, std::string(object.name())), object.bytes().data());
    });
  }
  ById::Map map;
};

struct SchemaNameAndName {
  explicit SchemaNameAndName(uint64_t tables) {
    SharedStore(tables)->Latest().ForEachChild(kSchemaId, [&](const ObjectDescriptor& object) {
      map.emplace(std::pair(std::string(kPublicSchema), std::string(object.name())),
                  object.bytes().data());
    });
  }
  ByName::Map map;
};

struct IdToBytes {
  explicit IdToBytes(uint64_t tables) {
    SharedStore(tables)->Latest().ForEachObject([&](const ObjectDescriptor& object) {
      map.emplace(object.id().value, object.bytes().data());
    });
  }
  absl::flat_hash_map<uint32_t, const char*> map;
};

// --- By name.

void TableCall(benchmark::State& state) {
  CatalogReader reader(SharedStore(Size(state)));
  Visit(state, Shared<Keys>(Size(state)).names,
        [&](const std::string& name) { return reader.Latest().Table(kPublicSchema, name); });
}

void TableLimit(benchmark::State& state) {
  const auto& map = Shared<SchemaNameAndName>(Size(state)).map;
  Visit(state, Shared<Keys>(Size(state)).names, [&](const std::string& name) {
    return map.find(ByName::View(ToAbslView(kPublicSchema), name))->second;
  });
}

void FindCall(benchmark::State& state) {
  CatalogReader reader(SharedStore(Size(state)));
  const NameScope scope = NameScope::In(kSchemaId);
  Visit(state, Shared<Keys>(Size(state)).names,
        [&](const std::string& name) { return reader.Latest().Find(scope, name); });
}

void FindLimit(benchmark::State& state) {
  const auto& map = Shared<SchemaIdAndName>(Size(state)).map;
  Visit(state, Shared<Keys>(Size(state)).names, [&](const std::string& name) {
    return map.find(ById::View(kSchemaId.value, name))->second;
  });
}

// --- By id, and one field read.

void IdCall(benchmark::State& state) {
  CatalogReader reader(SharedStore(Size(state)));
  Visit(state, Shared<Keys>(Size(state)).ids,
        [&](ObjectId id) { return reader.Latest().Find(id).parent(); });
}

void IdLimit(benchmark::State& state) {
  const auto& map = Shared<IdToBytes>(Size(state)).map;
  Visit(state, Shared<Keys>(Size(state)).ids, [&](ObjectId id) {
    return flatbuffers::GetRoot<fbs::Object>(map.find(id.value)->second)->parent();
  });
}

// --- At an old version.

// A catalog, and 20,000 versions after it, each of which changed another table.
struct Old {
  explicit Old(uint64_t tables) : store(NewStore(tables)), catalog(store->Latest()) {
    const auto& order = Shuffled(tables);
    for (uint64_t i = 0; i < kLaterVersions; ++i) {
      const uint32_t number = order[i % tables];
      InstallNext(*store, {{TableId(number), TableBytes(number, i + 1)}});
    }
  }
  std::shared_ptr<VersionedStore> store;
  Catalog catalog;
};

void OldTableCall(benchmark::State& state) {
  const Old& old = Shared<Old>(Size(state));
  Visit(state, Shared<Keys>(Size(state)).names,
        [&](const std::string& name) { return old.catalog.Table(kPublicSchema, name); });
}

void OldFindCall(benchmark::State& state) {
  const Old& old = Shared<Old>(Size(state));
  const NameScope scope = NameScope::In(kSchemaId);
  Visit(state, Shared<Keys>(Size(state)).names,
        [&](const std::string& name) { return old.catalog.Find(scope, name); });
}

// One object with so many versions, and a handle on each of them.
struct Chain {
  explicit Chain(uint64_t length) : store(NewStore(1)) {
    std::vector<Catalog> in_order;
    for (uint64_t i = 0; i < length; ++i) {
      InstallNext(*store, {{TableId(0), TableBytes(0, i + 1)}});
      in_order.push_back(store->Latest());
    }
    for (uint32_t i : Shuffled(length)) at.push_back(in_order[i]);
  }
  std::shared_ptr<VersionedStore> store;
  std::vector<Catalog> at;
};

void ChainCall(benchmark::State& state) {
  Visit(state, Shared<Chain>(Size(state)).at,
        [&](const Catalog& catalog) { return catalog.Find(TableId(0)); });
}

// --- Inside a table: a column by its name.

std::string ColumnName(uint64_t number) { return "COLUMN_" + std::to_string(number); }

struct Wide {
  explicit Wide(uint64_t columns) : bytes(TableBytes(0, 0, columns)) {
    for (uint32_t number : Shuffled(columns)) names.push_back(ColumnName(number));
    const TableDescriptor table(ObjectDescriptor(bytes, {}, {}));
    for (const ColumnDescriptor column : table.columns()) decoded.push_back(column.ToColumn());
  }
  std::string bytes;
  std::vector<std::string> names;
  std::vector<Column> decoded;
};

void ColumnCall(benchmark::State& state) {
  const Wide& wide = Shared<Wide>(Size(state));
  const TableDescriptor table(ObjectDescriptor(wide.bytes, {}, {}));
  Visit(state, wide.names, [&](const std::string& name) { return table.FindColumn(name); });
}

void ColumnLimit(benchmark::State& state) {
  const Wide& wide = Shared<Wide>(Size(state));
  Visit(state, wide.names, [&](const std::string& name) {
    const Column* found = nullptr;
    for (const Column& column : wide.decoded) {
      if (column.name == name) {
        found = &column;
        break;
      }
    }
    return found;
  });
}

void ColumnsCall(benchmark::State& state) {
  const Wide& wide = Shared<Wide>(Size(state));
  const TableDescriptor table(ObjectDescriptor(wide.bytes, {}, {}));
  for (auto _ : state) {
    for (const ColumnDescriptor column : table.columns()) benchmark::DoNotOptimize(column.type());
  }
}

void ColumnsLimit(benchmark::State& state) {
  const Wide& wide = Shared<Wide>(Size(state));
  for (auto _ : state) {
    for (const Column& column : wide.decoded) {
      TypeId type = column.type;
      benchmark::DoNotOptimize(type);
    }
  }
}

// --- What lives in a schema.

void ChildrenCall(benchmark::State& state) {
  const Catalog catalog = SharedStore(Size(state))->Latest();
  for (auto _ : state) {
    uint64_t children = 0;
    catalog.ForEachChild(kSchemaId, [&](const ObjectDescriptor&) { ++children; });
    benchmark::DoNotOptimize(children);
  }
}

void IndexesCall(benchmark::State& state) {
  const Catalog catalog = SharedStore(Size(state))->Latest();
  Visit(state, Shared<Keys>(Size(state)).ids,
        [&](ObjectId id) { return catalog.Indexes(id).size(); });
}

using Family = benchmark::internal::Benchmark;
void Tables(Family* family) {
  family->ArgName("tables")->Arg(1'000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);
}
void Columns(Family* family) { family->ArgName("columns")->Arg(5)->Arg(20)->Arg(200)->Arg(1'000); }

BENCHMARK(TableCall)->Name("Table/annals")->Apply(Tables);
BENCHMARK(TableLimit)->Name("Table/flat_hash_map")->Apply(Tables);
BENCHMARK(FindCall)->Name("FindByName/annals")->Apply(Tables);
BENCHMARK(FindLimit)->Name("FindByName/flat_hash_map")->Apply(Tables);
BENCHMARK(IdCall)->Name("FindById/annals")->Apply(Tables);
BENCHMARK(IdLimit)->Name("FindById/flat_hash_map")->Apply(Tables);
BENCHMARK(OldTableCall)->Name("Table/annals_at_an_old_version")->Apply(Tables);
BENCHMARK(OldFindCall)->Name("FindByName/annals_at_an_old_version")->Apply(Tables);
BENCHMARK(ChainCall)
    ->Name("FindInChain/annals")
    ->ArgName("versions")
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1'000)
    ->Arg(kChain);
BENCHMARK(ColumnCall)->Name("FindColumn/annals")->Apply(Columns);
BENCHMARK(ColumnLimit)->Name("FindColumn/vector_of_structs")->Apply(Columns);
BENCHMARK(ColumnsCall)->Name("EachColumn/annals")->Apply(Columns);
BENCHMARK(ColumnsLimit)->Name("EachColumn/vector_of_structs")->Apply(Columns);
BENCHMARK(IndexesCall)->Name("IndexesOfTable/annals")->Apply(Tables);
BENCHMARK(ChildrenCall)
    ->Name("ChildrenOfSchema/annals")
    ->ArgName("tables")
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000);

}  // namespace
}  // namespace annals::bench
