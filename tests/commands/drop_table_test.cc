#include "annals/commands/drop_table.h"

#include "annals/catalog/object_tables_internal.h"
#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DropTableTest : public CommandTest {
 protected:
  DropTableTest() { Do(TableNamed("T")); }
};

TEST_F(DropTableTest, TakesItsIndexesAlongAndLeavesItsZone) {
  Do(IndexOn("T", "I"));
  Do(IndexOn("T", "J"));
  MakeAvailable("J");
  Do(DropIndex{.name = "J"});
  EXPECT_THAT(Do(DropTable{.name = "T"}), ElementsAre("DropObject 2 cascade"));
  EXPECT_FALSE(Has("T"));
  EXPECT_FALSE(Has("T_PK"));
  EXPECT_TRUE(catalog_.Indexes({2}).empty());
  EXPECT_TRUE(catalog_.DefaultZone());
}

TEST_F(DropTableTest, WhatIsMissingIsRefusedOrNothingToDo) {
  EXPECT_THAT(Try(DropTable{.name = "U"}),
              FailsWith(Reason::TABLE_NOT_FOUND, {"\"PUBLIC\".\"U\""}));
  EXPECT_THAT(Try(DropTable{.schema = "S", .name = "U"}), FailsWith(Reason::SCHEMA_NOT_FOUND));
  EXPECT_THAT(Do(DropTable{.name = "U", .if_exists = true}), IsEmpty());
  EXPECT_THAT(Do(DropTable{.schema = "S", .name = "U", .if_exists = true}), IsEmpty());
}

TEST_F(DropTableTest, ForeignDependentsRefuseItUnlessTheyMayGoToo) {
  fbs::ObjectT sink;
  sink.id = 100;
  sink.kind = fbs::ObjectKind::Sink;
  sink.name = "S";
  sink.refs = {Table("T").id().value};
  sink.body.Set(fbs::ConfiguredBodyT());
  ASSERT_THAT(Apply(NewObject{PackObject(sink)}, catalog_), IsOk());

  EXPECT_THAT(Try(DropTable{.name = "T"}),
              FailsWith(Reason::HAS_DEPENDENTS, {"\"PUBLIC\".\"T\"", "sink \"S\"", "CASCADE"}));
  EXPECT_THAT(Do(DropTable{.name = "T", .cascade = true}), ElementsAre("DropObject 2 cascade"));
  EXPECT_FALSE(catalog_.Find({100}));
}

TEST_F(DropTableTest, AnIndexIsNoTable) {
  EXPECT_THAT(Try(DropTable{.name = "T_PK"}),
              FailsWith(Reason::TABLE_NOT_FOUND, {"\"T_PK\" is of kind index"}));
}

TEST_F(DropTableTest, BadNamesAreRefusedBeforeIfExistsIsLookedAt) {
  EXPECT_THAT(Try(DropTable{.schema = "", .name = "T", .if_exists = true}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"schema name"}));
  EXPECT_THAT(Try(DropTable{.name = " ", .if_exists = true}),
              FailsWith(Reason::BLANK_IDENTIFIER, {"table name"}));
  EXPECT_THAT(Try(DropTable{.schema = "SYSTEM", .name = "T", .if_exists = true}),
              FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
