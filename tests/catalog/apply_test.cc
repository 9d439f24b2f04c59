// The meaning of each entry, and each way in which one may not fit.

#include "annals/catalog/apply.h"

#include <limits>

#include "annals/catalog/object_tables_internal.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ObjectId kNew{5};

class ApplyTest : public ::testing::Test {
 protected:
  void Make(const UpdateEntry& entry) { ASSERT_THAT(shop_.Apply(entry), IsOk()); }

  // As the only entry of an update, which names it.
  void ExpectRefused(const UpdateEntry& entry, const std::string& why) {
    Shop shop;
    EXPECT_THAT(shop.ApplyAll({entry}),
                FailsWith(Reason::DAMAGED, {"entry 1 (" + std::string(EntryName(entry)), why}));
  }

  ObjectDescriptor Named(std::string_view name, ObjectId schema = kShop) {
    return shop_.draft().Find(NameScope::In(schema), name);
  }
  std::string ColumnsAt(uint32_t version) { return ToText(shop_.table().ColumnsAt(version)); }

  Shop shop_;
};

// --- Objects.

TEST_F(ApplyTest, NewObjectIsFoundByIdNameParentAndReference) {
  Make(NewObject{MakeTable(kNew, "ITEMS")});
  EXPECT_EQ(shop_.draft().Find(kNew).name(), "ITEMS");
  EXPECT_EQ(Named("ITEMS").id(), kNew);
  EXPECT_THAT(Children(shop_.draft(), kShop), ElementsAre(kOrders, kOrdersKey, kByTotal, kNew));
  EXPECT_THAT(Dependents(shop_.draft(), kZone), ElementsAre(kOrders, kNew));
  EXPECT_EQ(shop_.draft().Find(kNew).from(), CatalogVersion{1});
}

TEST_F(ApplyTest, NewObjectMustFit) {
  ExpectRefused(NewObject{MakeTable(kNew, "ORDERS")}, "is taken by object 2");
  ExpectRefused(NewObject{MakeTable(kNew, "BY_TOTAL")}, "is taken by object 4");
  ExpectRefused(NewObject{MakeTable(kNew, "T", {"A"}, {77})}, "schema 77, which does not exist");
  ExpectRefused(NewObject{MakeTable(kNew, "T", {"A"}, kZone)}, "schema 1, which does not exist");
  ExpectRefused(NewObject{MakeTable(kNew, "T", {"A"}, kShop, {77})}, "zone 77, which is no zone");
  ExpectRefused(NewObject{MakeTable(kNew, "T", {"A"}, kShop, kOrders)}, "which is no zone");
  ExpectRefused(NewObject{MakeIndex(kNew, "I", {77})}, "table 77, which is no table");
  ExpectRefused(NewObject{MakeIndex(kNew, "I", kZone)}, "which is no table");
  ExpectRefused(NewObject{MakeIndex(kNew, "I", kOrders, {9})}, "column id 9");
  ExpectRefused(NewObject{MakeSchema(kNew, "shop")}, "is taken by object 0");
  ExpectRefused(NewObject{MakeZone(kNew, "Default")}, "is taken by object 1");
  EXPECT_THAT(shop_.Apply(NewObject{MakeTable(kOrders, "T")}),
              FailsWith(Reason::DAMAGED, {"object 2 exists already"}));
}

TEST_F(ApplyTest, NamesOfDifferentKindsAtTheRootDoNotMeet) {
  Make(NewObject{MakeZone(kNew, "shop")});
  Make(NewObject{MakeSchema({6}, "Default")});
  Make(NewObject{MakeTable({7}, "ORDERS", {"A"}, {6})});
  EXPECT_EQ(Named("ORDERS", {6}).id(), ObjectId{7});
  EXPECT_EQ(Named("ORDERS").id(), kOrders);
}

TEST_F(ApplyTest, IndexIsDroppedAlone) {
  Make(DropObject{kByTotal});
  EXPECT_FALSE(shop_.draft().Find(kByTotal));
  EXPECT_FALSE(Named("BY_TOTAL"));
  EXPECT_THAT(Dependents(shop_.draft(), kOrders), ElementsAre(kOrdersKey));
}

TEST_F(ApplyTest, DropWithoutCascadeNeedsThatNothingDepends) {
  ExpectRefused(DropObject{{77}}, "object 77 does not exist");
  ExpectRefused(DropObject{kOrders}, "2 dependents");
  ExpectRefused(DropObject{kShop}, "3 dependents");
  ExpectRefused(DropObject{kZone}, "dependents");
}

TEST_F(ApplyTest, CascadeTakesTheIndexesOfATable) {
  Make(DropObject{kOrders, true});
  EXPECT_THAT(Children(shop_.draft(), kShop), IsEmpty());
  EXPECT_THAT(Dependents(shop_.draft(), kZone), IsEmpty());
  EXPECT_FALSE(Named("ORDERS") || Named("ORDERS_PK") || Named("BY_TOTAL"));
}

TEST_F(ApplyTest, CascadeTakesAllThatLivesInASchema) {
  Make(NewObject{MakeSchema({6}, "other")});
  Make(NewObject{MakeTable({7}, "T", {"A"}, {6})});
  Make(DropObject{kShop, true});
  std::vector<ObjectId> left;
  shop_.draft().ForEachObject([&](const ObjectDescriptor& one) { left.push_back(one.id()); });
  EXPECT_THAT(left, ElementsAre(kZone, ObjectId{6}, ObjectId{7}));
}

TEST_F(ApplyTest, DefaultZoneIsNotDropped) {
  ExpectRefused(DropObject{kZone, true}, "is the default zone");
  Make(NewObject{MakeZone(kNew, "Z")});
  Make(SetDefaultZone{kNew});
  Make(DropObject{kZone, true});
  EXPECT_FALSE(shop_.draft().Find(kOrders));
}

TEST_F(ApplyTest, KeyIndexIsNotDroppedAlone) {
  ExpectRefused(DropObject{kOrdersKey}, "key index of table 2");
  ExpectRefused(SetIndexStatus{kOrdersKey, IndexStatus::kStopping}, "is a key index");
  Make(SetPrimaryKey{kOrders, {}, {}, kNoObject});
  Make(DropObject{kOrdersKey});
}

TEST_F(ApplyTest, RenameMovesTheName) {
  Make(RenameObject{kOrders, "SALES"});
  EXPECT_FALSE(Named("ORDERS"));
  EXPECT_EQ(Named("SALES").id(), kOrders);
  EXPECT_EQ(shop_.table().table_version(), 1u);
  Make(RenameObject{kOrders, "ORDERS"});
  EXPECT_EQ(Named("ORDERS").id(), kOrders);
  EXPECT_EQ(shop_.draft().Find(kOrders).bytes(), BuildObject(OrdersFields()));
}

TEST_F(ApplyTest, RenameSaysWhetherAnIndexNameIsAutomatic) {
  Make(RenameObject{kOrdersKey, "MINE", false});
  EXPECT_FALSE(shop_.index(kOrdersKey).automatic_name());
  Make(RenameObject{kOrdersKey, "ORDERS_PK", true});
  EXPECT_TRUE(shop_.index(kOrdersKey).automatic_name());
}

TEST_F(ApplyTest, RenamedZoneIsAutomaticNoMore) {
  ZoneFields zone = FieldsOf(*shop_.draft().Get<ZoneDescriptor>(kZone));
  zone.automatic = true;
  Make(ReplaceObject{BuildObject(zone)});
  Make(RenameObject{kZone, "Z"});
  EXPECT_FALSE(shop_.draft().Get<ZoneDescriptor>(kZone)->automatic());
}

TEST_F(ApplyTest, RenameMustFit) {
  ExpectRefused(RenameObject{{77}, "X"}, "does not exist");
  ExpectRefused(RenameObject{kOrders, "BY_TOTAL"}, "is taken by object 4");
  ExpectRefused(RenameObject{kOrders, ""}, "no name");
  ExpectRefused(RenameObject{kOrders, std::string(65'536, 'x')}, "no name");
  Make(RenameObject{kOrders, "ORDERS"});  // Its own name is free for it.
}

TEST_F(ApplyTest, ReplaceTakesTheNewFields) {
  Make(ReplaceObject{MakeZone(kZone, "Z", 3)});
  EXPECT_EQ(shop_.draft().Zone("Z")->partitions(), 3u);
  EXPECT_FALSE(shop_.draft().Zone("Default"));
}

TEST_F(ApplyTest, ReplaceMustFit) {
  ExpectRefused(ReplaceObject{MakeZone({77}, "Z")}, "does not exist");
  ExpectRefused(ReplaceObject{MakeZone(kOrders, "Z")}, "another kind or schema");
  Make(NewObject{MakeSchema({6}, "other")});
  EXPECT_THAT(shop_.Apply(ReplaceObject{MakeTable(kOrders, "T", {"A"}, {6})}),
              FailsWith(Reason::DAMAGED, {"another kind or schema"}));
  Make(NewObject{MakeZone({7}, "Z")});
  EXPECT_THAT(shop_.Apply(ReplaceObject{MakeZone({7}, "Default")}),
              FailsWith(Reason::DAMAGED, {"is taken by object 1"}));
}

// --- Columns and their lives.

TEST_F(ApplyTest, NewColumnsComeLastWithTheNextIds) {
  Make(NewColumns{kOrders, MakeColumns({"A", "B"})});
  const TableDescriptor table = shop_.table();
  EXPECT_EQ(table.table_version(), 2u);
  EXPECT_EQ(ToText(table.columns()),
            "ID INT32, TOTAL INT32 null, NOTE INT32 null, A INT32 null, B INT32 null");
  EXPECT_EQ(table.FindColumn("B")->id(), ColumnId{4});
  EXPECT_EQ(table.FindColumn("B")->since(), 2u);
  EXPECT_EQ(table.next_column_id(), ColumnId{5});
  EXPECT_EQ(ColumnsAt(1), "ID INT32, TOTAL INT32 null, NOTE INT32 null");
  EXPECT_EQ(ColumnsAt(2), ToText(table.columns()));
}

TEST_F(ApplyTest, NewColumnsMustFit) {
  ExpectRefused(NewColumns{{77}, MakeColumns({"A"})}, "does not exist");
  ExpectRefused(NewColumns{kZone, MakeColumns({"A"})}, "(zone) is no table");
  ExpectRefused(NewColumns{kOrders, {}}, "no columns");
  ExpectRefused(NewColumns{kOrders, MakeColumns({"NOTE"})}, "has a column \"NOTE\" already");
  ExpectRefused(NewColumns{kOrders, MakeColumns({"A", "A"})}, "has a column \"A\" already");
  ExpectRefused(NewColumns{kOrders, {MakeColumn("A", TypeId::kNull)}}, "type number 0");
  ExpectRefused(NewColumns{kOrders, MakeColumns({""})}, "no name");
}

TEST_F(ApplyTest, ColumnIdsRunOutBeforeTheyWrap) {
  fbs::ObjectT object = UnpackObject(shop_.draft().Find(kOrders).bytes());
  object.body.AsTableBody()->next_column_id = UINT16_MAX - 1;
  Make(ReplaceObject{PackObject(object)});
  Make(NewColumns{kOrders, MakeColumns({"LAST"})});
  EXPECT_THAT(shop_.Apply(NewColumns{kOrders, MakeColumns({"MORE"})}),
              FailsWith(Reason::DAMAGED, {"no column ids left"}));
}

TEST_F(ApplyTest, EachVersionOfATableCanBeReadFromItsLast) {
  Column total = shop_.table().FindColumn("TOTAL")->ToColumn();
  total.type = TypeId::kInt64;
  Make(NewColumns{kOrders, MakeColumns({"A"})});                // 2
  Make(AlterColumn{kOrders, total});                            // 3
  Make(RenameColumn{kOrders, {1}, "SUM"});                      // 4
  Make(DropColumns{kOrders, {{3}}});                            // 5
  Make(NewColumns{kOrders, {MakeColumn("A", TypeId::kUuid)}});  // 6
  Make(RenameColumn{kOrders, {1}, "TOTAL"});                    // 7
  EXPECT_EQ(ColumnsAt(0), "");
  EXPECT_EQ(ColumnsAt(1), "ID INT32, TOTAL INT32 null, NOTE INT32 null");
  EXPECT_EQ(ColumnsAt(2), "ID INT32, TOTAL INT32 null, NOTE INT32 null, A INT32 null");
  EXPECT_EQ(ColumnsAt(3), "ID INT32, TOTAL INT64 null, NOTE INT32 null, A INT32 null");
  EXPECT_EQ(ColumnsAt(4), "ID INT32, SUM INT64 null, NOTE INT32 null, A INT32 null");
  EXPECT_EQ(ColumnsAt(5), "ID INT32, SUM INT64 null, NOTE INT32 null");
  EXPECT_EQ(ColumnsAt(6), "ID INT32, SUM INT64 null, NOTE INT32 null, A UUID null");
  EXPECT_EQ(ColumnsAt(7), "ID INT32, TOTAL INT64 null, NOTE INT32 null, A UUID null");
  EXPECT_EQ(ColumnsAt(8), "");
  // A name that comes again is another column.
  EXPECT_EQ(shop_.table().FindColumn("A")->id(), ColumnId{4});
  EXPECT_EQ(shop_.table().FindColumnEver({3})->type(), TypeId::kInt32);
}

TEST_F(ApplyTest, ClosedRecordSaysSinceAndUntil) {
  Make(RenameColumn{kOrders, {1}, "SUM"});
  Make(DropColumns{kOrders, {{2}}});
  const TableDescriptor table = shop_.table();
  ASSERT_EQ(table.past_columns().size(), 2u);
  const Column renamed = table.past_columns()[0].ToColumn();
  EXPECT_TRUE(renamed.name == "TOTAL" && renamed.since == 1 && renamed.until == 2);
  const Column dropped = table.past_columns()[1].ToColumn();
  EXPECT_TRUE(dropped.name == "NOTE" && dropped.since == 1 && dropped.until == 3);
  EXPECT_EQ(table.FindColumn("SUM")->since(), 2u);
  EXPECT_EQ(table.FindColumn("SUM")->until(), 0u);
}

TEST_F(ApplyTest, AlterKeepsIdAndPlace) {
  Column note = shop_.table().FindColumn("NOTE")->ToColumn();
  note.nullable = false;
  note.default_value = {DefaultValue::Kind::kConstant, TypeId::kInt32, "5"};
  note.since = 77;  // Lives are Apply's.
  note.until = 78;
  Make(AlterColumn{kOrders, note});
  note.since = 2;
  note.until = 0;
  EXPECT_EQ(shop_.table().columns()[2].ToColumn(), note);
}

TEST_F(ApplyTest, ColumnsMustBeThereToBeChanged) {
  Column column = MakeColumn("X");
  column.id = {9};
  ExpectRefused(AlterColumn{{77}, column}, "does not exist");
  ExpectRefused(AlterColumn{kOrders, column}, "no column with id 9");
  column.id = {2};
  column.name = "TOTAL";
  ExpectRefused(AlterColumn{kOrders, column}, "has a column \"TOTAL\" already");
  column.name = "NOTE";
  column.type = TypeId::kNull;
  ExpectRefused(AlterColumn{kOrders, column}, "type number 0");
  ExpectRefused(RenameColumn{{77}, {1}, "X"}, "does not exist");
  ExpectRefused(RenameColumn{kOrders, {9}, "X"}, "no column with id 9");
  ExpectRefused(RenameColumn{kOrders, {1}, "NOTE"}, "has a column \"NOTE\" already");
  ExpectRefused(RenameColumn{kOrders, {1}, ""}, "no name");
  ExpectRefused(DropColumns{{77}, {{1}}}, "does not exist");
  ExpectRefused(DropColumns{kOrders, {}}, "no columns");
  ExpectRefused(DropColumns{kOrders, {{9}}}, "no column with id 9");
  ExpectRefused(DropColumns{kOrders, {{2}, {2}}}, "no column with id 2");
}

TEST_F(ApplyTest, ColumnInUseIsNotDropped) {
  ExpectRefused(DropColumns{kOrders, {{0}}}, "part of the primary key");
  ExpectRefused(DropColumns{kOrders, {{1}}}, "used by index 4");
  Make(SetIndexStatus{kByTotal, IndexStatus::kStopping});
  Make(DropColumns{kOrders, {{1}}});
  // The stopping index resolves its columns still.
  EXPECT_EQ(shop_.table().FindColumnEver({1})->name(), "TOTAL");
}

// --- Keys.

TEST_F(ApplyTest, KeyIsClosedAndOpenedAndItsColumnsAreNotNull) {
  Make(SetPrimaryKey{kOrders, {}, {}, kNoObject});  // 2
  EXPECT_THAT(shop_.table().primary_key(), IsEmpty());
  EXPECT_THAT(shop_.table().colocation(), IsEmpty());
  EXPECT_EQ(shop_.table().key_index_id(), kNoObject);
  Make(DropObject{kOrdersKey});
  Make(NewObject{MakeIndex(kNew, "ORDERS_PK", kOrders, {1, 0})});
  Make(SetPrimaryKey{kOrders, {{1}, {0}}, {{1}}, kNew});  // 3
  const TableDescriptor table = shop_.table();
  EXPECT_THAT(table.primary_key(), ElementsAre(ColumnId{1}, ColumnId{0}));
  EXPECT_THAT(table.colocation(), ElementsAre(ColumnId{1}));
  EXPECT_EQ(table.key_index_id(), kNew);
  EXPECT_FALSE(table.FindColumn("TOTAL")->nullable());
  EXPECT_EQ(table.FindColumn("TOTAL")->since(), 3u);
  EXPECT_EQ(table.FindColumn("ID")->since(), 1u);
  EXPECT_EQ(ColumnsAt(2), "ID INT32, TOTAL INT32 null, NOTE INT32 null");

  const fbs::ObjectT object = UnpackObject(table.bytes());
  const fbs::TableBodyT& body = *object.body.AsTableBody();
  ASSERT_EQ(body.past_keys.size(), 2u);
  EXPECT_TRUE(body.past_keys[0]->columns == std::vector<uint16_t>{0} &&
              body.past_keys[0]->since == 1 && body.past_keys[0]->until == 2);
  EXPECT_TRUE(body.past_keys[1]->columns.empty() && body.past_keys[1]->since == 2 &&
              body.past_keys[1]->until == 3);
  EXPECT_TRUE(body.key->since == 3 && body.key->until == 0);
}

TEST_F(ApplyTest, KeyMustFit) {
  ExpectRefused(SetPrimaryKey{{77}, {}, {}, kNoObject}, "does not exist");
  ExpectRefused(SetPrimaryKey{kOrders, {{1}}, {{1}}, kNoObject}, "or neither");
  ExpectRefused(SetPrimaryKey{kOrders, {}, {}, kByTotal}, "or neither");
  ExpectRefused(SetPrimaryKey{kOrders, {{1}}, {{1}}, {77}}, "does not exist");
  ExpectRefused(SetPrimaryKey{kOrders, {{1}}, {{1}}, kZone}, "(zone) is no index");
  ExpectRefused(SetPrimaryKey{kOrders, {{9}}, {}, kByTotal}, "no column with id 9");
  ExpectRefused(SetPrimaryKey{kOrders, {{1}}, {{9}}, kByTotal}, "column id 9");
  Make(NewObject{MakeTable(kNew, "T")});
  EXPECT_THAT(shop_.Apply(SetPrimaryKey{kNew, {{0}}, {{0}}, kByTotal}),
              FailsWith(Reason::DAMAGED, {"index 4 is of another table"}));
}

TEST_F(ApplyTest, KeyIndexOfANewTableMustComeWithIt) {
  TableFields table = OrdersFields();
  table.id = kNew;
  table.name = "T";
  table.key_index = {6};
  const NewObject made{BuildObject(table)};
  EXPECT_THAT(Shop().ApplyAll({made, NewObject{MakeIndex({6}, "T_PK", kNew)}}), IsOk());
  EXPECT_THAT(Shop().ApplyAll({made}),
              FailsWith(Reason::DAMAGED, {"entry 1 (NewObject)", "object 6 is no index"}));
  EXPECT_THAT(Shop().ApplyAll({made, NewObject{MakeIndex({6}, "T_PK", kOrders)}}),
              FailsWith(Reason::DAMAGED, {"object 6 is no index of table 5"}));
}

// --- What else can be set.

TEST_F(ApplyTest, PropertiesThatAreNotGivenStay) {
  Make(SetTableProperties{kOrders, 0.5, std::nullopt});
  EXPECT_EQ(shop_.table().stale_rows_fraction(), 0.5);
  EXPECT_EQ(shop_.table().min_stale_rows_count(), 500);
  Make(SetTableProperties{kOrders, std::nullopt, 7});
  EXPECT_EQ(shop_.table().stale_rows_fraction(), 0.5);
  EXPECT_EQ(shop_.table().min_stale_rows_count(), 7);
  EXPECT_EQ(shop_.table().table_version(), 1u);
}

TEST_F(ApplyTest, PropertiesMustFit) {
  ExpectRefused(SetTableProperties{{77}, 0.5, {}}, "does not exist");
  for (double wrong : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::infinity()}) {
    ExpectRefused(SetTableProperties{kOrders, wrong, {}}, "stale rows");
  }
  ExpectRefused(SetTableProperties{kOrders, {}, -1}, "least count");
}

TEST_F(ApplyTest, StoppedIndexGivesItsNameToAnother) {
  Make(SetIndexStatus{kByTotal, IndexStatus::kBuilding});
  Make(SetIndexStatus{kByTotal, IndexStatus::kAvailable});
  EXPECT_EQ(Named("BY_TOTAL").id(), kByTotal);
  Make(SetIndexStatus{kByTotal, IndexStatus::kStopping});
  EXPECT_FALSE(Named("BY_TOTAL"));
  EXPECT_EQ(shop_.index(kByTotal).name(), "BY_TOTAL");
  Make(NewObject{MakeIndex(kNew, "BY_TOTAL")});
  EXPECT_EQ(Named("BY_TOTAL").id(), kNew);
  Make(DropObject{kByTotal});
  EXPECT_EQ(Named("BY_TOTAL").id(), kNew);
}

TEST_F(ApplyTest, StatusMustFit) {
  ExpectRefused(SetIndexStatus{{77}, IndexStatus::kBuilding}, "does not exist");
  ExpectRefused(SetIndexStatus{kOrders, IndexStatus::kBuilding}, "(table) is no index");
  Make(SetIndexStatus{kByTotal, IndexStatus::kStopping});
  EXPECT_THAT(shop_.Apply(SetIndexStatus{kByTotal, IndexStatus::kAvailable}),
              FailsWith(Reason::DAMAGED, {"stopping already"}));
}

TEST_F(ApplyTest, DefaultZoneMustBeAZone) {
  ExpectRefused(SetDefaultZone{{77}}, "does not exist");
  ExpectRefused(SetDefaultZone{kShop}, "(schema) is no zone");
}

// --- Whole updates.

TEST_F(ApplyTest, CounterIsTakenAndNeverLowered) {
  ASSERT_THAT(shop_.ApplyAll({}, {9}), IsOk());
  EXPECT_EQ(shop_.draft().next_object_id(), ObjectId{9});
  EXPECT_THAT(shop_.ApplyAll({}, {8}), FailsWith(Reason::DAMAGED, {"goes back from 9 to 8"}));
}

TEST_F(ApplyTest, NewIdsAreOfThisUpdate) {
  EXPECT_THAT(Shop().ApplyAll({NewObject{MakeTable({4}, "T")}}, {9}),
              FailsWith(Reason::DAMAGED, {"new object 4 has an id outside of 5 to 9"}));
  EXPECT_THAT(Shop().ApplyAll({NewObject{MakeTable({9}, "T")}}, {9}),
              FailsWith(Reason::DAMAGED, {"new object 9 has an id outside of 5 to 9"}));
  EXPECT_THAT(Shop().ApplyAll({NewObject{MakeTable({8}, "T")}}, {9}), IsOk());
}

// An id is never used again, not even of what was dropped just now.
TEST_F(ApplyTest, IdOfADroppedObjectIsNotGivenAgain) {
  ASSERT_THAT(shop_.ApplyAll({DropObject{kByTotal}}, kFirstFree), IsOk());
  EXPECT_THAT(shop_.ApplyAll({NewObject{MakeIndex(kByTotal, "I")}}),
              FailsWith(Reason::DAMAGED, {"new object 4"}));
}

TEST_F(ApplyTest, FailedUpdateLeavesTheBaseAlone) {
  CatalogDraft next(shop_.draft(), {2}, HybridTimestamp(2000, 0));
  EXPECT_THAT(Apply({.next_object_id = kFirstFree,
                     .entries = {RenameObject{kOrders, "SALES"}, DropObject{{77}}}},
                    next),
              FailsWith(Reason::DAMAGED, {"entry 2 (DropObject)"}));
  EXPECT_EQ(Named("ORDERS").id(), kOrders);
  EXPECT_FALSE(Named("SALES"));
}

TEST_F(ApplyTest, NamesCanBeSwappedWithinOneUpdate) {
  Make(NewObject{MakeTable(kNew, "ITEMS")});
  ASSERT_THAT(shop_.ApplyAll({RenameObject{kOrders, "X"}, RenameObject{kNew, "ORDERS"},
                              RenameObject{kOrders, "ITEMS"}}),
              IsOk());
  EXPECT_EQ(Named("ORDERS").id(), kNew);
  EXPECT_EQ(Named("ITEMS").id(), kOrders);
  EXPECT_FALSE(Named("X"));
}

}  // namespace
}  // namespace annals
