// Objects: what goes in by a builder comes out by a descriptor, and no bytes from
// outside make a descriptor misbehave.

#include "annals/catalog/object.h"

#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

#include "annals/catalog/name_hash_internal.h"
#include "annals/catalog/object_builder.h"
#include "annals/catalog/object_tables_internal.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ObjectDescriptor Describe(const std::string& bytes) { return {bytes, {7}, HybridTimestamp(9, 1)}; }

template <typename D>
D DescribeAs(const std::string& bytes) {
  EXPECT_THAT(CheckObject(bytes), IsOk());
  return *As<D>(Describe(bytes));
}

// Reads all that an object can be asked for; the sum keeps the compiler from leaving
// anything out.
size_t ReadColumn(const ColumnDescriptor& column) {
  const Column value = column.ToColumn();
  return value.name.size() + value.default_value.text.size() + value.since + value.until +
         value.length + value.precision + value.scale + TypeName(value.type).size();
}

size_t ReadTable(const TableDescriptor& table) {
  size_t sum = table.primary_key().size() + table.colocation().size() +
               table.storage_profile().size() + table.zone_id().value + table.key_index_id().value;
  for (const ColumnDescriptor column : table.columns()) {
    sum += ReadColumn(column) + table.FindColumn(column.name())->name().size();
    EXPECT_EQ(table.FindColumn(column.id())->name(), column.name());
    sum += table.IsKeyColumn(column.id());
  }
  for (const ColumnDescriptor column : table.past_columns()) {
    sum += ReadColumn(column) + table.FindColumnEver(column.id())->name().size();
  }
  for (uint32_t version : {0u, 1u, 2u, table.table_version(), table.table_version() + 1}) {
    sum += table.ColumnsAt(version).size();
  }
  return sum;
}

size_t ReadAll(const ObjectDescriptor& object) {
  size_t sum = object.id().value + object.name().size() + object.comment().size() +
               object.parent().value + object.refs().size() + object.scope().value +
               object.has_name() + KindName(object.kind()).size() + object.RefersTo({1});
  if (auto table = As<TableDescriptor>(object)) sum += ReadTable(*table);
  if (auto index = As<IndexDescriptor>(object)) {
    sum += index->columns().size() + StatusName(index->status()).size() + index->unique();
  }
  if (auto zone = As<ZoneDescriptor>(object)) {
    for (std::string_view profile : zone->storage_profiles()) sum += profile.size();
    sum += zone->filter().size() + BuildObject(FieldsOf(*zone)).size();
  }
  if (auto view = As<SystemViewDescriptor>(object)) {
    for (const ColumnDescriptor column : view->columns()) sum += ReadColumn(column);
  }
  return sum + UnpackObject(object.bytes()).name.size();
}

Column RichColumn() {
  Column column = MakeColumn("PRICE", TypeId::kDecimal, false);
  column.id = {3};
  column.precision = 10;
  column.scale = 2;
  column.default_value = {DefaultValue::Kind::kConstant, TypeId::kDecimal, "1.50"};
  column.since = 1;
  return column;
}

// --- What goes in comes out.

TEST(ObjectTest, SchemaKeepsItsFields) {
  const std::string bytes = MakeSchema({4}, "shop");
  const auto schema = DescribeAs<SchemaDescriptor>(bytes);
  EXPECT_EQ(schema.id(), ObjectId{4});
  EXPECT_EQ(schema.name(), "shop");
  EXPECT_EQ(schema.parent(), kNoObject);
  EXPECT_EQ(schema.scope(), NameScope::Root(ObjectKind::kSchema));
  EXPECT_EQ(schema.from(), CatalogVersion{7});
  EXPECT_EQ(schema.updated_at(), HybridTimestamp(9, 1));
  EXPECT_THAT(schema.refs(), IsEmpty());
}

TEST(ObjectTest, TableKeepsItsFields) {
  TableFields fields = OrdersFields();
  Column rich = RichColumn();
  fields.columns.push_back(rich);
  fields.primary_key = {{2}, {0}};
  fields.colocation = {{0}};
  fields.stale_rows_fraction = 0.75;
  fields.min_stale_rows_count = 0;
  const std::string bytes = BuildObject(fields);
  const auto table = DescribeAs<TableDescriptor>(bytes);
  EXPECT_EQ(table.schema_id(), kShop);
  EXPECT_EQ(table.zone_id(), kZone);
  EXPECT_THAT(table.refs(), ElementsAre(kZone));
  EXPECT_EQ(table.table_version(), 1u);
  EXPECT_EQ(table.next_column_id(), ColumnId{4});
  EXPECT_EQ(ToText(table.columns()), "ID INT32, TOTAL INT32 null, NOTE INT32 null, PRICE DECIMAL");
  EXPECT_EQ(table.columns()[3].ToColumn(), rich);
  EXPECT_TRUE(table.past_columns().empty());
  EXPECT_THAT(table.primary_key(), ElementsAre(ColumnId{2}, ColumnId{0}));
  EXPECT_THAT(table.colocation(), ElementsAre(ColumnId{0}));
  EXPECT_TRUE(table.IsKeyColumn({2}));
  EXPECT_FALSE(table.IsKeyColumn({1}));
  EXPECT_EQ(table.key_index_id(), kOrdersKey);
  EXPECT_EQ(table.storage_profile(), "default");
  EXPECT_EQ(table.stale_rows_fraction(), 0.75);
  EXPECT_EQ(table.min_stale_rows_count(), 0);
  EXPECT_EQ(table.scope(), NameScope::In(kShop));
}

TEST(ObjectTest, IndexKeepsItsFields) {
  IndexFields fields = OrdersKeyFields();
  fields.kind = IndexKind::kSorted;
  fields.columns = {{{1}, {true, false}}, {{0}, {false, true}}};
  const std::string bytes = BuildObject(fields);
  const auto index = DescribeAs<IndexDescriptor>(bytes);
  EXPECT_EQ(index.table_id(), kOrders);
  EXPECT_THAT(index.refs(), ElementsAre(kOrders));
  EXPECT_EQ(index.index_kind(), IndexKind::kSorted);
  EXPECT_EQ(index.status(), IndexStatus::kAvailable);
  EXPECT_TRUE(index.unique() && index.automatic_name() && index.created_with_table());
  EXPECT_EQ(index.columns(), fields.columns);
  EXPECT_TRUE(index.alive() && index.has_name());
}

TEST(ObjectTest, StoppingIndexHasNoName) {
  IndexFields fields = OrdersKeyFields();
  fields.status = IndexStatus::kStopping;
  const std::string bytes = BuildObject(fields);
  EXPECT_FALSE(DescribeAs<IndexDescriptor>(bytes).has_name());
  EXPECT_FALSE(DescribeAs<IndexDescriptor>(bytes).alive());
}

TEST(ObjectTest, ZoneKeepsItsFields) {
  const ZoneFields fields{.id = kZone,
                          .name = "Z",
                          .partitions = 1,
                          .replicas = 2,
                          .quorum_size = 3,
                          .auto_scale_up_s = 4,
                          .auto_scale_down_s = 5,
                          .filter = "$.x",
                          .storage_profiles = {"a", "b"},
                          .consistency = ConsistencyMode::kHighAvailability,
                          .automatic = true};
  const std::string bytes = BuildObject(fields);
  const auto zone = DescribeAs<ZoneDescriptor>(bytes);
  EXPECT_EQ(zone.partitions(), 1u);
  EXPECT_EQ(zone.replicas(), 2u);
  EXPECT_EQ(zone.quorum_size(), 3u);
  EXPECT_EQ(zone.auto_scale_up_s(), 4u);
  EXPECT_EQ(zone.auto_scale_down_s(), 5u);
  EXPECT_EQ(zone.filter(), "$.x");
  EXPECT_THAT(zone.storage_profiles(), ElementsAre("a", "b"));
  EXPECT_EQ(zone.consistency(), ConsistencyMode::kHighAvailability);
  EXPECT_TRUE(zone.automatic());
  EXPECT_EQ(BuildObject(FieldsOf(zone)), bytes);
}

TEST(ObjectTest, SystemViewKeepsItsFields) {
  SystemViewFields fields{.id = {9}, .name = "NODES", .schema = kShop, .kind = ViewKind::kCluster};
  fields.columns = {RichColumn()};
  const std::string bytes = BuildObject(fields);
  const auto view = DescribeAs<SystemViewDescriptor>(bytes);
  EXPECT_EQ(view.view_kind(), ViewKind::kCluster);
  ASSERT_EQ(view.columns().size(), 1u);
  EXPECT_EQ(view.columns()[0].ToColumn(), RichColumn());
}

TEST(ObjectTest, EqualFieldsGiveEqualBytes) {
  EXPECT_EQ(BuildObject(OrdersFields()), BuildObject(OrdersFields()));
  for (const std::string& bytes : {BuildObject(OrdersFields()), BuildObject(OrdersKeyFields()),
                                   MakeSchema({4}, "shop"), MakeZone({5}, "Z")}) {
    EXPECT_EQ(PackObject(UnpackObject(bytes)), bytes);
  }
}

TEST(ObjectTest, AsGivesNothingForAnotherKindAndForNoObject) {
  const std::string bytes = MakeSchema({4}, "shop");
  EXPECT_FALSE(As<TableDescriptor>(Describe(bytes)));
  EXPECT_FALSE(As<TableDescriptor>(ObjectDescriptor()));
  EXPECT_FALSE(ObjectDescriptor());
}

TEST(ObjectTest, RootScopesAreOneAKindAndNoSchemas) {
  EXPECT_NE(NameScope::Root(ObjectKind::kSchema), NameScope::Root(ObjectKind::kZone));
  EXPECT_EQ(NameScope::Of(ObjectKind::kTable, {5}), NameScope::Of(ObjectKind::kIndex, {5}));
  EXPECT_NE(NameScope::Of(ObjectKind::kTable, {5}), NameScope::In({6}));
}

// --- Finding columns.

TEST(FindColumnTest, FindsEveryColumnAndNoOther) {
  for (size_t count : {0, 1, 7, 8, 9, 15, 16, 17, 200, 1000}) {
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) names.push_back("C" + std::to_string(i));
    const std::string bytes = MakeTable(kOrders, "T", names);
    const auto table = DescribeAs<TableDescriptor>(bytes);
    ASSERT_EQ(table.columns().size(), count);
    for (size_t i = 0; i < count; ++i) {
      const auto column = table.FindColumn(names[i]);
      ASSERT_TRUE(column) << names[i] << " of " << count;
      EXPECT_EQ(column->id().value, i);
      EXPECT_EQ(table.FindColumn(ColumnId{static_cast<uint16_t>(i)})->name(), names[i]);
    }
    EXPECT_FALSE(table.FindColumn("C" + std::to_string(count)));
    EXPECT_FALSE(table.FindColumn(""));
    EXPECT_FALSE(table.FindColumn(ColumnId{static_cast<uint16_t>(count)}));
  }
}

// Two names whose hashes agree in the 32 bits that are kept.
std::pair<std::string, std::string> CollidingNames() {
  std::unordered_map<uint32_t, std::string> seen;
  for (int i = 0;; ++i) {
    std::string name = "N" + std::to_string(i);
    const auto [at, fresh] = seen.emplace(ColumnNameHash(name), name);
    if (!fresh) return {at->second, name};
  }
}

TEST(FindColumnTest, TellsNamesOfOneHashApart) {
  const auto [one, other] = CollidingNames();
  ASSERT_EQ(ColumnNameHash(one), ColumnNameHash(other));
  for (size_t before : {0, 3, 7, 8}) {
    for (size_t between : {0, 1, 7, 9}) {
      std::vector<std::string> names;
      for (size_t i = 0; i < before; ++i) names.push_back("B" + std::to_string(i));
      names.push_back(one);
      for (size_t i = 0; i < between; ++i) names.push_back("M" + std::to_string(i));
      const std::string alone = MakeTable(kOrders, "T", names);
      EXPECT_FALSE(DescribeAs<TableDescriptor>(alone).FindColumn(other));
      names.push_back(other);
      const std::string both = MakeTable(kOrders, "T", names);
      const auto table = DescribeAs<TableDescriptor>(both);
      EXPECT_EQ(table.FindColumn(one)->id().value, before);
      EXPECT_EQ(table.FindColumn(other)->id().value, before + between + 1);
    }
  }
}

// --- Bytes from outside.

// A table with everything in it that a table can have.
std::string RichTable() {
  TableFields fields = OrdersFields();
  fields.columns.push_back(RichColumn());
  fbs::ObjectT object = UnpackObject(BuildObject(fields));
  object.comment = "what people ordered";
  fbs::TableBodyT& table = *object.body.AsTableBody();
  table.table_version = 5;
  table.next_column_id = 9;
  Column past = MakeColumn("GONE");
  past.id = {8};
  past.since = 2;
  past.until = 4;
  table.past_columns.push_back(std::make_unique<fbs::ColumnT>(ToTable(past)));
  auto key = std::make_unique<fbs::KeyT>();
  key->columns = {1};
  key->since = 1;
  key->until = 3;
  table.past_keys.push_back(std::move(key));
  table.key->since = 3;
  std::string bytes = PackObject(object);
  EXPECT_THAT(CheckObject(bytes), IsOk());
  return bytes;
}

std::vector<std::string> OneObjectOfEachKind() {
  SystemViewFields view{.id = {9}, .name = "NODES", .schema = kShop};
  view.columns = {RichColumn()};
  return {RichTable(), MakeSchema({4}, "shop"), MakeZone({5}, "Z"), BuildObject(OrdersKeyFields()),
          BuildObject(view)};
}

TEST(CheckObjectTest, WhateverBitIsFlippedItRefusesOrAllCanBeRead) {
  size_t refused = 0;
  size_t taken = 0;
  for (const std::string& good : OneObjectOfEachKind()) {
    for (size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      if (!CheckObject(bad).ok()) {
        ++refused;
        continue;
      }
      ++taken;
      ReadAll(Describe(bad));
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 1000u);
}

TEST(CheckObjectTest, WhereverItIsCutItIsRefused) {
  for (const std::string& good : OneObjectOfEachKind()) {
    for (size_t size = 0; size < good.size(); ++size) {
      const std::string bad = good.substr(0, size);
      if (CheckObject(bad).ok()) ReadAll(Describe(bad));
    }
    EXPECT_THAT(CheckObject(good.substr(0, good.size() / 2)), FailsWith(Reason::DAMAGED));
  }
  EXPECT_THAT(CheckObject(""), FailsWith(Reason::DAMAGED));
}

// Damage that the FlatBuffers verifier lets through.
struct Damage {
  const char* name;
  std::function<void(fbs::ObjectT&)> how;
  const char* message;
  friend void PrintTo(const Damage& damage, std::ostream* os) { *os << damage.name; }
};

fbs::TableBodyT& TableOf(fbs::ObjectT& object) { return *object.body.AsTableBody(); }

class DamagedObjectTest : public ::testing::TestWithParam<Damage> {
 protected:
  void ExpectRefused(const std::string& good) {
    fbs::ObjectT object = UnpackObject(good);
    GetParam().how(object);
    EXPECT_THAT(CheckObject(PackObject(object)), FailsWith(Reason::DAMAGED, {GetParam().message}));
  }
};

std::string NameOf(const ::testing::TestParamInfo<Damage>& info) { return info.param.name; }

class DamagedTableTest : public DamagedObjectTest {};
TEST_P(DamagedTableTest, IsRefused) { ExpectRefused(RichTable()); }
INSTANTIATE_TEST_SUITE_P(
    Rules, DamagedTableTest,
    ::testing::Values(
        Damage{"KindZero", [](auto& o) { o.kind = fbs::ObjectKind::None; }, "kind number 0"},
        Damage{"KindUnknown", [](auto& o) { o.kind = static_cast<fbs::ObjectKind>(40); },
               "kind number 40"},
        Damage{"KindOfAnotherBody", [](auto& o) { o.kind = fbs::ObjectKind::Index; },
               "not of its kind"},
        Damage{"NoBody", [](auto& o) { o.body.Reset(); }, "not of its kind"},
        Damage{"NoName", [](auto& o) { o.name.clear(); }, "no name"},
        Damage{"NameLongerThanAHeaderHolds", [](auto& o) { o.name.assign(65'536, 'x'); },
               "no name"},
        Damage{"IdOfARootScope", [](auto& o) { o.id = 0xFFFFFF02; }, "out of range"},
        Damage{"AtTheRoot", [](auto& o) { o.parent = kNoObject.value; }, "in no schema"},
        Damage{"RefsOutOfOrder", [](auto& o) { o.refs = {4, 1}; }, "order of ids"},
        Damage{"RefsTwice", [](auto& o) { o.refs = {1, 1}; }, "order of ids"},
        Damage{"WrongHash", [](auto& o) { ++TableOf(o).name_hashes[1]; }, "hash of column"},
        Damage{"TooFewHashes", [](auto& o) { TableOf(o).name_hashes.pop_back(); },
               "4 columns and 3 name hashes"},
        Damage{"ColumnsOutOfOrder",
               [](auto& o) {
                 std::swap(TableOf(o).columns[0], TableOf(o).columns[1]);
                 HashNames(TableOf(o));
               },
               "order of their ids"},
        Damage{"ColumnIdTwice", [](auto& o) { TableOf(o).columns[1]->column_id = 0; },
               "order of their ids"},
        Damage{"ColumnNameTwice",
               [](auto& o) {
                 TableOf(o).columns[3]->name = "ID";
                 HashNames(TableOf(o));
               },
               "two columns have the name"},
        Damage{"ColumnIdNotGivenYet", [](auto& o) { TableOf(o).next_column_id = 3; },
               "cannot be at version"},
        Damage{"PastColumnIdNotGivenYet", [](auto& o) { TableOf(o).past_columns[0]->column_id = 9; },
               "cannot be at version"},
        Damage{"ColumnWithoutName",
               [](auto& o) {
                 TableOf(o).columns[1]->name.clear();
                 HashNames(TableOf(o));
               },
               "no name"},
        Damage{"TypeUnknown",
               [](auto& o) { TableOf(o).columns[1]->type = static_cast<fbs::TypeId>(14); },
               "type number 14"},
        Damage{"TypeNull", [](auto& o) { TableOf(o).columns[1]->type = fbs::TypeId::Null; },
               "type number 0"},
        Damage{"DefaultKindUnknown",
               [](auto& o) {
                 TableOf(o).columns[1]->default_kind = static_cast<fbs::DefaultKind>(3);
               },
               "bad default"},
        Damage{"DefaultTypeUnknown",
               [](auto& o) { TableOf(o).columns[1]->default_type = static_cast<fbs::TypeId>(99); },
               "bad default"},
        Damage{"LivesFromTheFuture", [](auto& o) { TableOf(o).columns[1]->since = 6; },
               "from table version 6"},
        Damage{"LivesSinceZero", [](auto& o) { TableOf(o).columns[1]->since = 0; },
               "from table version 0"},
        Damage{"LivingIsClosed", [](auto& o) { TableOf(o).columns[1]->until = 4; }, "until 4"},
        Damage{"PastIsOpen", [](auto& o) { TableOf(o).past_columns[0]->until = 0; }, "until 0"},
        Damage{"PastNeverLived", [](auto& o) { TableOf(o).past_columns[0]->until = 2; }, "until 2"},
        Damage{"PastUntilTheFuture", [](auto& o) { TableOf(o).past_columns[0]->until = 6; },
               "until 6"},
        Damage{"VersionZero", [](auto& o) { TableOf(o).table_version = 0; }, "version 0"},
        Damage{"NoKeyRecord", [](auto& o) { TableOf(o).key.reset(); }, "no key record"},
        Damage{"KeyFromTheFuture", [](auto& o) { TableOf(o).key->since = 6; }, "key record"},
        Damage{"PastKeyIsOpen", [](auto& o) { TableOf(o).past_keys[0]->until = 0; }, "key record"},
        Damage{"KeyOfAMissingColumn", [](auto& o) { TableOf(o).key->columns = {8}; },
               "key names column id 8"},
        Damage{"ColocationOfAMissingColumn", [](auto& o) { TableOf(o).key->colocation = {7}; },
               "key names column id 7"},
        Damage{"KeyWithoutIndex", [](auto& o) { TableOf(o).key_index_id = kNoObject.value; },
               "key index"},
        Damage{"IndexWithoutKey",
               [](auto& o) {
                 TableOf(o).key->columns.clear();
                 TableOf(o).key->colocation.clear();
               },
               "key index"},
        Damage{"StaleFractionNotANumber",
               [](auto& o) {
                 TableOf(o).stale_rows_fraction = std::numeric_limits<double>::quiet_NaN();
               },
               "stale rows"},
        Damage{"StaleCountNegative", [](auto& o) { TableOf(o).min_stale_rows_count = -1; },
               "least count"}),
    NameOf);

class DamagedIndexTest : public DamagedObjectTest {};
TEST_P(DamagedIndexTest, IsRefused) { ExpectRefused(BuildObject(OrdersKeyFields())); }
INSTANTIATE_TEST_SUITE_P(
    Rules, DamagedIndexTest,
    ::testing::Values(
        Damage{"KindZero", [](auto& o) { o.body.AsIndexBody()->index_kind = {}; }, "no kind"},
        Damage{"KindUnknown",
               [](auto& o) { o.body.AsIndexBody()->index_kind = static_cast<fbs::IndexKind>(3); },
               "no kind"},
        Damage{"StatusZero", [](auto& o) { o.body.AsIndexBody()->status = {}; }, "no status"},
        Damage{"StatusUnknown",
               [](auto& o) { o.body.AsIndexBody()->status = static_cast<fbs::IndexStatus>(5); },
               "no status"},
        Damage{"NoColumns", [](auto& o) { o.body.AsIndexBody()->columns.clear(); }, "no columns"}),
    NameOf);

class DamagedZoneTest : public DamagedObjectTest {};
TEST_P(DamagedZoneTest, IsRefused) { ExpectRefused(MakeZone({5}, "Z")); }
INSTANTIATE_TEST_SUITE_P(
    Rules, DamagedZoneTest,
    ::testing::Values(Damage{"InASchema", [](auto& o) { o.parent = 0; }, "cannot live in a schema"},
                      Damage{"NoProfiles", [](auto& o) { o.body.AsZoneBody()->profiles.clear(); },
                             "no storage"},
                      Damage{"ConsistencyUnknown",
                             [](auto& o) {
                               o.body.AsZoneBody()->consistency =
                                   static_cast<fbs::ConsistencyMode>(9);
                             },
                             "consistency"}),
    NameOf);

TEST(CheckObjectTest, LongestNameThatAHeaderHoldsIsTaken) {
  EXPECT_THAT(CheckObject(MakeSchema({1}, std::string(65'535, 'x'))), IsOk());
}

TEST(CheckObjectTest, RefusesASystemViewOfUnknownKind) {
  fbs::ObjectT object = UnpackObject(
      BuildObject(SystemViewFields{.id = {9}, .name = "V", .schema = kShop, .columns = {}}));
  object.body.AsSystemViewBody()->view_kind = static_cast<fbs::ViewKind>(3);
  EXPECT_THAT(CheckObject(PackObject(object)), FailsWith(Reason::DAMAGED, {"no kind"}));
}

// The verifier passes a union that says its type and has no value.
TEST(CheckObjectTest, RefusesABodyTypeWithoutABody) {
  flatbuffers::FlatBufferBuilder builder;
  const auto name = builder.CreateString("T");
  fbs::ObjectBuilder object(builder);
  object.add_id(1);
  object.add_kind(fbs::ObjectKind::Table);
  object.add_name(name);
  object.add_parent(0);
  object.add_body_type(fbs::Body::TableBody);
  builder.Finish(object.Finish());
  const std::string bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                          builder.GetSize());
  EXPECT_THAT(CheckObject(bytes), FailsWith(Reason::DAMAGED, {"not of its kind"}));
}

// What is never null in a builder's bytes may be in others'.
TEST(CheckObjectTest, RefusesMoreColumnsThanCommandsMake) {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back("C" + std::to_string(i));
  EXPECT_THAT(CheckObject(MakeTable(kOrders, "WIDE", names)), IsOk());
  names.emplace_back("ONE_MORE");
  EXPECT_THAT(CheckObject(MakeTable(kOrders, "WIDE", names)),
              FailsWith(Reason::DAMAGED, {"10001 records of columns"}));
}

TEST(CheckObjectTest, ReadsATableWithoutAnyVector) {
  flatbuffers::FlatBufferBuilder builder;
  const auto name = builder.CreateString("T");
  fbs::KeyBuilder key(builder);
  key.add_since(1);
  const auto key_at = key.Finish();
  fbs::TableBodyBuilder table(builder);
  table.add_table_version(1);
  table.add_key(key_at);
  const auto body = table.Finish();
  fbs::ObjectBuilder object(builder);
  object.add_id(1);
  object.add_kind(fbs::ObjectKind::Table);
  object.add_name(name);
  object.add_parent(0);
  object.add_body_type(fbs::Body::TableBody);
  object.add_body(body.Union());
  builder.Finish(object.Finish());
  const std::string bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                          builder.GetSize());
  ASSERT_THAT(CheckObject(bytes), IsOk());
  ReadAll(Describe(bytes));
  EXPECT_FALSE(As<TableDescriptor>(Describe(bytes))->FindColumn("C"));
}

}  // namespace
}  // namespace annals
