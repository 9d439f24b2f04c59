#pragma once

// Small catalogs and the words in which the tests of catalog/ speak.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "annals/catalog/apply.h"
#include "annals/catalog/object.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/update.h"
#include "annals/tests/support/status_matchers.h"

namespace annals {

// The seed of a random test: ANNALS_SEED, or one that is always the same. Printed,
// so that the run can be repeated.
inline uint64_t TestSeed(uint64_t otherwise) {
  const char* given = std::getenv("ANNALS_SEED");
  const uint64_t seed = given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::printf("to repeat: ANNALS_SEED=%llu annals_catalog_tests --gtest_filter=%s.%s\n",
              static_cast<unsigned long long>(seed), test->test_suite_name(), test->name());
  return seed;
}

// How long a test that can go on for ever does so: ANNALS_STRESS_SECONDS.
inline double StressSeconds(double otherwise) {
  const char* given = std::getenv("ANNALS_STRESS_SECONDS");
  return given == nullptr ? otherwise : std::strtod(given, nullptr);
}

inline Column MakeColumn(std::string name, TypeId type = TypeId::kInt32, bool nullable = true) {
  Column column;
  column.name = std::move(name);
  column.type = type;
  column.nullable = nullable;
  return column;
}

inline std::vector<Column> MakeColumns(const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const std::string& name : names) columns.push_back(MakeColumn(name));
  return columns;
}

// Ids of the little catalog that most tests begin with.
inline constexpr ObjectId kShop{0};    // A schema.
inline constexpr ObjectId kZone{1};    // The default zone.
inline constexpr ObjectId kOrders{2};  // A table with a key over its first column.
inline constexpr ObjectId kOrdersKey{3};
inline constexpr ObjectId kByTotal{4};  // A sorted index over TOTAL.
inline constexpr ObjectId kFirstFree{5};

inline std::string MakeSchema(ObjectId id, std::string name) {
  return BuildObject(SchemaFields{id, std::move(name)});
}

inline std::string MakeZone(ObjectId id, std::string name, uint32_t partitions = 25) {
  ZoneFields zone{.id = id, .name = std::move(name), .partitions = partitions};
  zone.storage_profiles = {"default"};
  return BuildObject(zone);
}

// A table without a key.
inline std::string MakeTable(ObjectId id, std::string name,
                             const std::vector<std::string>& columns = {"ID"},
                             ObjectId schema = kShop, ObjectId zone = kZone) {
  TableFields table{.id = id, .name = std::move(name), .schema = schema, .zone = zone};
  table.columns = MakeColumns(columns);
  table.key_index = kNoObject;
  table.storage_profile = "default";
  return BuildObject(table);
}

inline std::string MakeIndex(ObjectId id, std::string name, ObjectId table = kOrders,
                             const std::vector<uint16_t>& columns = {0}, ObjectId schema = kShop) {
  IndexFields index{.id = id, .name = std::move(name), .schema = schema, .table = table};
  for (uint16_t column : columns) index.columns.push_back({{column}, {}});
  return BuildObject(index);
}

inline TableFields OrdersFields() {
  TableFields table{.id = kOrders, .name = "ORDERS", .schema = kShop, .zone = kZone};
  table.columns = MakeColumns({"ID", "TOTAL", "NOTE"});
  table.columns[0].nullable = false;
  table.primary_key = {{0}};
  table.colocation = {{0}};
  table.key_index = kOrdersKey;
  table.storage_profile = "default";
  return table;
}

inline IndexFields OrdersKeyFields() {
  IndexFields index{.id = kOrdersKey, .name = "ORDERS_PK", .schema = kShop, .table = kOrders};
  index.kind = IndexKind::kHash;
  index.status = IndexStatus::kAvailable;
  index.unique = true;
  index.automatic_name = true;
  index.created_with_table = true;
  index.columns = {{{0}, {}}};
  return index;
}

// The entries that make the little catalog.
inline std::vector<UpdateEntry> ShopEntries() {
  return {NewObject{MakeSchema(kShop, "shop")},
          NewObject{MakeZone(kZone, "Default")},
          SetDefaultZone{kZone},
          NewObject{BuildObject(OrdersFields())},
          NewObject{BuildObject(OrdersKeyFields())},
          NewObject{MakeIndex(kByTotal, "BY_TOTAL", kOrders, {1})}};
}

// A draft of the little catalog, to apply entries to.
class Shop {
 public:
  Shop() : draft_(empty_, {1}, HybridTimestamp(1000, 0)) {
    EXPECT_THAT(Apply({.next_object_id = kFirstFree, .entries = ShopEntries()}), IsOk());
  }

  absl::Status Apply(const UpdateEntry& entry) { return annals::Apply(entry, draft_); }
  absl::Status Apply(const VersionedUpdate& update) { return annals::Apply(update, draft_); }
  // Applies all of them as one update.
  absl::Status ApplyAll(std::vector<UpdateEntry> entries, ObjectId next = {1000}) {
    return Apply(VersionedUpdate{.next_object_id = next, .entries = std::move(entries)});
  }

  CatalogDraft& draft() { return draft_; }
  TableDescriptor table(ObjectId id = kOrders) const { return *draft_.Get<TableDescriptor>(id); }
  IndexDescriptor index(ObjectId id) const { return *draft_.Get<IndexDescriptor>(id); }

 private:
  EmptyCatalog empty_;
  CatalogDraft draft_;
};

inline std::vector<ObjectId> Children(const CatalogView& catalog, ObjectId parent) {
  std::vector<ObjectId> ids;
  catalog.ForEachChild(parent, [&](const ObjectDescriptor& one) { ids.push_back(one.id()); });
  return ids;
}

inline std::vector<ObjectId> Dependents(const CatalogView& catalog, ObjectId target) {
  std::vector<ObjectId> ids;
  catalog.ForEachDependent(target, [&](const ObjectDescriptor& one) { ids.push_back(one.id()); });
  return ids;
}

// "ID INT32, TOTAL INT32 null": columns as a text that is easy to compare.
template <typename Columns>
std::string ToText(const Columns& columns) {
  std::string text;
  for (const ColumnDescriptor column : columns) {
    if (!text.empty()) text += ", ";
    text += std::string(column.name()) + " " + std::string(TypeName(column.type()));
    if (column.nullable()) text += " null";
  }
  return text;
}

inline void PrintTo(ObjectId id, std::ostream* os) { *os << "object " << id.value; }
inline CatalogVersion V(uint64_t version) { return {version}; }

inline void PrintTo(CatalogVersion version, std::ostream* os) {
  *os << "version " << version.value;
}
inline void PrintTo(ColumnId id, std::ostream* os) { *os << "column " << id.value; }

}  // namespace annals
