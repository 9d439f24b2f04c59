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

TEST_F(DiffTest, OnlyTheGivenIdsAreCompared) {
  Make(RenameObject{kOrders, "SALES"});
  Make(NewObject{MakeTable({9}, "T")});
  EXPECT_THAT(ToWords(Diff(shop_.draft(), after_, {{9}, {77}, {0}})), ElementsAre("created 9"));
}

}  // namespace
}  // namespace annals
