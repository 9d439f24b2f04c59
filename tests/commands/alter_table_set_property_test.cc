#include "annals/commands/alter_table_set_property.h"

#include <cmath>

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SetPropertyTest : public CommandTest {
 protected:
  SetPropertyTest() { Do(TableNamed("T")); }
};

TEST_F(SetPropertyTest, OnlyWhatIsGivenChanges) {
  Do(AlterTableSetProperty{.table = "T", .stale_rows_fraction = 0.5});
  EXPECT_EQ(Table("T").stale_rows_fraction(), 0.5);
  EXPECT_EQ(Table("T").min_stale_rows_count(), 500);
  Do(AlterTableSetProperty{.table = "T", .min_stale_rows_count = 0});
  EXPECT_EQ(Table("T").stale_rows_fraction(), 0.5);
  EXPECT_EQ(Table("T").min_stale_rows_count(), 0);
  EXPECT_EQ(Table("T").table_version(), 1u);
}

TEST_F(SetPropertyTest, AValueGivenMakesAVersionAlsoIfItIsTheOldOne) {
  EXPECT_THAT(Do(AlterTableSetProperty{.table = "T", .min_stale_rows_count = 500}),
              ElementsAre("SetTableProperties"));
}

TEST_F(SetPropertyTest, NothingGivenIsNothingToDo) {
  EXPECT_THAT(Do(AlterTableSetProperty{.table = "T"}), IsEmpty());
}

TEST_F(SetPropertyTest, ValuesOutOfRangeAreRefused) {
  for (double fraction : {-0.1, 1.1, std::nan("")}) {
    EXPECT_THAT(Try(AlterTableSetProperty{.table = "T", .stale_rows_fraction = fraction}),
                FailsWith(Reason::STALE_FRACTION_RANGE));
  }
  EXPECT_THAT(Try(AlterTableSetProperty{.table = "T", .min_stale_rows_count = -1}),
              FailsWith(Reason::STALE_COUNT_NEGATIVE));
}

TEST_F(SetPropertyTest, WhatIsMissingIsRefusedOrNothingToDo) {
  AlterTableSetProperty command{.table = "X", .min_stale_rows_count = 1};
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_NOT_FOUND));
  command.if_table_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
  command.schema = "";
  EXPECT_THAT(Try(command), FailsWith(Reason::BLANK_IDENTIFIER));
}

}  // namespace
}  // namespace annals
