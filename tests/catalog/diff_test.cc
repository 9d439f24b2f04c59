#include "annals/catalog/diff.h"

#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DiffTest : public ::testing::Test {
 protected:
  DiffTest() : after_(shop_.draft(), {2}, HybridTimestamp(2000, 0)) {}

  void Make(const UpdateEntry& entry) { ASSERT_THAT(Apply(entry, after_), IsOk()); }

  static std::vector<std::string> ToWords(const std::vector<ObjectChange>& changes) {
    std::vector<std::string> words;
    for (const ObjectChange& change : changes) {
      EXPECT_EQ(static_cast<bool>(change.before), change.kind != ObjectChange::Kind::kCreated);
      EXPECT_EQ(static_cast<bool>(change.after), change.kind != ObjectChange::Kind::kDropped);
      words.push_back(std::string(ChangeName(change.kind)) + " " + std::to_string(change.id.value));
    }
    return words;
  }
  std::vector<std::string> Changes() { return ToWords(Diff(shop_.draft(), after_)); }

  Shop shop_;
  CatalogDraft after_;
};

TEST_F(DiffTest, EqualCatalogsDoNotDiffer) { EXPECT_THAT(Changes(), IsEmpty()); }

TEST_F(DiffTest, EachChangeHasItsWord) {
  Make(NewObject{MakeTable({9}, "T")});
  Make(NewColumns{kOrders, MakeColumns({"A"})});
  Make(RenameObject{kByTotal, "X"});
  EXPECT_THAT(Changes(), ElementsAre("altered 2", "renamed 4", "created 9"));
}

TEST_F(DiffTest, DroppedComeFirstAndDependentsBeforeWhatTheyNeed) {
  Make(NewObject{MakeTable({9}, "T")});
  Make(DropObject{kOrders, true});
  EXPECT_THAT(Changes(), ElementsAre("dropped 4", "dropped 3", "dropped 2", "created 9"));
}

TEST_F(DiffTest, WhatFollowsFromANewNameIsStillARename) {
  Make(RenameObject{kOrdersKey, "MINE", false});  // Ends the automatic name.
  EXPECT_THAT(Changes(), ElementsAre("renamed 3"));
}

TEST_F(DiffTest, RenameOfAnAutomaticZoneIsARename) {
  ZoneFields zone = FieldsOf(*shop_.draft().Get<ZoneDescriptor>(kZone));
  zone.automatic = true;
  Make(ReplaceObject{BuildObject(zone)});
  CatalogDraft next(after_, {3}, HybridTimestamp(3000, 0));
  ASSERT_THAT(Apply(RenameObject{kZone, "Z"}, next), IsOk());
  EXPECT_THAT(ToWords(Diff(after_, next)), ElementsAre("renamed 1"));
}

TEST_F(DiffTest, RenamedAndChangedIsAltered) {
  Make(RenameObject{kOrders, "SALES"});
  Make(NewColumns{kOrders, MakeColumns({"A"})});
  EXPECT_THAT(Changes(), ElementsAre("altered 2"));
}

TEST_F(DiffTest, NetOfThereAndBackIsNothing) {
  Make(RenameObject{kOrders, "SALES"});
  Make(RenameObject{kOrders, "ORDERS"});
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_F(DiffTest, OnlyTheGivenIdsAreComparedEachOnce) {
  Make(RenameObject{kOrders, "SALES"});
  Make(NewObject{MakeTable({9}, "T")});
  EXPECT_THAT(ToWords(Diff(shop_.draft(), after_, {{9}, {77}, {9}, {0}})),
              ElementsAre("created 9"));
}

TEST_F(DiffTest, WhatIsNeededIsMadeFirstAndDroppedLastWhateverTheIds) {
  Make(NewObject{MakeZone({12}, "Z")});
  Make(NewObject{MakeTable({9}, "T", {"ID"}, kShop, {12})});
  Make(NewObject{MakeIndex({8}, "I", {9})});
  EXPECT_THAT(Changes(), ElementsAre("created 12", "created 9", "created 8"));
  CatalogDraft next(after_, {3}, HybridTimestamp(3000, 0));
  ASSERT_THAT(Apply(DropObject{{9}, true}, next), IsOk());
  ASSERT_THAT(Apply(DropObject{{12}}, next), IsOk());
  EXPECT_THAT(ToWords(Diff(after_, next)), ElementsAre("dropped 8", "dropped 9", "dropped 12"));
}

TEST_F(DiffTest, AnObjectIsReadAsWhatItIsAndAsNothingElse) {
  Make(NewColumns{kOrders, MakeColumns({"A"})});
  const auto changes = Diff(shop_.draft(), after_);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].Before<TableDescriptor>()->columns().size(), 3u);
  EXPECT_EQ(changes[0].After<TableDescriptor>()->columns().size(), 4u);
  EXPECT_FALSE(changes[0].After<IndexDescriptor>());
  Make(DropObject{kOrders, true});
  const auto drops = Diff(shop_.draft(), after_);
  ASSERT_EQ(drops.size(), 3u);
  EXPECT_TRUE(drops[2].Before<TableDescriptor>());
  EXPECT_FALSE(drops[2].After<TableDescriptor>());
  EXPECT_EQ(drops[2].object().name(), "ORDERS");
}

// "building to available" of each index whose status is another.
std::vector<std::string> Steps(const std::vector<ObjectChange>& changes) {
  const auto name = [](const std::optional<IndexStatus>& status) {
    return std::string(status ? StatusName(*status) : "none");
  };
  std::vector<std::string> steps;
  for (const ObjectChange& change : changes) {
    if (const auto step = StatusChangeOf(change)) {
      steps.push_back(name(step->before) + " to " + name(step->after));
    }
  }
  return steps;
}

TEST_F(DiffTest, AnIndexGoesStepByStepAndIsGoneAtTheEnd) {
  Make(SetIndexStatus{kByTotal, IndexStatus::kBuilding});
  EXPECT_THAT(Steps(Diff(shop_.draft(), after_)), ElementsAre("registered to building"));
  Make(DropObject{kByTotal});
  EXPECT_THAT(Steps(Diff(shop_.draft(), after_)), ElementsAre("registered to none"));
  EXPECT_THAT(Steps(Diff(EmptyCatalog(), shop_.draft())),
              ElementsAre("none to available", "none to registered"));
}

TEST_F(DiffTest, AnIndexThatIsRenamedTakesNoStep) {
  Make(RenameObject{kByTotal, "X"});
  EXPECT_THAT(Steps(Diff(shop_.draft(), after_)), IsEmpty());
}

class ColumnDiffTest : public DiffTest {
 protected:
  // "created 3 A": what became of the columns of the little catalog's table.
  std::vector<std::string> Columns() {
    std::vector<std::string> words;
    for (const ObjectChange& table : Diff(shop_.draft(), after_, {kOrders})) {
      for (const ColumnChange& change : ColumnChangesOf(table)) {
        EXPECT_EQ(change.before.has_value(), change.kind != ObjectChange::Kind::kCreated);
        EXPECT_EQ(change.after.has_value(), change.kind != ObjectChange::Kind::kDropped);
        const ColumnDescriptor& column = change.after ? *change.after : *change.before;
        words.push_back(std::string(ChangeName(change.kind)) + " " +
                        std::to_string(change.id.value) + " " + std::string(column.name()));
      }
    }
    return words;
  }
  Column ColumnOf(uint16_t id) { return shop_.table().FindColumn(ColumnId{id})->ToColumn(); }
};

TEST_F(ColumnDiffTest, EachChangeHasItsWordAndIdsAreGiven) {
  Make(DropObject{kByTotal});
  Make(NewColumns{kOrders, MakeColumns({"A"})});
  Make(DropColumns{kOrders, {{1}}});
  Make(RenameColumn{kOrders, {2}, "REMARK"});
  EXPECT_THAT(Columns(), ElementsAre("dropped 1 TOTAL", "renamed 2 REMARK", "created 3 A"));
}

TEST_F(ColumnDiffTest, RenamedAndChangedIsAlteredAndThereAndBackIsNothing) {
  Make(RenameColumn{kOrders, {2}, "REMARK"});
  Column note = ColumnOf(2);
  note.name = "REMARK";
  note.default_value = {DefaultValue::Kind::kConstant, note.type, "7"};
  Make(AlterColumn{kOrders, note});
  EXPECT_THAT(Columns(), ElementsAre("altered 2 REMARK"));
  note.default_value = {};
  Make(AlterColumn{kOrders, note});
  Make(RenameColumn{kOrders, {2}, "NOTE"});
  EXPECT_THAT(Columns(), IsEmpty());
}

TEST_F(ColumnDiffTest, ANameThatIsDroppedAndAddedAgainIsAnotherColumn) {
  Make(DropColumns{kOrders, {{2}}});
  Make(NewColumns{kOrders, MakeColumns({"NOTE"})});
  EXPECT_THAT(Columns(), ElementsAre("dropped 2 NOTE", "created 3 NOTE"));
}

TEST_F(ColumnDiffTest, ATableThatIsDroppedLosesAllColumnsAndAnIndexHasNone) {
  Make(DropObject{kOrders, true});
  EXPECT_THAT(Columns(), ElementsAre("dropped 0 ID", "dropped 1 TOTAL", "dropped 2 NOTE"));
  for (const ObjectChange& index : Diff(shop_.draft(), after_, {kByTotal, kOrdersKey})) {
    EXPECT_THAT(ColumnChangesOf(index), IsEmpty());
  }
}

TEST_F(DiffTest, AnotherDefaultZoneIsAChangeOfNoObject) {
  EXPECT_FALSE(DefaultZoneChangeOf(shop_.draft(), after_));
  Make(NewObject{MakeZone({12}, "Z")});
  Make(RenameObject{kZone, "OLD"});
  EXPECT_FALSE(DefaultZoneChangeOf(shop_.draft(), after_));
  Make(SetDefaultZone{{12}});
  const auto change = DefaultZoneChangeOf(shop_.draft(), after_);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->before->name(), "Default");
  EXPECT_EQ(change->after->name(), "Z");
  const auto first = DefaultZoneChangeOf(EmptyCatalog(), shop_.draft());
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->before);
  EXPECT_EQ(first->after->name(), "Default");
}

}  // namespace
}  // namespace annals
