#include "annals/commands/alter_table_drop_column.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DropColumnTest : public CommandTest {
 protected:
  DropColumnTest() {
    Do(CreateTable{.name = "T",
                   .columns = {Int("ID"), NullableInt("C"), NullableInt("B"), NullableInt("A")},
                   .primary_key = HashPrimaryKey({"ID"})});
  }
  static AlterTableDropColumn Drop(std::vector<std::string> columns) {
    return {.table = "T", .columns = std::move(columns)};
  }
};

TEST_F(DropColumnTest, AllColumnsGoAsOneTableVersion) {
  const auto batch = Try(Drop({"A", "C", "A"}));
  ASSERT_THAT(batch, IsOk());
  EXPECT_THAT(std::get<DropColumns>(batch->entries.at(0)).columns,
              ElementsAre(ColumnId{1}, ColumnId{3}));
  EXPECT_THAT(ColumnNames("T"), ElementsAre("ID", "B"));
  EXPECT_EQ(Table("T").table_version(), 2u);
}

TEST_F(DropColumnTest, AMissingColumnIsRefusedOrLeftOut) {
  EXPECT_THAT(Try(Drop({"A", "X"})), FailsWith(Reason::COLUMN_NOT_FOUND, {"\"X\""}));
  AlterTableDropColumn command = Drop({"A", "X"});
  command.if_exists = true;
  Do(command);
  EXPECT_THAT(ColumnNames("T"), ElementsAre("ID", "C", "B"));
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(DropColumnTest, AMissingTableIsRefusedOrNothingToDo) {
  AlterTableDropColumn command = Drop({"A"});
  command.table = "X";
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_NOT_FOUND));
  command.if_table_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(DropColumnTest, KeyColumnsStayUnderEitherPolicy) {
  EXPECT_THAT(Try(Drop({"ID"})), FailsWith(Reason::PK_COLUMN_DROP, {"\"ID\""}));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(Drop({"ID"})), FailsWith(Reason::PK_COLUMN_DROP));
}

TEST_F(DropColumnTest, ColumnsOfAliveIndexesStayUnderEitherPolicy) {
  Do(IndexOn("T", "J", {"A"}));
  Do(IndexOn("T", "I", {"B", "A"}));
  EXPECT_THAT(Try(Drop({"A"})),
              FailsWith(Reason::COLUMN_USED_BY_INDEXES, {"\"J\", \"I\"", "drop those first"}));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(Drop({"B"})),
              FailsWith(Reason::COLUMN_USED_BY_INDEXES, {"\"I\"", "drop that first"}));
}

TEST_F(DropColumnTest, AStoppingIndexDoesNotHoldAColumn) {
  Do(IndexOn("T", "I", {"A"}));
  MakeAvailable("I");
  Do(DropIndex{.name = "I"});
  EXPECT_THAT(Try(Drop({"A"})), IsOk());
  // The index still knows its column.
  const IndexDescriptor index = catalog_.Indexes(Table("T").id()).at(1);
  EXPECT_EQ(Table("T").FindColumnEver(index.columns().at(0).id)->name(), "A");
}

TEST_F(DropColumnTest, AnIndexOfAnotherTableDoesNotHoldAColumn) {
  Do(TableNamed("U"));
  Do(IndexOn("U", "I", {"VAL"}));
  EXPECT_THAT(Try(Drop({"C"})), IsOk());
}

TEST_F(DropColumnTest, TheErrorDoesNotDependOnTheOrderGiven) {
  Do(IndexOn("T", "I", {"A"}));
  for (const auto& columns : {std::vector<std::string>{"X", "ID", "A"}, {"A", "ID", "X"}}) {
    EXPECT_THAT(Try(Drop(columns)), FailsWith(Reason::COLUMN_USED_BY_INDEXES));
  }
}

TEST_F(DropColumnTest, MalformedCommandsAreRefused) {
  EXPECT_THAT(Try(Drop({})), FailsWith(Reason::NO_COLUMNS));
  EXPECT_THAT(Try(Drop({"A", " "})), FailsWith(Reason::BLANK_IDENTIFIER));
  AlterTableDropColumn command = Drop({"A"});
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

TEST_F(DropColumnTest, ATableWithoutKeyCanLoseItsLastColumn) {
  UseRelaxedPolicy();
  Do(KeylessTable("K"));
  EXPECT_THAT(Try(AlterTableDropColumn{.table = "K", .columns = {"ID", "VAL"}}), IsOk());
  EXPECT_TRUE(Table("K").columns().empty());
}

}  // namespace
}  // namespace annals
