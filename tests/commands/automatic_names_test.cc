// Under relaxed, key indexes that the engine named give way to what users name, and
// take a number where their name is taken.

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AutomaticNamesTest : public CommandTest {
 protected:
  AutomaticNamesTest() {
    UseRelaxedPolicy();
    Do(TableNamed("T"));  // Table 2, index 3, zone 4.
  }
};

TEST_F(AutomaticNamesTest, TheFirstFreeNumberIsTaken) {
  Do(IndexOn("T", "U_PK"));
  Do(IndexOn("T", "U_PK_1"));
  EXPECT_THAT(Do(TableNamed("U")), ElementsAre("NewObject table 7 U", "NewObject index 8 U_PK_2"));
}

TEST_F(AutomaticNamesTest, ATableMakesAKeyIndexGiveWay) {
  EXPECT_THAT(Do(TableNamed("T_PK")),
              ElementsAre("RenameObject 3 T_PK_1 automatic", "NewObject table 5 T_PK",
                          "NewObject index 6 T_PK_PK"));
  EXPECT_TRUE(Index("T_PK_1").automatic_name());
  EXPECT_EQ(Table("T").key_index_id(), Index("T_PK_1").id());
}

TEST_F(AutomaticNamesTest, AnIndexMakesAKeyIndexGiveWay) {
  EXPECT_THAT(Do(IndexOn("T", "T_PK")),
              ElementsAre("RenameObject 3 T_PK_1 automatic", "NewObject index 5 T_PK"));
}

TEST_F(AutomaticNamesTest, AnIndexIfNotExistsMakesAKeyIndexGiveWayOnce) {
  CreateIndex command = IndexOn("T", "T_PK");
  command.if_not_exists = true;
  EXPECT_THAT(Do(command),
              ElementsAre("RenameObject 3 T_PK_1 automatic", "NewObject index 5 T_PK"));
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(AutomaticNamesTest, ANamedKeyMakesAKeyIndexGiveWay) {
  CreateTable command = TableNamed("U");
  command.primary_key->name = "T_PK";
  EXPECT_THAT(Do(command), ElementsAre("RenameObject 3 T_PK_1 automatic", "NewObject table 5 U",
                                       "NewObject index 6 T_PK"));
}

TEST_F(AutomaticNamesTest, ARenamedIndexMakesAKeyIndexGiveWay) {
  Do(IndexOn("T", "I"));
  EXPECT_THAT(Do(RenameIndex{.name = "I", .new_name = "T_PK"}),
              ElementsAre("RenameObject 3 T_PK_1 automatic", "RenameObject 5 T_PK"));
}

TEST_F(AutomaticNamesTest, TheNewNameKeepsClearOfAllThatTheCommandWants) {
  CreateTable command = TableNamed("T_PK");
  command.primary_key->name = "T_PK_1";
  EXPECT_THAT(Do(command), ElementsAre("RenameObject 3 T_PK_2 automatic", "NewObject table 5 T_PK",
                                       "NewObject index 6 T_PK_1"));
}

TEST_F(AutomaticNamesTest, AnAutomaticNameDoesNotDisplaceAnother) {
  // T's key index has the name that a table "T" of the future would want.
  Do(IndexOn("T", "T_PK"));
  Do(RenameTable{.name = "T", .new_name = "X"});
  Do(TableNamed("T"));
  EXPECT_EQ(Table("T").key_index_id(), Index("T_PK_1").id());
}

TEST_F(AutomaticNamesTest, ANameThatAUserGaveIsNotDisplaced) {
  Do(RenameIndex{.name = "T_PK", .new_name = "K"});
  EXPECT_THAT(Try(TableNamed("K")), FailsWith(Reason::INDEX_EXISTS));
  Do(RenameIndex{.name = "K", .new_name = "T_PK"});
  EXPECT_THAT(Try(TableNamed("T_PK")), FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(AutomaticNamesTest, AnIndexCannotBeRenamedToTheNameThatItHas) {
  EXPECT_THAT(Try(RenameIndex{.name = "T_PK", .new_name = "T_PK"}),
              FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(AutomaticNamesTest, UnderStrictNothingGivesWay) {
  UseStrictPolicy();
  EXPECT_THAT(Try(TableNamed("T_PK")), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(IndexOn("T", "T_PK")), FailsWith(Reason::INDEX_EXISTS));
  CreateIndex command = IndexOn("T", "T_PK");
  command.if_not_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(AutomaticNamesTest, ANumberedNameIsCutToFit) {
  const std::string base(125, 'a');
  Do(TableNamed(base + "xyz"));
  Do(TableNamed(base + "uvw"));
  EXPECT_EQ(Table(base + "xyz").key_index_id(), Index(base + "_PK").id());
  EXPECT_EQ(Table(base + "uvw").key_index_id(), Index(std::string(123, 'a') + "_PK_1").id());
}

}  // namespace
}  // namespace annals
