#include "annals/commands/rename_table.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RenameTableTest : public CommandTest {
 protected:
  RenameTableTest() { Do(TableNamed("T")); }  // Table 2, index 3, zone 4.
};

TEST_F(RenameTableTest, TheKeyIndexIsRenamedToo) {
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "U"}),
              ElementsAre("RenameObject 2 U", "RenameObject 3 U_PK automatic"));
  EXPECT_FALSE(Has("T"));
  EXPECT_FALSE(Has("T_PK"));
  EXPECT_EQ(Table("U").table_version(), 1u);
}

TEST_F(RenameTableTest, UnderStrictANameThatAUserGaveTheKeyIndexIsReplaced) {
  Do(RenameIndex{.name = "T_PK", .new_name = "K"});
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "U"}),
              ElementsAre("RenameObject 2 U", "RenameObject 3 U_PK automatic"));
}

TEST_F(RenameTableTest, ATakenNameIsRefused) {
  Do(TableNamed("U"));
  Do(IndexOn("T", "I"));
  Put(SystemViewFields{{50}, "V", {0}, ViewKind::kNode, {}});
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "U"}), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "I"}), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "V"}),
              FailsWith(Reason::SYSTEM_VIEW_EXISTS));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "T"}), FailsWith(Reason::TABLE_EXISTS));
}

TEST_F(RenameTableTest, UnderStrictTheNewNameOfTheKeyIndexHasToBeFree) {
  Do(IndexOn("T", "U_PK"));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "U"}), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "T_PK"}), FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(RenameTableTest, TheNewNameIsCheckedBeforeTheTableIsLookedUp) {
  EXPECT_THAT(Try(RenameTable{.name = "X", .new_name = "T", .if_exists = true}),
              FailsWith(Reason::TABLE_EXISTS));
}

TEST_F(RenameTableTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(RenameTable{.name = "X", .new_name = "Y"}), FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_THAT(Try(RenameTable{.schema = "S", .name = "X", .new_name = "Y"}),
              FailsWith(Reason::SCHEMA_NOT_FOUND));
  EXPECT_THAT(Do(RenameTable{.name = "X", .new_name = "Y", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(RenameTable{.schema = "S", .name = "X", .new_name = "Y", .if_exists = true}),
              IsEmpty());
}

TEST_F(RenameTableTest, BadNamesAreRefused) {
  EXPECT_THAT(Try(RenameTable{.name = "", .new_name = "U"}), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = " "}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"new table name"}));
  EXPECT_THAT(Try(RenameTable{.schema = "SYSTEM", .name = "T", .new_name = "U"}),
              FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

TEST_F(RenameTableTest, TheOldNameCanBeTakenAgain) {
  Do(RenameTable{.name = "T", .new_name = "U"});
  EXPECT_THAT(Do(TableNamed("T")), ElementsAre("NewObject table 5 T", "NewObject index 6 T_PK"));
}

// --- Relaxed.

TEST_F(RenameTableTest, UnderRelaxedANameThatAUserGaveTheKeyIndexStays) {
  UseRelaxedPolicy();
  Do(RenameIndex{.name = "T_PK", .new_name = "K"});
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "U"}), ElementsAre("RenameObject 2 U"));
}

TEST_F(RenameTableTest, ATableWithoutKeyIsRenamedAlone) {
  UseRelaxedPolicy();
  Do(KeylessTable("K"));
  EXPECT_THAT(Do(RenameTable{.name = "K", .new_name = "L"}), ElementsAre("RenameObject 5 L"));
  UseStrictPolicy();
  EXPECT_THAT(Do(RenameTable{.name = "L", .new_name = "M"}), ElementsAre("RenameObject 5 M"));
}

TEST_F(RenameTableTest, UnderRelaxedATakenNameOfTheKeyIndexGetsANumber) {
  UseRelaxedPolicy();
  Do(IndexOn("T", "U_PK"));
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "U"}),
              ElementsAre("RenameObject 2 U", "RenameObject 3 U_PK_1 automatic"));
}

TEST_F(RenameTableTest, UnderRelaxedATableCanTakeTheNameOfItsOwnKeyIndex) {
  UseRelaxedPolicy();
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "T_PK"}),
              ElementsAre("RenameObject 3 T_PK_PK automatic", "RenameObject 2 T_PK"));
}

TEST_F(RenameTableTest, UnderRelaxedTheKeyIndexCanTakeTheOldNameOfItsTable) {
  UseRelaxedPolicy();
  Do(RenameTable{.name = "T", .new_name = "U_PK"});
  EXPECT_THAT(Do(RenameTable{.name = "U_PK", .new_name = "U"}),
              ElementsAre("RenameObject 2 U", "RenameObject 3 U_PK automatic"));
}

TEST_F(RenameTableTest, UnderRelaxedTheKeyIndexOfAnotherTableGivesWay) {
  UseRelaxedPolicy();
  Do(TableNamed("U"));  // Table 5, index 6.
  EXPECT_THAT(Do(RenameTable{.name = "T", .new_name = "U_PK"}),
              ElementsAre("RenameObject 6 U_PK_1 automatic", "RenameObject 2 U_PK",
                          "RenameObject 3 U_PK_PK automatic"));
  EXPECT_EQ(Table("U").key_index_id(), Index("U_PK_1").id());
}

TEST_F(RenameTableTest, UnderRelaxedANameOfAUsersIndexIsStillRefused) {
  UseRelaxedPolicy();
  Do(RenameIndex{.name = "T_PK", .new_name = "K"});
  EXPECT_THAT(Try(RenameTable{.name = "T", .new_name = "K"}), FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(RenameTableTest, UnderRelaxedAKeyIndexThatHasItsNewNameAlreadyKeepsIt) {
  UseRelaxedPolicy();
  const std::string longest(125, 'a');
  Do(RenameTable{.name = "T", .new_name = longest + "b"});
  // Cut to fit, both tables' names give the same.
  EXPECT_THAT(Do(RenameTable{.name = longest + "b", .new_name = longest + "c"}),
              ElementsAre("RenameObject 2 " + longest + "c"));
}

}  // namespace
}  // namespace annals
