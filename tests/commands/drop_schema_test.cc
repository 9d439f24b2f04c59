#include "annals/commands/drop_schema.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DropSchemaTest : public CommandTest {};

TEST_F(DropSchemaTest, AnEmptySchemaIsDropped) {
  EXPECT_THAT(Do(DropSchema{.name = "PUBLIC"}), ElementsAre("DropObject 0 cascade"));
  EXPECT_FALSE(catalog_.Schema("PUBLIC"));
}

TEST_F(DropSchemaTest, PublicComesBackUnderAnotherId) {
  Do(DropSchema{.name = "PUBLIC"});
  EXPECT_THAT(Do(CreateSchema{.name = "PUBLIC"}), ElementsAre("NewObject schema 2 PUBLIC"));
}

TEST_F(DropSchemaTest, AMissingSchemaIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(DropSchema{.name = "S"}), FailsWith(Reason::SCHEMA_NOT_FOUND));
  EXPECT_THAT(Do(DropSchema{.name = "S", .if_exists = true}), IsEmpty());
}

TEST_F(DropSchemaTest, SystemSchemasStayAlsoThoseThatAreNotThere) {
  for (const char* name : {"SYSTEM", "DEFINITION_SCHEMA", "INFORMATION_SCHEMA"}) {
    EXPECT_THAT(Try(DropSchema{.name = name, .if_exists = true, .cascade = true}),
                FailsWith(Reason::SYSTEM_SCHEMA_DROP));
  }
}

TEST_F(DropSchemaTest, ABlankNameIsRefused) {
  EXPECT_THAT(Try(DropSchema{.name = "", .if_exists = true}), FailsWith(Reason::BLANK_IDENTIFIER));
}

TEST_F(DropSchemaTest, ASchemaThatHoldsSomethingNeedsCascade) {
  Do(TableNamed("T"));
  EXPECT_THAT(Try(DropSchema{.name = "PUBLIC"}),
              FailsWith(Reason::SCHEMA_NOT_EMPTY, {"\"PUBLIC\"", "table \"T\"", "CASCADE"}));
  Do(DropSchema{.name = "PUBLIC", .cascade = true});
  EXPECT_FALSE(catalog_.Find({2}));
  EXPECT_FALSE(catalog_.Find({3}));
  EXPECT_TRUE(catalog_.DefaultZone());
}

TEST_F(DropSchemaTest, AStoppingIndexMakesASchemaNonEmpty) {
  Do(CreateSchema{.name = "S"});
  CreateTable table = TableNamed("T");
  table.schema = "S";
  CreateIndex index = IndexOn("T", "I");
  index.schema = "S";
  ASSERT_THAT(Try({table, index, DropIndex{.schema = "S", .name = "I"}}), IsOk());
  EXPECT_THAT(Try(DropSchema{.name = "S"}),
              FailsWith(Reason::SCHEMA_NOT_EMPTY, {"stopping index \"I\""}));
  EXPECT_THAT(Try(DropSchema{.name = "S", .cascade = true}), IsOk());
}

}  // namespace
}  // namespace annals
