#include "annals/commands/alter_table_rename_column.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RenameColumnTest : public CommandTest {
 protected:
  RenameColumnTest() {
    Do(TableNamed("T"));
    UseRelaxedPolicy();
  }
  static AlterTableRenameColumn Rename(std::string from, std::string to) {
    return {.table = "T", .column = std::move(from), .new_name = std::move(to)};
  }
};

TEST_F(RenameColumnTest, AColumnKeepsItsIdAndPlace) {
  EXPECT_THAT(Do(Rename("ID", "KEY")), ElementsAre("RenameColumn"));
  EXPECT_THAT(ColumnNames("T"), ElementsAre("KEY", "VAL"));
  EXPECT_EQ(ColumnOf("T", "KEY").id, ColumnId{0});
  EXPECT_TRUE(Table("T").IsKeyColumn({0}));
  EXPECT_EQ(Table("T").table_version(), 2u);
}

TEST_F(RenameColumnTest, NeedsTheRelaxedPolicy) {
  UseStrictPolicy();
  EXPECT_THAT(Try(Rename("VAL", "A")), FailsWith(Reason::NEEDS_RELAXED_POLICY, {"RENAME COLUMN"}));
}

TEST_F(RenameColumnTest, ATakenNameIsRefused) {
  EXPECT_THAT(Try(Rename("VAL", "ID")), FailsWith(Reason::COLUMN_EXISTS));
  EXPECT_THAT(Try(Rename("VAL", "VAL")), FailsWith(Reason::COLUMN_EXISTS));
}

TEST_F(RenameColumnTest, TheNameOfADroppedColumnIsFree) {
  Do(AlterTableAddColumn{.table = "T", .columns = {NullableInt("A")}});
  Do(AlterTableDropColumn{.table = "T", .columns = {"A"}});
  EXPECT_THAT(Try(Rename("VAL", "A")), IsOk());
}

TEST_F(RenameColumnTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(Rename("X", "Y")), FailsWith(Reason::COLUMN_NOT_FOUND));
  AlterTableRenameColumn command = Rename("X", "Y");
  command.table = "U";
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_NOT_FOUND));
  command.if_table_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(RenameColumnTest, BadNamesAreRefused) {
  EXPECT_THAT(Try(Rename("", "A")), FailsWith(Reason::BLANK_IDENTIFIER));
  EXPECT_THAT(Try(Rename("VAL", " ")), FailsWith(Reason::BLANK_IDENTIFIER, {"new column name"}));
  EXPECT_THAT(Try(Rename("VAL", std::string(129, 'a'))), FailsWith(Reason::INVALID_NAME));
  AlterTableRenameColumn command = Rename("VAL", "A");
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
