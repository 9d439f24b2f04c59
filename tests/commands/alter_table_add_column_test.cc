#include "annals/commands/alter_table_add_column.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AddColumnTest : public CommandTest {
 protected:
  AddColumnTest() { Do(TableNamed("T")); }

  static AlterTableAddColumn Add(std::vector<ColumnDefinition> columns) {
    return {.table = "T", .columns = std::move(columns)};
  }
};

TEST_F(AddColumnTest, ColumnsComeLastInTheOrderGivenAsOneTableVersion) {
  EXPECT_THAT(Do(Add({NullableInt("B"), NullableInt("A")})), ElementsAre("NewColumns"));
  EXPECT_THAT(ColumnNames("T"), ElementsAre("ID", "VAL", "B", "A"));
  EXPECT_EQ(ColumnOf("T", "B").id, ColumnId{2});
  EXPECT_EQ(ColumnOf("T", "A").id, ColumnId{3});
  EXPECT_EQ(Table("T").table_version(), 2u);
}

TEST_F(AddColumnTest, AColumnThatIsThereIsRefusedOrLeftOut) {
  AlterTableAddColumn command = Add({NullableInt("VAL"), NullableInt("A")});
  EXPECT_THAT(Try(command), FailsWith(Reason::COLUMN_EXISTS, {"\"VAL\"", "\"PUBLIC\".\"T\""}));
  command.if_not_exists = true;
  Do(command);
  EXPECT_THAT(ColumnNames("T"), ElementsAre("ID", "VAL", "A"));
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(AddColumnTest, ANameThatIsAddedAgainIsANewColumn) {
  Do(AlterTableDropColumn{.table = "T", .columns = {"VAL"}});
  Do(Add({NullableInt("VAL")}));
  EXPECT_EQ(ColumnOf("T", "VAL").id, ColumnId{2});
}

TEST_F(AddColumnTest, WhatIsMissingIsRefusedOrNothingToDo) {
  AlterTableAddColumn command = Add({NullableInt("A")});
  command.table = "X";
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_NOT_FOUND));
  command.if_table_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
  command.schema = "S";
  EXPECT_THAT(Do(command), IsEmpty());
  command.if_table_exists = false;
  EXPECT_THAT(Try(command), FailsWith(Reason::SCHEMA_NOT_FOUND));
}

TEST_F(AddColumnTest, NotNullNeedsADefaultUnderStrict) {
  EXPECT_THAT(Try(Add({Int("A")})), FailsWith(Reason::NOT_NULL_NEEDS_DEFAULT, {"\"A\""}));
  ColumnDefinition column = Int("A");
  column.default_value = NullConstant();
  EXPECT_THAT(Try(Add({column})), FailsWith(Reason::NOT_NULL_NEEDS_DEFAULT));
  column.default_value = Constant(0);
  EXPECT_THAT(Try(Add({column})), IsOk());
}

TEST_F(AddColumnTest, NotNullNeedsNoDefaultUnderRelaxed) {
  UseRelaxedPolicy();
  EXPECT_THAT(Try(Add({Int("A")})), IsOk());
  EXPECT_FALSE(ColumnOf("T", "A").nullable);
}

TEST_F(AddColumnTest, MalformedColumnsAreRefusedAlsoWithIfTableExists) {
  const auto refused = [&](std::vector<ColumnDefinition> columns, Reason reason) {
    AlterTableAddColumn command = Add(std::move(columns));
    command.table = "X";
    command.if_table_exists = true;
    EXPECT_THAT(Try(command), FailsWith(reason));
  };
  refused({}, Reason::NO_COLUMNS);
  refused({NullableInt("")}, Reason::BLANK_IDENTIFIER);
  refused({NullableInt("A"), NullableInt("A")}, Reason::COLUMN_DUPLICATED);
  // Column by column: what is wrong with the first one is said first.
  refused({{.name = "A", .type = Int32()}, NullableInt("B"), NullableInt("B")},
          Reason::NOT_NULL_NEEDS_DEFAULT);
  refused({{.name = "A", .type = {TypeId::kPeriod, 2}, .nullable = true}},
          Reason::TYPE_NOT_STORABLE);
  refused({{.name = "A", .type = Uuid(), .default_value = Function("rand_uuid")}},
          Reason::FUNCTIONAL_DEFAULT_NOT_ALLOWED);
  refused({{.name = "A", .type = Int8(), .default_value = Sql(Constant(128))}},
          Reason::INVALID_VALUE);
  refused({{.name = "A", .nullable = true}}, Reason::COLUMN_TYPE_MISSING);
}

TEST_F(AddColumnTest, BadTableNamesAreRefused) {
  AlterTableAddColumn command = Add({NullableInt("A")});
  command.table = "";
  EXPECT_THAT(Try(command), FailsWith(Reason::BLANK_IDENTIFIER));
  command = Add({NullableInt("A")});
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

TEST_F(AddColumnTest, ATableHasAtMost1000Columns) {
  std::vector<ColumnDefinition> columns;
  for (int i = 0; i < 998; ++i) columns.push_back(NullableInt(absl::StrCat("C", i)));
  EXPECT_THAT(Try(Add(columns)), IsOk());
  EXPECT_THAT(Try(Add({NullableInt("A")})),
              FailsWith(Reason::TOO_MANY_COLUMNS, {"\"T\"", "1001", "1000"}));
}

TEST_F(AddColumnTest, ATableHasAtMost10000RecordsOfColumns) {
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> names;
  for (int i = 0; i < 998; ++i) {
    names.push_back(absl::StrCat("C", i));
    columns.push_back(NullableInt(names.back()));
  }
  for (int i = 0; i < 10; ++i) {
    Do(Add(columns));
    Do(AlterTableDropColumn{.table = "T", .columns = names});
  }
  // 2 live, 9,980 are past.
  columns.resize(18);
  Do(Add(columns));
  EXPECT_THAT(Try(Add({NullableInt("A")})), FailsWith(Reason::TOO_MANY_COLUMNS, {"10001"}));
  EXPECT_THAT(
      Try(AlterTableAlterColumn{.table = "T", .column = "VAL", .default_value = Constant(1)}),
      FailsWith(Reason::TOO_MANY_COLUMNS));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(AlterTableRenameColumn{.table = "T", .column = "VAL", .new_name = "A"}),
              FailsWith(Reason::TOO_MANY_COLUMNS));
  // Dropping makes no new record.
  EXPECT_THAT(Try(AlterTableDropColumn{.table = "T", .columns = {"C0"}}), IsOk());
}

}  // namespace
}  // namespace annals
