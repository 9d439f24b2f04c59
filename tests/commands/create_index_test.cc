#include "annals/commands/create_index.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CreateIndexTest : public CommandTest {
 protected:
  CreateIndexTest() { Do(TableNamed("T")); }  // Table 2, index 3, zone 4.
  static CreateIndex Sorted(std::vector<std::string> columns, std::vector<Collation> collations) {
    return {.name = "I",
            .table = "T",
            .columns = std::move(columns),
            .collations = std::move(collations)};
  }
};

TEST_F(CreateIndexTest, AnIndexOnATableThatWasThereIsRegistered) {
  EXPECT_THAT(Do(IndexOn("T", "I")), ElementsAre("NewObject index 5 I"));
  const IndexDescriptor index = Index("I");
  EXPECT_EQ(index.status(), IndexStatus::kRegistered);
  EXPECT_EQ(index.index_kind(), IndexKind::kHash);
  EXPECT_FALSE(index.unique());
  EXPECT_FALSE(index.automatic_name());
  EXPECT_FALSE(index.created_with_table());
  EXPECT_THAT(index.columns(), ElementsAre(IndexColumn{{1}, {}}));
}

TEST_F(CreateIndexTest, AnIndexOnATableOfTheSameBatchIsAvailable) {
  ASSERT_THAT(Try({TableNamed("U"), IndexOn("U", "I")}), IsOk());
  EXPECT_EQ(Index("I").status(), IndexStatus::kAvailable);
  EXPECT_TRUE(Index("I").created_with_table());
}

TEST_F(CreateIndexTest, ASortedIndexKeepsItsCollations) {
  Do(Sorted({"VAL", "ID"}, {{.descending = true, .nulls_first = true}, {}}));
  EXPECT_EQ(Index("I").index_kind(), IndexKind::kSorted);
  EXPECT_THAT(Index("I").columns(),
              ElementsAre(IndexColumn{{1}, {true, true}}, IndexColumn{{0}, {}}));
}

TEST_F(CreateIndexTest, AnIndexThatIsThereIsRefusedOrNothingToDo) {
  Do(IndexOn("T", "I"));
  CreateIndex command = IndexOn("T", "I");
  EXPECT_THAT(Try(command), FailsWith(Reason::INDEX_EXISTS));
  command.if_not_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
  // Also where all else about it would be wrong.
  command.table = "X";
  EXPECT_THAT(Do(command), IsEmpty());
}

TEST_F(CreateIndexTest, ATableOrViewOfThatNameIsRefusedAlsoWithIfNotExists) {
  Put(SystemViewFields{{50}, "V", {0}, ViewKind::kNode, {}});
  CreateIndex command = IndexOn("T", "T");
  command.if_not_exists = true;
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_EXISTS));
  command.name = "V";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_VIEW_EXISTS));
}

TEST_F(CreateIndexTest, AStoppingIndexHasGivenItsNameBack) {
  Do(IndexOn("T", "I"));
  MakeAvailable("I");
  Do(DropIndex{.name = "I"});
  EXPECT_THAT(Do(IndexOn("T", "I")), ElementsAre("NewObject index 6 I"));
}

TEST_F(CreateIndexTest, WhatIsMissingIsRefused) {
  EXPECT_THAT(Try(IndexOn("X", "I")), FailsWith(Reason::TABLE_NOT_FOUND));
  EXPECT_THAT(Try(IndexOn("T", "I", {"ID", "X"})), FailsWith(Reason::COLUMN_NOT_FOUND, {"\"X\""}));
  CreateIndex command = IndexOn("T", "I");
  command.schema = "S";
  command.if_not_exists = true;
  EXPECT_THAT(Try(command), FailsWith(Reason::SCHEMA_NOT_FOUND));
}

TEST_F(CreateIndexTest, AUniqueIndexCoversTheColocationColumnsUnderStrict) {
  CreateIndex command = IndexOn("T", "I", {"VAL"});
  command.unique = true;
  EXPECT_THAT(Try(command), FailsWith(Reason::UNIQUE_NEEDS_COLOCATION, {"\"ID\" is missing"}));
  command.columns = {"VAL", "ID"};
  EXPECT_THAT(Try(command), IsOk());
  EXPECT_TRUE(Index("I").unique());
  UseRelaxedPolicy();
  command = IndexOn("T", "J", {"VAL"});
  command.unique = true;
  EXPECT_THAT(Try(command), IsOk());
}

TEST_F(CreateIndexTest, AnIndexHasUpTo16Columns) {
  std::vector<std::string> names;
  std::vector<ColumnDefinition> columns;
  for (int i = 0; i < 17; ++i) {
    names.push_back(absl::StrCat("C", i));
    columns.push_back(NullableInt(names.back()));
  }
  Do(AlterTableAddColumn{.table = "T", .columns = columns});
  EXPECT_THAT(Try(IndexOn("T", "I", names)), FailsWith(Reason::TOO_MANY_KEY_COLUMNS, {"16", "17"}));
  // Counted before any name is looked at.
  names.back() = "";
  EXPECT_THAT(Try(IndexOn("T", "I", names)), FailsWith(Reason::TOO_MANY_KEY_COLUMNS));
  names.pop_back();
  EXPECT_THAT(Try(IndexOn("T", "I", names)), IsOk());
}

TEST_F(CreateIndexTest, MalformedCommandsAreRefusedBeforeAnyLookUp) {
  const auto refused = [&](CreateIndex command, Reason reason) {
    if (command.schema == "PUBLIC") command.schema = "MISSING";
    EXPECT_THAT(Try(command), FailsWith(reason));
  };
  CreateIndex command = IndexOn("T", "I");
  command.schema = " ";
  refused(command, Reason::BLANK_IDENTIFIER);
  command.schema = "SYSTEM";
  refused(command, Reason::SYSTEM_SCHEMA_FORBIDDEN);
  refused(IndexOn("T", ""), Reason::BLANK_IDENTIFIER);
  refused(IndexOn("", "I"), Reason::BLANK_IDENTIFIER);
  refused(IndexOn("T", std::string(129, 'i')), Reason::INVALID_NAME);
  refused(IndexOn("T", "I", {}), Reason::NO_COLUMNS);
  refused(IndexOn("T", "I", {"A", ""}), Reason::BLANK_IDENTIFIER);
  refused(IndexOn("T", "I", {"A", "A"}), Reason::COLUMN_DUPLICATED);
  refused(Sorted({"A"}, {}), Reason::COLLATIONS_MISSING);
  refused(Sorted({"A"}, {{}, {}}), Reason::COLLATIONS_COUNT);
  command = Sorted({"A"}, {{}});
  command.kind = IndexKind::kHash;
  refused(command, Reason::COLLATIONS_COUNT);
}

}  // namespace
}  // namespace annals
