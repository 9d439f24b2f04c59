#include "annals/commands/create_system_view.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CreateSystemViewTest : public CommandTest {
 protected:
  static CreateSystemView ViewNamed(std::string name) {
    return {.name = std::move(name), .columns = {Int("A")}, .kind = ViewKind::kNode};
  }
  std::optional<SystemViewDescriptor> View(std::string_view name) const {
    return catalog_.SystemView("SYSTEM", name);
  }
};

TEST_F(CreateSystemViewTest, AViewLivesInTheSystemSchema) {
  EXPECT_THAT(Do(ViewNamed("V")), ElementsAre("NewObject system view 2 V"));
  EXPECT_EQ(View("V")->parent(), ObjectId{1});
  EXPECT_EQ(View("V")->view_kind(), ViewKind::kNode);
}

TEST_F(CreateSystemViewTest, AnIdenticalViewIsNothingToDo) {
  Do(ViewNamed("V"));
  EXPECT_THAT(Do(ViewNamed("V")), IsEmpty());
  EXPECT_EQ(catalog_.next_object_id(), ObjectId{3});
}

TEST_F(CreateSystemViewTest, AViewThatDiffersIsANewObject) {
  Do(ViewNamed("V"));
  CreateSystemView other = ViewNamed("V");
  other.kind = ViewKind::kCluster;
  EXPECT_THAT(Do(other), ElementsAre("DropObject 2", "NewObject system view 3 V"));
  other.columns.push_back(NullableInt("B"));
  EXPECT_THAT(Do(other), ElementsAre("DropObject 3", "NewObject system view 4 V"));
  EXPECT_EQ(View("V")->id(), ObjectId{4});
  EXPECT_EQ(View("V")->columns().size(), 2U);
}

TEST_F(CreateSystemViewTest, ATableOfTheSystemSchemaKeepsItsName) {
  CreateTable table = TableNamed("V");
  table.schema = "SYSTEM";
  table.allow_system_schema = true;
  Do(table);
  EXPECT_THAT(Try(ViewNamed("V")), FailsWith(Reason::TABLE_EXISTS));
  EXPECT_THAT(Try(ViewNamed("V_PK")), FailsWith(Reason::INDEX_EXISTS));
}

TEST_F(CreateSystemViewTest, AViewTakesTypesThatTablesDoNot) {
  CreateSystemView view = ViewNamed("V");
  view.columns = {{.name = "P", .type = {TypeId::kPeriod, 4}},
                  {.name = "D", .type = {TypeId::kDuration, 10}}};
  EXPECT_THAT(Try(view), IsOk());
}

TEST_F(CreateSystemViewTest, WhatIsMalformedIsRefused) {
  EXPECT_THAT(Try(ViewNamed("")), FailsWith(Reason::BLANK_IDENTIFIER, {"system view name"}));
  CreateSystemView view = ViewNamed("V");
  view.kind = std::nullopt;
  EXPECT_THAT(Try(view), FailsWith(Reason::SYSTEM_VIEW_TYPE_MISSING));
  view = ViewNamed("V");
  view.columns = {};
  EXPECT_THAT(Try(view), FailsWith(Reason::NO_COLUMNS));
  view.columns = {Int("A"), Int("A")};
  EXPECT_THAT(Try(view), FailsWith(Reason::COLUMN_DUPLICATED, {"\"A\""}));
  view.columns = {{.name = "A", .type = {TypeId::kString}}};
  EXPECT_THAT(Try(view), FailsWith(Reason::TYPE_PARAM_REQUIRED));
}

}  // namespace
}  // namespace annals
