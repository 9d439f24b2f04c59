#include "annals/commands/rename_index.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RenameIndexTest : public CommandTest {
 protected:
  RenameIndexTest() {
    Do(TableNamed("T"));
    Do(IndexOn("T", "I"));  // Index 5.
  }
};

TEST_F(RenameIndexTest, AnIndexGetsTheNewName) {
  EXPECT_THAT(Do(RenameIndex{.name = "I", .new_name = "J"}), ElementsAre("RenameObject 5 J"));
  EXPECT_FALSE(Has("I"));
  EXPECT_EQ(Index("J").id(), ObjectId{5});
}

TEST_F(RenameIndexTest, TheNameOfAKeyIndexIsNotAutomaticAnyMore) {
  Do(RenameIndex{.name = "T_PK", .new_name = "K"});
  EXPECT_FALSE(Index("K").automatic_name());
  EXPECT_EQ(Table("T").key_index_id(), Index("K").id());
}

TEST_F(RenameIndexTest, ATakenNameIsRefused) {
  Put(SystemViewFields{{50}, "V", {0}, ViewKind::kNode, {}});
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = "T_PK"}), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = "I"}), FailsWith(Reason::INDEX_EXISTS));
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = "T"}), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = "V"}),
              FailsWith(Reason::SYSTEM_VIEW_EXISTS));
}

TEST_F(RenameIndexTest, TheNameOfAStoppingIndexIsFree) {
  Do(IndexOn("T", "J"));
  MakeAvailable("J");
  Do(DropIndex{.name = "J"});
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = "J"}), IsOk());
}

TEST_F(RenameIndexTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(RenameIndex{.name = "X", .new_name = "I"}), FailsWith(Reason::INDEX_NOT_FOUND));
  EXPECT_THAT(Try(RenameIndex{.schema = "S", .name = "X", .new_name = "Y"}),
              FailsWith(Reason::SCHEMA_NOT_FOUND));
  EXPECT_THAT(Do(RenameIndex{.name = "X", .new_name = "I", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(RenameIndex{.schema = "S", .name = "X", .new_name = "Y", .if_exists = true}),
              IsEmpty());
}

TEST_F(RenameIndexTest, BadNamesAreRefused) {
  EXPECT_THAT(Try(RenameIndex{.name = "I", .new_name = " "}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"new index name"}));
  EXPECT_THAT(Try(RenameIndex{.name = "", .new_name = "J"}), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(RenameIndex{.schema = "SYSTEM", .name = "I", .new_name = "J"}),
              FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
