// The views of what is in a catalog, on one that has everything in it.

#include "annals/catalog/object_views.h"

#include "annals/tests/catalog/fixtures.h"
#include "annals/tests/support/view_text.h"

namespace annals {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const ObjectView& ViewOf(std::string_view name) {
  for (const ObjectView& view : ObjectViews()) {
    if (view.info.name == name) return view;
  }
  ADD_FAILURE() << "there is no view " << name;
  return ObjectViews().front();
}

std::vector<ViewRow> RowsOf(const ObjectView& view, const CatalogView& catalog) {
  std::vector<ViewRow> rows;
  view.add_rows(catalog, rows);
  return rows;
}

std::vector<std::string> Texts(std::string_view name, const CatalogView& catalog) {
  return ToTexts(RowsOf(ViewOf(name), catalog));
}

std::vector<std::string> Names(const ViewInfo& view) {
  std::vector<std::string> names;
  for (const ViewColumn& column : view.columns) names.emplace_back(column.name);
  return names;
}

constexpr ObjectId kSystem{5};    // A schema.
constexpr ObjectId kFast{6};      // A zone that differs from the default in everything.
constexpr ObjectId kNotes{7};     // A table without a key, in that zone.
constexpr ObjectId kMixed{8};     // An index in every order that there is.
constexpr ObjectId kStopping{9};  // An index over a column that is dropped.
constexpr ObjectId kNodes{10};    // A system view.
constexpr ObjectId kTypes{11};    // Another.
constexpr ObjectId kGone{12};     // A table that is dropped.

constexpr ObjectId kLabelled{13};  // A connection with a label.

ConfiguredFields Labelled() {
  return {.id = kLabelled,
          .kind = ObjectKind::kConnection,
          .name = "T",
          .parent = kShop,
          .type = "ssh-tunnel",
          .options = {{"host", "h"}},
          .labels = {{"team", "x"}}};
}

ZoneFields FastZone() {
  ZoneFields zone{.id = kFast, .name = "fast", .partitions = 65000, .replicas = 5};
  zone.quorum_size = 3;
  zone.auto_scale_up_s = 10;
  zone.auto_scale_down_s = 20;
  zone.filter = "$[?(@.region == 'EU')]";
  zone.storage_profiles = {"ssd", "default"};
  zone.consistency = ConsistencyMode::kHighAvailability;
  return zone;
}

IndexFields MixedIndex() {
  IndexFields index{.id = kMixed, .name = "MIXED", .schema = kShop, .table = kOrders};
  index.unique = true;
  index.status = IndexStatus::kBuilding;
  index.columns = {{{0}, {}}, {{1}, {.descending = true, .nulls_first = true}}};
  return index;
}

IndexFields StoppingIndex() {
  IndexFields index{.id = kStopping, .name = "BY_NOTE", .schema = kShop, .table = kOrders};
  index.status = IndexStatus::kStopping;
  index.columns = {{{1}, {.descending = true}}, {{2}, {.nulls_first = true}}};
  return index;
}

SystemViewFields TypesView() {
  SystemViewFields view{.id = kTypes, .name = "TYPES", .schema = kSystem};
  view.kind = ViewKind::kCluster;
  view.columns = {MakeColumn("PRICE", TypeId::kDecimal, false), MakeColumn("NAME", TypeId::kString),
                  MakeColumn("AGE", TypeId::kDuration)};
  view.columns[0].precision = 10;
  view.columns[0].scale = 2;
  view.columns[1].length = 20;
  view.columns[2].precision = 6;
  return view;
}

class ObjectViewsTest : public ::testing::Test {
 protected:
  ObjectViewsTest() {
    SystemViewFields nodes{.id = kNodes, .name = "NODES", .schema = kSystem};
    nodes.columns = MakeColumns({"ID"});
    EXPECT_THAT(shop_.ApplyAll(
                    {NewObject{MakeSchema(kSystem, "SYSTEM")}, NewObject{BuildObject(FastZone())},
                     NewObject{MakeTable(kNotes, "my notes", {"a, b"}, kShop, kFast)},
                     NewObject{BuildObject(MixedIndex())}, NewObject{BuildObject(StoppingIndex())},
                     NewObject{BuildObject(nodes)}, NewObject{BuildObject(TypesView())},
                     NewObject{BuildObject(Labelled())}, NewObject{MakeTable(kGone, "GONE")}},
                    {20}),
                IsOk());
    EXPECT_THAT(shop_.ApplyAll({DropObject{kGone, true}, DropColumns{kOrders, {{2}}}}, {20}),
                IsOk());
  }

  CatalogDraft& catalog() { return shop_.draft(); }

  Shop shop_;
};

TEST_F(ObjectViewsTest, RowsHaveAValueOfTheRightTypeInEveryColumn) {
  for (const ObjectView& view : ObjectViews()) {
    const std::vector<ViewRow> rows = RowsOf(view, catalog());
    EXPECT_THAT(rows, Not(IsEmpty())) << view.info.name;
    EXPECT_TRUE(RowsFit(view.info, rows)) << view.info.name;
  }
}

TEST_F(ObjectViewsTest, AnEmptyCatalogHasNoRows) {
  for (const ObjectView& view : ObjectViews()) {
    EXPECT_THAT(RowsOf(view, EmptyCatalog()), IsEmpty()) << view.info.name;
  }
}

TEST_F(ObjectViewsTest, SchemasAreListedById) {
  EXPECT_THAT(Names(ViewOf("SCHEMAS").info), ElementsAre("SCHEMA_ID", "SCHEMA_NAME"));
  EXPECT_THAT(Texts("SCHEMAS", catalog()), ElementsAre("0|shop", "5|SYSTEM"));
}

TEST_F(ObjectViewsTest, ATableWithoutAKeyHasNeitherKeyIndexNorColocation) {
  EXPECT_THAT(Names(ViewOf("TABLES").info),
              ElementsAre("SCHEMA_NAME", "TABLE_NAME", "TABLE_ID", "TABLE_PK_INDEX_ID", "ZONE_NAME",
                          "STORAGE_PROFILE", "TABLE_COLOCATION_COLUMNS", "SCHEMA_ID", "ZONE_ID"));
  EXPECT_THAT(Texts("TABLES", catalog()),
              ElementsAre("shop|ORDERS|2|3|Default|default|ID|0|1",
                          "shop|my notes|7|NULL|fast|default|NULL|0|6"));
}

TEST_F(ObjectViewsTest, ColumnsOfTablesAreTheLivingOnes) {
  EXPECT_THAT(
      Names(ViewOf("TABLE_COLUMNS").info),
      ElementsAre("SCHEMA_NAME", "TABLE_NAME", "TABLE_ID", "COLUMN_NAME", "COLUMN_TYPE",
                  "IS_NULLABLE_COLUMN", "COLUMN_PRECISION", "COLUMN_SCALE", "COLUMN_LENGTH",
                  "COLUMN_ORDINAL", "SCHEMA_ID", "PK_COLUMN_ORDINAL", "COLOCATION_COLUMN_ORDINAL"));
  EXPECT_THAT(Texts("TABLE_COLUMNS", catalog()),
              ElementsAre("shop|ORDERS|2|ID|INT32|false|0|0|0|0|0|0|0",
                          "shop|ORDERS|2|TOTAL|INT32|true|0|0|0|1|0|NULL|NULL",
                          "shop|my notes|7|a, b|INT32|true|0|0|0|0|0|NULL|NULL"));
}

TEST_F(ObjectViewsTest, OrdinalsInAKeyAreThoseOfTheKey) {
  TableFields table{.id = {20}, .name = "PAIRS", .schema = kShop, .zone = kZone};
  table.columns = MakeColumns({"A", "B", "C"});
  table.columns[0].nullable = table.columns[1].nullable = false;
  table.primary_key = {{1}, {0}};
  table.colocation = {{0}};
  table.key_index = {21};
  IndexFields key{.id = {21}, .name = "PAIRS_PK", .schema = kShop, .table = {20}};
  key.columns = {{{1}, {}}, {{0}, {}}};
  ASSERT_THAT(shop_.ApplyAll({NewObject{BuildObject(table)}, NewObject{BuildObject(key)}}), IsOk());
  const ViewInfo& view = ViewOf("TABLE_COLUMNS").info;
  EXPECT_THAT(
      ToTexts(view, RowsOf(ViewOf("TABLE_COLUMNS"), catalog()),
              {"COLUMN_NAME", "COLUMN_ORDINAL", "PK_COLUMN_ORDINAL", "COLOCATION_COLUMN_ORDINAL"}),
      ElementsAre("ID|0|0|0", "TOTAL|1|NULL|NULL", "a, b|0|NULL|NULL", "A|0|1|0", "B|1|0|NULL",
                  "C|2|NULL|NULL"));
}

TEST_F(ObjectViewsTest, IndexesAreTheAliveOnes) {
  EXPECT_THAT(
      Names(ViewOf("INDEXES").info),
      ElementsAre("INDEX_ID", "INDEX_NAME", "TABLE_ID", "TABLE_NAME", "SCHEMA_ID", "SCHEMA_NAME",
                  "INDEX_TYPE", "IS_UNIQUE_INDEX", "INDEX_COLUMNS", "INDEX_STATE"));
  EXPECT_THAT(Texts("INDEXES", catalog()),
              ElementsAre("3|ORDERS_PK|2|ORDERS|0|shop|HASH|true|ID|AVAILABLE",
                          "4|BY_TOTAL|2|ORDERS|0|shop|SORTED|false|TOTAL ASC|REGISTERED",
                          "8|MIXED|2|ORDERS|0|shop|SORTED|true|ID ASC, TOTAL DESC|BUILDING"));
}

TEST_F(ObjectViewsTest, WhereNullsStandIsSaidIfItIsNotTheDefault) {
  IndexFields index{.id = {20}, .name = "ODD", .schema = kShop, .table = kNotes};
  index.columns = {{{0}, {.nulls_first = true}}, {{0}, {.descending = true}}};
  ASSERT_THAT(shop_.ApplyAll({NewObject{BuildObject(index)}}), IsOk());
  EXPECT_THAT(Texts("INDEXES", catalog()),
              Contains(HasSubstr("|\"a, b\" ASC NULLS FIRST, \"a, b\" DESC NULLS LAST|")));
}

// The column of the index was dropped; its name is known from the table's history.
TEST_F(ObjectViewsTest, ColumnsOfAStoppingIndexKeepTheirNames) {
  EXPECT_THAT(Names(ViewOf("INDEX_COLUMNS").info),
              ElementsAre("SCHEMA_ID", "SCHEMA_NAME", "TABLE_ID", "TABLE_NAME", "INDEX_ID",
                          "INDEX_NAME", "COLUMN_NAME", "COLUMN_ORDINAL", "COLUMN_COLLATION"));
  EXPECT_THAT(Texts("INDEX_COLUMNS", catalog()),
              ElementsAre("0|shop|2|ORDERS|3|ORDERS_PK|ID|0|NULL",
                          "0|shop|2|ORDERS|4|BY_TOTAL|TOTAL|0|ASC_NULLS_LAST",
                          "0|shop|2|ORDERS|8|MIXED|ID|0|ASC_NULLS_LAST",
                          "0|shop|2|ORDERS|8|MIXED|TOTAL|1|DESC_NULLS_FIRST",
                          "0|shop|2|ORDERS|9|BY_NOTE|TOTAL|0|DESC_NULLS_LAST",
                          "0|shop|2|ORDERS|9|BY_NOTE|NOTE|1|ASC_NULLS_FIRST"));
}

TEST_F(ObjectViewsTest, ZonesTellAllAboutThemselvesAndWhichIsTheDefault) {
  EXPECT_THAT(Names(ViewOf("ZONES").info),
              ElementsAre("ZONE_NAME", "ZONE_PARTITIONS", "ZONE_REPLICAS",
                          "DATA_NODES_AUTO_ADJUST_SCALE_UP", "DATA_NODES_AUTO_ADJUST_SCALE_DOWN",
                          "DATA_NODES_FILTER", "IS_DEFAULT_ZONE", "ZONE_CONSISTENCY_MODE",
                          "ZONE_ID", "ZONE_QUORUM_SIZE"));
  EXPECT_THAT(Texts("ZONES", catalog()),
              ElementsAre("Default|25|1|0|2147483647|$..*|true|STRONG_CONSISTENCY|1|1",
                          "fast|65000|5|10|20|$[?(@.region == 'EU')]|false|HIGH_AVAILABILITY|6|3"));
  ASSERT_THAT(shop_.Apply(SetDefaultZone{kFast}), IsOk());
  EXPECT_THAT(ToTexts(ViewOf("ZONES").info, RowsOf(ViewOf("ZONES"), catalog()),
                      {"ZONE_NAME", "IS_DEFAULT_ZONE"}),
              ElementsAre("Default|false", "fast|true"));
}

TEST_F(ObjectViewsTest, TheFirstStorageProfileOfAZoneIsItsDefault) {
  EXPECT_THAT(Names(ViewOf("ZONE_STORAGE_PROFILES").info),
              ElementsAre("ZONE_NAME", "STORAGE_PROFILE", "IS_DEFAULT_PROFILE", "ZONE_ID"));
  EXPECT_THAT(Texts("ZONE_STORAGE_PROFILES", catalog()),
              ElementsAre("Default|default|true|1", "fast|ssd|true|6", "fast|default|false|6"));
}

TEST_F(ObjectViewsTest, SystemViewsAreThoseThatWereRegistered) {
  EXPECT_THAT(Names(ViewOf("SYSTEM_VIEWS").info),
              ElementsAre("VIEW_ID", "SCHEMA_NAME", "VIEW_NAME", "VIEW_TYPE"));
  EXPECT_THAT(Texts("SYSTEM_VIEWS", catalog()),
              ElementsAre("10|SYSTEM|NODES|NODE", "11|SYSTEM|TYPES|CLUSTER"));
}

TEST_F(ObjectViewsTest, ColumnsOfSystemViewsNameViewAndColumn) {
  EXPECT_THAT(
      Names(ViewOf("SYSTEM_VIEW_COLUMNS").info),
      ElementsAre("VIEW_ID", "VIEW_NAME", "COLUMN_NAME", "COLUMN_TYPE", "IS_NULLABLE_COLUMN",
                  "COLUMN_PRECISION", "COLUMN_SCALE", "COLUMN_LENGTH"));
  EXPECT_THAT(Texts("SYSTEM_VIEW_COLUMNS", catalog()),
              ElementsAre("10|NODES|ID|INT32|true|0|0|0", "11|TYPES|PRICE|DECIMAL|false|10|2|0",
                          "11|TYPES|NAME|STRING|true|0|0|20", "11|TYPES|AGE|DURATION|true|6|0|0"));
}

TEST_F(ObjectViewsTest, WhatIsDroppedIsInNoView) {
  ASSERT_THAT(shop_.Apply(DropObject{kOrders, true}), IsOk());
  for (const char* view : {"TABLES", "TABLE_COLUMNS", "INDEXES", "INDEX_COLUMNS"}) {
    EXPECT_THAT(Texts(view, catalog()), Each(Not(HasSubstr("ORDERS")))) << view;
  }
}

}  // namespace
}  // namespace annals
