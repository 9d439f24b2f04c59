#include "annals/bench/catalogs.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "annals/catalog/catalog.h"
#include "annals/catalog/object_builder.h"
#include "annals/log/memory/memory_log.h"

namespace annals::bench {
namespace {

constexpr uint64_t kTablesAVersion = 1000;

Column ColumnNumber(size_t number) {
  Column column;
  column.name = "COLUMN_" + std::to_string(number);
  column.type = TypeId::kInt64;
  column.nullable = number > 0;
  return column;
}

Delta::Change Change(ObjectId id, std::string bytes) { return {id, std::move(bytes)}; }

void AddVersions(const std::string& path, uint64_t versions) {
  const auto manager = Must(CatalogManager::Open({.path = path}));
  // Many callers share a sync: the log is made in seconds.
  constexpr uint64_t kAtOnce = 4096;
  uint64_t version = manager->Latest().version().value;
  while (version < versions) {
    for (uint64_t i = 0; i < kAtOnce && version < versions; ++i) {
      manager->ExecuteAsync({TableNumber(version++)}, {}, [](auto done) { Must(done.status()); });
    }
    Must(manager->WaitForVersion({version}, absl::InfiniteFuture()));
  }
}

std::filesystem::path ScratchPath(const std::string& name) {
  return std::filesystem::current_path() / "scratch" / name;
}

}  // namespace

std::string TableName(uint64_t number) { return "TABLE_" + std::to_string(number); }

CreateTable TableNumber(uint64_t number) {
  return {.name = TableName(number),
          .columns = {{.name = "ID", .type = Int64()},
                      {.name = "NAME", .type = String(100)},
                      {.name = "TOTAL", .type = Decimal(10, 2), .nullable = true},
                      {.name = "MADE_AT", .type = Timestamp()},
                      {.name = "NOTE", .type = String(), .nullable = true}},
          .primary_key = HashPrimaryKey({"ID"})};
}

std::string TableBytes(uint64_t number, uint64_t revision, size_t columns) {
  TableFields table{.id = TableId(number),
                    .name = TableName(number),
                    .schema = kSchemaId,
                    .zone = kZoneId,
                    .primary_key = {{0}},
                    .colocation = {{0}},
                    .key_index = KeyIndexId(number),
                    .storage_profile = std::string(kDefaultProfile),
                    .min_stale_rows_count = static_cast<int64_t>(500 + revision)};
  for (size_t i = 0; i < columns; ++i) table.columns.push_back(ColumnNumber(i));
  return BuildObject(table);
}

std::string KeyIndexBytes(uint64_t number) {
  return BuildObject(IndexFields{.id = KeyIndexId(number),
                                 .name = TableName(number) + "_PK",
                                 .schema = kSchemaId,
                                 .table = TableId(number),
                                 .kind = IndexKind::kHash,
                                 .status = IndexStatus::kAvailable,
                                 .unique = true,
                                 .automatic_name = true,
                                 .created_with_table = true,
                                 .columns = {{{0}, {}}}});
}

HybridTimestamp TimeOf(CatalogVersion version) { return {1000 * version.value, 0}; }

void InstallNext(VersionedStore& store, std::vector<Delta::Change> changes) {
  const CatalogVersion next = store.latest().Next();
  Delta delta{.changes = std::move(changes),
              .next_object_id = store.Latest().next_object_id(),
              .default_zone_id = kZoneId};
  for (const Delta::Change& change : delta.changes) {
    delta.next_object_id = std::max(delta.next_object_id, ObjectId{change.id.value + 1});
  }
  store.Install(delta, TimeOf(next));
  store.Activate(next, TimeOf(next));
}

std::shared_ptr<VersionedStore> NewStore(uint64_t tables) {
  auto store = VersionedStore::Create();
  ZoneFields zone{.id = kZoneId, .name = std::string(kDefaultZoneName)};
  zone.storage_profiles = {std::string(kDefaultProfile)};
  InstallNext(*store,
              {Change(kSchemaId, BuildObject(SchemaFields{kSchemaId, std::string(kPublicSchema)})),
               Change(kZoneId, BuildObject(zone))});
  for (uint64_t number = 0; number < tables;) {
    std::vector<Delta::Change> changes;
    for (; number < tables && changes.size() < 2 * kTablesAVersion; ++number) {
      changes.push_back(Change(TableId(number), TableBytes(number)));
      changes.push_back(Change(KeyIndexId(number), KeyIndexBytes(number)));
    }
    InstallNext(*store, std::move(changes));
  }
  return store;
}

const std::shared_ptr<VersionedStore>& SharedStore(uint64_t tables) {
  static std::map<uint64_t, std::shared_ptr<VersionedStore>> stores;
  auto& store = stores[tables];
  if (store == nullptr) store = NewStore(tables);
  return store;
}

const std::vector<uint32_t>& Shuffled(uint64_t count) {
  static std::map<uint64_t, std::vector<uint32_t>> orders;
  auto& order = orders[count];
  if (order.empty()) {
    order.resize(count);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
  }
  return order;
}

void AddTables(CatalogManager& manager, uint64_t first, uint64_t end) {
  while (first < end) {
    std::vector<CatalogCommand> batch;
    while (first < end && batch.size() < kTablesAVersion) batch.emplace_back(TableNumber(first++));
    Must(manager.Execute(std::move(batch)));
  }
}

std::string RecordOfTable() {
  auto log = NewMemoryLog();
  const UpdateLog& records = *log;
  const auto manager = Must(CatalogManager::Open(std::move(log), {}));
  Must(manager->Execute(TableNumber(0)));  // Makes the default zone, too.
  const auto done = Must(manager->Execute(TableNumber(1)));
  return Must(records.ReadRecord(done.version));
}

ScratchDirectory::ScratchDirectory(const std::string& name) : path_(ScratchPath(name)) {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

ScratchDirectory::~ScratchDirectory() { std::filesystem::remove_all(path_); }

std::string SharedLog(uint64_t versions) {
  const std::filesystem::path path = ScratchPath("log_" + std::to_string(versions));
  if (!std::filesystem::exists(path)) {
    const ScratchDirectory partial(path.filename().string() + ".partial");
    const std::string store = partial.path() + "/store";
    AddVersions(store, versions);
    std::filesystem::rename(store, path);
  }
  return path.string();
}

}  // namespace annals::bench
