#include "annals/commands/alter_table_primary_key.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AlterPrimaryKeyTest : public CommandTest {
 protected:
  AlterPrimaryKeyTest() {
    UseRelaxedPolicy();
    Do(KeylessTable("T"));  // Table 2, zone 3.
  }
  static AlterTableAddPrimaryKey Add(PrimaryKey key) {
    return {.table = "T", .primary_key = std::move(key)};
  }
  static AlterTableDropPrimaryKey Drop() { return {.table = "T"}; }
};

TEST_F(AlterPrimaryKeyTest, AKeyMakesItsColumnsNotNullAndColocatesByThem) {
  EXPECT_THAT(Do(Add(HashPrimaryKey({"VAL", "ID"}))),
              ElementsAre("NewObject index 4 T_PK", "SetPrimaryKey"));
  const TableDescriptor table = Table("T");
  EXPECT_THAT(table.primary_key(), ElementsAre(ColumnId{1}, ColumnId{0}));
  EXPECT_THAT(table.colocation(), ElementsAre(ColumnId{1}, ColumnId{0}));
  EXPECT_EQ(table.key_index_id(), ObjectId{4});
  EXPECT_EQ(table.table_version(), 2u);
  EXPECT_FALSE(ColumnOf("T", "VAL").nullable);
}

TEST_F(AlterPrimaryKeyTest, TheKeyIndexIsUniqueAndAvailable) {
  PrimaryKey key = SortedPrimaryKey({"ID"}, {{.descending = true}});
  key.name = "K";
  Do(Add(key));
  const IndexDescriptor index = Index("K");
  EXPECT_TRUE(index.unique());
  EXPECT_EQ(index.status(), IndexStatus::kAvailable);
  EXPECT_FALSE(index.automatic_name());
  EXPECT_FALSE(index.created_with_table());
  EXPECT_THAT(index.columns(), ElementsAre(IndexColumn{{0}, {.descending = true}}));
}

TEST_F(AlterPrimaryKeyTest, AKeyAddedByTheBatchThatMakesTheTableIsCreatedWithIt) {
  AlterTableAddPrimaryKey add = Add(HashPrimaryKey({"ID"}));
  add.table = "U";
  ASSERT_THAT(Try({KeylessTable("U"), add}), IsOk());
  EXPECT_TRUE(Index("U_PK").created_with_table());
}

TEST_F(AlterPrimaryKeyTest, TheNameOfTheKeyIndexFollowsTheRulesOfAutomaticNames) {
  Do(IndexOn("T", "T_PK"));
  Do(Add(HashPrimaryKey({"ID"})));
  EXPECT_EQ(Table("T").key_index_id(), Index("T_PK_1").id());
  EXPECT_TRUE(Index("T_PK_1").automatic_name());
}

TEST_F(AlterPrimaryKeyTest, ANameThatIsGivenHasToBeFree) {
  PrimaryKey key = HashPrimaryKey({"ID"});
  key.name = "T";
  EXPECT_THAT(Try(Add(key)), FailsWith(Reason::TABLE_EXISTS));
}

TEST_F(AlterPrimaryKeyTest, ATableHasOneKey) {
  Do(Add(HashPrimaryKey({"ID"})));
  EXPECT_THAT(Try(Add(HashPrimaryKey({"VAL"}))), FailsWith(Reason::PRIMARY_KEY_EXISTS));
}

TEST_F(AlterPrimaryKeyTest, ADroppedKeyTakesItsIndexAlongAndLeavesNotNull) {
  Do(Add(HashPrimaryKey({"VAL"})));
  EXPECT_THAT(Do(Drop()), ElementsAre("SetPrimaryKey", "DropObject 4"));
  EXPECT_FALSE(Has("T_PK"));
  EXPECT_EQ(Table("T").key_index_id(), kNoObject);
  EXPECT_THAT(Table("T").primary_key(), IsEmpty());
  EXPECT_THAT(Table("T").colocation(), IsEmpty());
  EXPECT_FALSE(ColumnOf("T", "VAL").nullable);
  EXPECT_THAT(Try(Drop()), FailsWith(Reason::NO_PRIMARY_KEY, {"\"PUBLIC\".\"T\""}));
}

TEST_F(AlterPrimaryKeyTest, AColumnOfADroppedKeyKeepsNoFunctionAsItsDefault) {
  CreateTable table{.name = "U", .primary_key = HashPrimaryKey({"A", "B"})};
  table.columns = {{.name = "A", .type = Uuid(), .default_value = Function("rand_uuid")},
                   {.name = "B", .type = Int32(), .default_value = Constant(7)}};
  Do(table);
  AlterTableDropPrimaryKey drop = Drop();
  drop.table = "U";
  EXPECT_THAT(Do(drop), ElementsAre("AlterColumn", "SetPrimaryKey", "DropObject 5"));
  EXPECT_EQ(ColumnOf("U", "A").default_value, DefaultValue{});
  EXPECT_EQ(ColumnOf("U", "B").default_value.text, "7");
}

TEST_F(AlterPrimaryKeyTest, AKeyIsDroppedAndAnotherAddedInOneBatch) {
  Do(Add(HashPrimaryKey({"ID"})));
  ASSERT_THAT(Try({Drop(), Add(HashPrimaryKey({"VAL"}))}), IsOk());
  EXPECT_THAT(Table("T").primary_key(), ElementsAre(ColumnId{1}));
  EXPECT_EQ(Table("T").key_index_id(), Index("T_PK").id());
}

TEST_F(AlterPrimaryKeyTest, BothNeedTheRelaxedPolicy) {
  UseStrictPolicy();
  EXPECT_THAT(Try(Add(HashPrimaryKey({"ID"}))), FailsWith(Reason::NEEDS_RELAXED_POLICY));
  EXPECT_THAT(Try(Drop()), FailsWith(Reason::NEEDS_RELAXED_POLICY));
}

TEST_F(AlterPrimaryKeyTest, MalformedKeysAreRefused) {
  EXPECT_THAT(Try(Add(HashPrimaryKey({}))), FailsWith(Reason::NO_PRIMARY_KEY));
  EXPECT_THAT(Try(Add(HashPrimaryKey({"ID", "ID"}))), FailsWith(Reason::PK_DUPLICATE));
  EXPECT_THAT(Try(Add(HashPrimaryKey({""}))), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(Add(SortedPrimaryKey({"ID"}, {}))), FailsWith(Reason::PK_COLLATION_COUNT));
  PrimaryKey named = HashPrimaryKey({"ID"});
  named.name = " ";
  EXPECT_THAT(Try(Add(named)), FailsWith(Reason::BLANK_IDENTIFIER, {"primary key name"}));
  std::vector<std::string> many;
  for (int i = 0; i < 17; ++i) many.push_back(absl::StrCat("C", i));
  EXPECT_THAT(Try(Add(HashPrimaryKey(many))), FailsWith(Reason::TOO_MANY_KEY_COLUMNS));
}

TEST_F(AlterPrimaryKeyTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(Add(HashPrimaryKey({"X"}))), FailsWith(Reason::COLUMN_NOT_FOUND));
  AlterTableAddPrimaryKey add = Add(HashPrimaryKey({"ID"}));
  AlterTableDropPrimaryKey drop = Drop();
  add.table = drop.table = "X";
  EXPECT_THAT(Try(add), FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_THAT(Try(drop), FailsWith(Reason::TABLE_NOT_FOUND));
  add.if_table_exists = drop.if_table_exists = true;
  EXPECT_THAT(Do(add), IsEmpty());
  EXPECT_THAT(Do(drop), IsEmpty());
}

TEST_F(AlterPrimaryKeyTest, AColumnOfADroppedKeyCanBeDroppedAndBeNull) {
  Do(Add(HashPrimaryKey({"ID"})));
  Do(Drop());
  Do(AlterTableAlterColumn{.table = "T", .column = "ID", .nullable = true});
  EXPECT_THAT(Try(AlterTableDropColumn{.table = "T", .columns = {"ID"}}), IsOk());
}

TEST_F(AlterPrimaryKeyTest, StrictCommandsAcceptATableWithoutKey) {
  UseStrictPolicy();
  CreateIndex unique = IndexOn("T", "I");
  unique.unique = true;
  EXPECT_THAT(Try(unique), IsOk());
  EXPECT_THAT(Try(DropTable{.name = "T"}), IsOk());
}

}  // namespace
}  // namespace annals
