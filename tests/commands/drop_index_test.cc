#include "annals/commands/drop_index.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DropIndexTest : public CommandTest {
 protected:
  DropIndexTest() {
    Do(TableNamed("T"));
    Do(IndexOn("T", "I"));  // Index 5.
  }
};

TEST_F(DropIndexTest, AnIndexThatWasNeverAvailableIsGone) {
  EXPECT_THAT(Do(DropIndex{.name = "I"}), ElementsAre("DropObject 5"));
  Do(IndexOn("T", "J"));
  Do(StartBuildingIndex{{.name = "J"}});
  EXPECT_THAT(Do(DropIndex{.name = "J"}), ElementsAre("DropObject 6"));
}

TEST_F(DropIndexTest, AnAvailableIndexIsStoppingAndGivesItsNameBack) {
  MakeAvailable("I");
  EXPECT_THAT(Do(DropIndex{.name = "I"}), ElementsAre("SetIndexStatus 5 stopping"));
  EXPECT_FALSE(Has("I"));
  EXPECT_TRUE(catalog_.Find({5}));
  EXPECT_THAT(Try(DropIndex{.name = "I"}), FailsWith(Reason::INDEX_NOT_FOUND));
}

TEST_F(DropIndexTest, UnderRelaxedAnAvailableIndexIsGone) {
  MakeAvailable("I");
  UseRelaxedPolicy();
  EXPECT_THAT(Do(DropIndex{.name = "I"}), ElementsAre("DropObject 5"));
}

TEST_F(DropIndexTest, AKeyIndexStaysUnderEitherPolicy) {
  EXPECT_THAT(Try(DropIndex{.name = "T_PK", .if_exists = true}),
              FailsWith(Reason::PK_INDEX_DROP, {"\"T\""}));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(DropIndex{.name = "T_PK"}), FailsWith(Reason::PK_INDEX_DROP));
}

TEST_F(DropIndexTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(DropIndex{.name = "X"}), FailsWith(Reason::INDEX_NOT_FOUND));
  EXPECT_THAT(Try(DropIndex{.name = "T"}),
              FailsWith(Reason::INDEX_NOT_FOUND, {"\"T\" is of kind table"}));
  EXPECT_THAT(Try(DropIndex{.schema = "S", .name = "X"}), FailsWith(Reason::SCHEMA_NOT_FOUND));
  EXPECT_THAT(Do(DropIndex{.name = "X", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(DropIndex{.schema = "S", .name = "X", .if_exists = true}), IsEmpty());
}

TEST_F(DropIndexTest, BadNamesAreRefused) {
  EXPECT_THAT(Try(DropIndex{.name = "", .if_exists = true}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"index name"}));
  EXPECT_THAT(Try(DropIndex{.schema = "", .name = "I"}), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(DropIndex{.schema = "SYSTEM", .name = "I"}),
              FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
