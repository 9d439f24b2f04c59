#include "annals/commands/index_life_cycle.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;

class IndexLifeCycleTest : public CommandTest {
 protected:
  IndexLifeCycleTest() {
    Do(TableNamed("T"));
    Do(IndexOn("T", "I"));
  }
  static constexpr ObjectId kI{5};
};

TEST_F(IndexLifeCycleTest, AnIndexIsBuiltUsedStoppedAndRemoved) {
  EXPECT_THAT(Do(StartBuildingIndex{{.id = kI}}), ElementsAre("SetIndexStatus 5 building"));
  EXPECT_THAT(Do(MakeIndexAvailable{{.id = kI}}), ElementsAre("SetIndexStatus 5 available"));
  EXPECT_THAT(Do(DropIndex{.name = "I"}), ElementsAre("SetIndexStatus 5 stopping"));
  EXPECT_THAT(Do(RemoveIndex{{.id = kI}}), ElementsAre("DropObject 5"));
  EXPECT_FALSE(catalog_.Find(kI));
}

TEST_F(IndexLifeCycleTest, AnIndexCanBeNamed) {
  Do(StartBuildingIndex{{.name = "I"}});
  Do(MakeIndexAvailable{{.name = "I"}});
  Do(DropIndex{.name = "I"});
  EXPECT_THAT(Do(RemoveIndex{{.name = "I"}}), ElementsAre("DropObject 5"));
}

TEST_F(IndexLifeCycleTest, NoStepIsLeftOutOrTakenTwice) {
  const auto refused = [&](const CatalogCommand& command, Reason reason) {
    EXPECT_THAT(Try(command), FailsWith(reason, {"\"I\" (id 5) is "}));
  };
  const StartBuildingIndex start{{.id = kI}};
  const MakeIndexAvailable available{{.id = kI}};
  const RemoveIndex remove{{.id = kI}};
  refused(available, Reason::WRONG_INDEX_STATUS);
  refused(remove, Reason::REMOVE_INDEX_WRONG_STATUS);
  Do(start);
  refused(start, Reason::WRONG_INDEX_STATUS);
  refused(remove, Reason::REMOVE_INDEX_WRONG_STATUS);
  Do(available);
  refused(start, Reason::WRONG_INDEX_STATUS);
  refused(available, Reason::WRONG_INDEX_STATUS);
  refused(remove, Reason::REMOVE_INDEX_WRONG_STATUS);
  Do(DropIndex{.name = "I"});
  refused(start, Reason::WRONG_INDEX_STATUS);
  refused(available, Reason::WRONG_INDEX_STATUS);
}

TEST_F(IndexLifeCycleTest, AMissingIndexIsRefused) {
  for (ObjectId id : {ObjectId{2}, ObjectId{99}, kNoObject}) {
    EXPECT_THAT(Try(StartBuildingIndex{{.id = id}}), FailsWith(Reason::INDEX_NOT_FOUND));
    EXPECT_THAT(Try(MakeIndexAvailable{{.id = id}}), FailsWith(Reason::INDEX_NOT_FOUND));
    EXPECT_THAT(Try(RemoveIndex{{.id = id}}), FailsWith(Reason::INDEX_NOT_FOUND));
  }
  EXPECT_THAT(Try(StartBuildingIndex{{.name = "X"}}), FailsWith(Reason::INDEX_NOT_FOUND));
  EXPECT_THAT(Try(RemoveIndex{{.name = "X"}}), FailsWith(Reason::INDEX_NOT_FOUND));
  EXPECT_THAT(Try(RemoveIndex{{.schema = "S", .name = "X"}}), FailsWith(Reason::SCHEMA_NOT_FOUND));
}

TEST_F(IndexLifeCycleTest, AStoppingIndexHasNoNameButForItsRemoval) {
  MakeAvailable("I");
  Do(DropIndex{.name = "I"});
  EXPECT_THAT(Try(StartBuildingIndex{{.name = "I"}}), FailsWith(Reason::INDEX_NOT_FOUND));
  Do(IndexOn("T", "I"));  // Index 6: the name is in use again.
  EXPECT_THAT(Do(RemoveIndex{{.name = "I"}}), ElementsAre("DropObject 5"));
  EXPECT_THAT(Try(RemoveIndex{{.name = "I"}}), FailsWith(Reason::REMOVE_INDEX_WRONG_STATUS));
}

TEST_F(IndexLifeCycleTest, OfSeveralStoppingIndexesOfANameTheOldestIsRemoved) {
  MakeAvailable("I");
  Do(DropIndex{.name = "I"});
  Do(IndexOn("T", "I"));
  MakeAvailable("I");
  Do(DropIndex{.name = "I"});
  EXPECT_THAT(Do(RemoveIndex{{.name = "I"}}), ElementsAre("DropObject 5"));
  EXPECT_THAT(Do(RemoveIndex{{.name = "I"}}), ElementsAre("DropObject 6"));
}

TEST_F(IndexLifeCycleTest, BadNamesAreRefused) {
  EXPECT_THAT(Try(StartBuildingIndex{}), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(MakeIndexAvailable{{.schema = "SYSTEM", .name = "I"}}),
              FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
