#include "annals/commands/plan.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PlanTest : public CommandTest {};

TEST_F(PlanTest, ABatchSeesItsOwnEffects) {
  const auto batch = Try({CreateSchema{.name = "S"}, TableNamed("T"), IndexOn("T", "I"),
                          DropTable{.name = "T"}, TableNamed("T")});
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(batch->applied, ElementsAre(true, true, true, true, true));
  EXPECT_THAT(Summaries(batch->entries),
              ElementsAre("NewObject schema 2 S", "NewObject zone 5 Default", "SetDefaultZone 5",
                          "NewObject table 3 T", "NewObject index 4 T_PK", "NewObject index 6 I",
                          "DropObject 3 cascade", "NewObject table 7 T", "NewObject index 8 T_PK"));
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{9});
}

TEST_F(PlanTest, EachCommandSaysWhetherItHadSomethingToDo) {
  const auto batch = Try({CreateSchema{.name = "PUBLIC", .if_not_exists = true},
                          CreateSchema{.name = "S"}, DropTable{.name = "T", .if_exists = true}});
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(batch->applied, ElementsAre(false, true, false));
}

TEST_F(PlanTest, ABatchWithNothingToDoHasNoEntriesAndTakesNoIds) {
  const auto batch = Try(DropSchema{.name = "S", .if_exists = true});
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(batch->entries, IsEmpty());
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{2});
  EXPECT_THAT(Try(std::vector<CatalogCommand>())->applied, IsEmpty());
}

TEST_F(PlanTest, AnErrorTellsWhichCommandItIsOf) {
  const auto batch = Try({CreateSchema{.name = "A"}, CreateSchema{.name = "A"}});
  EXPECT_THAT(batch, FailsWith(Reason::SCHEMA_EXISTS));
  EXPECT_EQ(CommandIndexOf(batch.status()), 1u);
  EXPECT_FALSE(catalog_.Schema("A"));
  EXPECT_EQ(CommandIndexOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(CommandIndexOf(MakeError(Reason::INTERNAL, "")), std::nullopt);
}

TEST_F(PlanTest, AllFieldsAreCheckedBeforeAnyLookUp) {
  const auto batch = Try({DropSchema{.name = "MISSING"}, CreateSchema{.name = ""}});
  EXPECT_THAT(batch, FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_EQ(CommandIndexOf(batch.status()), 1u);
}

// A command of a host's own.
struct Plans {
  UpdateEntry entry;
  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& /*context*/) const {
    return UpdateEntries{entry};
  }
};

TEST_F(PlanTest, BytesThatAreNoObjectAreRefused) {
  EXPECT_THAT(Try(Plans{NewObject{"no object"}}), FailsWith(Reason::INTERNAL, {"NewObject"}));
  EXPECT_THAT(Try(Plans{ReplaceObject{""}}), FailsWith(Reason::INTERNAL, {"ReplaceObject"}));
}

TEST_F(PlanTest, TooManyEntriesAreRefusedWithTheirNumber) {
  const std::vector<CatalogCommand> commands = {
      CreateSchema{.name = "A"}, CreateSchema{.name = "B"}, CreateSchema{.name = "C"}};
  EXPECT_THAT(Try(commands, {.max_entries = 2}),
              FailsWith(Reason::TOO_MANY_ENTRIES, {"3 entries", "at most 2"}));
  EXPECT_FALSE(catalog_.Schema("A"));
  EXPECT_THAT(Try(commands, {.max_entries = 3}), IsOk());
}

// A command of somebody else's, that plans what cannot be.
struct Impossible {
  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& /*context*/) const {
    return UpdateEntries{DropObject{{99}}};
  }
};

TEST_F(PlanTest, AnEntryThatDoesNotFitIsAnInternalErrorAndNoDamage) {
  EXPECT_THAT(Try(Impossible{}), FailsWith(Reason::INTERNAL, {"DropObject", "99"}));
}

// The policy belongs to the call: the same command, twice.
TEST_F(PlanTest, CommandsAreCheckedUnderThePolicyOfTheCall) {
  const CatalogCommand command = KeylessTable("T");
  EXPECT_THAT(Try(command), FailsWith(Reason::NO_PRIMARY_KEY));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(command), IsOk());
}

}  // namespace
}  // namespace annals
