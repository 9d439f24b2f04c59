// Drafts: what is put is seen, what was there is forgotten, and what changed is
// exactly the delta.

#include "annals/catalog/catalog_draft.h"

#include <map>
#include <random>

#include "annals/catalog/canonical_text.h"
#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CatalogDraftTest : public ::testing::Test {
 protected:
  CatalogDraftTest() : draft_(shop_.draft(), {2}, HybridTimestamp(2000, 0)) {}

  static ObjectDescriptor Named(const CatalogView& catalog, std::string_view name) {
    return catalog.Find(NameScope::In(kShop), name);
  }
  static std::vector<ObjectId> Changed(const Delta& delta) {
    std::vector<ObjectId> ids;
    for (const Delta::Change& change : delta.changes) ids.push_back(change.id);
    return ids;
  }

  Shop shop_;
  CatalogDraft draft_;
};

TEST_F(CatalogDraftTest, BaseShinesThroughAndIsNotChanged) {
  EXPECT_EQ(Named(draft_, "ORDERS").from(), CatalogVersion{1});
  draft_.Put(MakeTable(kOrders, "SALES"));
  EXPECT_EQ(Named(draft_, "SALES").from(), CatalogVersion{2});
  EXPECT_EQ(Named(draft_, "SALES").updated_at(), HybridTimestamp(2000, 0));
  EXPECT_FALSE(Named(draft_, "ORDERS"));
  EXPECT_EQ(Named(shop_.draft(), "ORDERS").id(), kOrders);
  EXPECT_FALSE(Named(shop_.draft(), "SALES"));
}

TEST_F(CatalogDraftTest, DescriptorsStayValidAfterPutAndDrop) {
  draft_.Put(MakeTable({9}, "BEFORE"));
  const TableDescriptor before = *draft_.Get<TableDescriptor>({9});
  for (uint32_t i = 10; i < 200; ++i) draft_.Put(MakeTable({i}, "T" + std::to_string(i)));
  draft_.Put(MakeTable({9}, "AFTER", {"OTHER"}));
  draft_.Drop({9});
  EXPECT_EQ(before.name(), "BEFORE");
  EXPECT_EQ(ToText(before.columns()), "ID INT32 null");
}

TEST_F(CatalogDraftTest, ChildrenAndDependentsAreByIdAndOfThisDraft) {
  draft_.Put(MakeTable({12}, "L"));
  draft_.Put(MakeTable({11}, "K"));
  draft_.Put(MakeTable({11}, "M"));
  draft_.Drop(kByTotal);
  EXPECT_THAT(Children(draft_, kShop),
              ElementsAre(kOrders, kOrdersKey, ObjectId{11}, ObjectId{12}));
  EXPECT_THAT(Dependents(draft_, kOrders), ElementsAre(kOrdersKey));
  EXPECT_THAT(Dependents(draft_, kZone), ElementsAre(kOrders, ObjectId{11}, ObjectId{12}));
  EXPECT_THAT(Children(draft_, kNoObject), ElementsAre(kShop, kZone));
  EXPECT_THAT(Children(draft_, {77}), IsEmpty());
}

TEST_F(CatalogDraftTest, WhatNoLongerRefersIsNoDependent) {
  draft_.Put(MakeZone({9}, "Z"));
  draft_.Put(MakeTable({10}, "T", {"A"}, kShop, {9}));
  CatalogDraft next(draft_, {3}, HybridTimestamp(3000, 0));
  next.Put(MakeTable({10}, "T", {"A"}, kShop, kZone));
  EXPECT_THAT(Dependents(next, {9}), IsEmpty());
  EXPECT_THAT(Dependents(next, kZone), ElementsAre(kOrders, ObjectId{10}));
}

TEST_F(CatalogDraftTest, ObjectsCanBeVisitedWhileTheyAreDropped) {
  draft_.ForEachChild(kShop, [&](const ObjectDescriptor& one) { draft_.Drop(one.id()); });
  EXPECT_THAT(Children(draft_, kShop), IsEmpty());
}

TEST_F(CatalogDraftTest, NamesAreSwapped) {
  draft_.Put(MakeTable({9}, "B"));
  CatalogDraft next(draft_, {3}, HybridTimestamp(3000, 0));
  next.Put(MakeTable(kOrders, "X"));
  next.Put(MakeTable({9}, "ORDERS"));
  next.Put(MakeTable(kOrders, "B"));
  EXPECT_EQ(Named(next, "ORDERS").id(), ObjectId{9});
  EXPECT_EQ(Named(next, "B").id(), kOrders);
  EXPECT_FALSE(Named(next, "X"));
}

TEST_F(CatalogDraftTest, NameOfADroppedObjectIsFreeAndCanBeTaken) {
  draft_.Drop(kByTotal);
  EXPECT_FALSE(Named(draft_, "BY_TOTAL"));
  draft_.Put(MakeIndex({9}, "BY_TOTAL"));
  EXPECT_EQ(Named(draft_, "BY_TOTAL").id(), ObjectId{9});
  draft_.Drop({9});
  EXPECT_FALSE(Named(draft_, "BY_TOTAL"));
}

// --- The delta.

TEST_F(CatalogDraftTest, DeltaIsWhatChangedById) {
  draft_.Put(MakeTable({9}, "T"));
  draft_.Put(MakeZone(kZone, "Default", 3));
  draft_.Drop(kByTotal);
  draft_.set_next_object_id({10});
  draft_.set_default_zone_id({1});
  const Delta delta = std::move(draft_).TakeDelta();
  EXPECT_THAT(Changed(delta), ElementsAre(kZone, kByTotal, ObjectId{9}));
  EXPECT_EQ(delta.changes[0].bytes, MakeZone(kZone, "Default", 3));
  EXPECT_EQ(delta.changes[1].bytes, "");
  EXPECT_EQ(delta.next_object_id, ObjectId{10});
  EXPECT_EQ(delta.default_zone_id, kZone);
}

TEST_F(CatalogDraftTest, ObjectMadeAndDroppedIsNotInTheDelta) {
  draft_.Put(MakeTable({9}, "T"));
  draft_.Drop({9});
  EXPECT_THAT(Changed(std::move(draft_).TakeDelta()), IsEmpty());
}

TEST_F(CatalogDraftTest, ObjectWithItsOldBytesIsNotInTheDelta) {
  const std::string old(shop_.draft().Find(kByTotal).bytes());
  draft_.Put(MakeIndex(kByTotal, "X"));
  draft_.Drop(kOrdersKey);
  draft_.Put(old);
  draft_.Put(BuildObject(OrdersKeyFields()));
  EXPECT_THAT(Changed(std::move(draft_).TakeDelta()), IsEmpty());
}

// --- Drafts on drafts.

TEST_F(CatalogDraftTest, DroppedInnerDraftLeavesNoTrace) {
  const std::string before = StateDigest(draft_);
  {
    CatalogDraft inner(draft_, {2}, HybridTimestamp(2000, 0));
    inner.Put(MakeTable({9}, "T"));
    inner.Drop(kByTotal);
    inner.set_next_object_id({50});
  }
  EXPECT_EQ(StateDigest(draft_), before);
  EXPECT_THAT(Changed(std::move(draft_).TakeDelta()), IsEmpty());
}

TEST_F(CatalogDraftTest, MergedInnerDraftIsSeenInTheOuter) {
  draft_.Put(MakeTable({9}, "T"));
  draft_.Put(MakeTable({10}, "U"));
  CatalogDraft inner(draft_, {2}, HybridTimestamp(2000, 0));
  inner.Drop({9});
  inner.Put(MakeTable({11}, "T"));
  inner.Put(MakeTable({10}, "V"));
  inner.Drop(kByTotal);
  inner.set_next_object_id({12});
  inner.set_default_zone_id({1});
  const std::string_view seen = inner.Find({11}).name();
  std::move(inner).MergeInto(draft_);
  EXPECT_EQ(seen, "T");  // Still valid, as bytes are handed over.
  EXPECT_EQ(Named(draft_, "T").id(), ObjectId{11});
  EXPECT_EQ(Named(draft_, "V").id(), ObjectId{10});
  EXPECT_FALSE(Named(draft_, "U") || Named(draft_, "BY_TOTAL"));
  EXPECT_THAT(Children(draft_, kShop),
              ElementsAre(kOrders, kOrdersKey, ObjectId{10}, ObjectId{11}));
  EXPECT_THAT(Dependents(draft_, kZone), ElementsAre(kOrders, ObjectId{10}, ObjectId{11}));
  EXPECT_EQ(draft_.next_object_id(), ObjectId{12});
  EXPECT_THAT(Changed(std::move(draft_).TakeDelta()),
              ElementsAre(kByTotal, ObjectId{10}, ObjectId{11}));
}

// Random puts and drops on a pile of drafts, some merged and some dropped, against
// maps: the pile always says what the maps say.
TEST(CatalogDraftModelTest, DraftsAgreeWithMaps) {
  const uint64_t seed = TestSeed(1);
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return random() % n; };
  using Names = std::map<uint32_t, std::string>;  // Of tables, by id.

  const EmptyCatalog empty;
  for (int round = 0; round < 60; ++round) {
    CatalogDraft base(empty, {1}, HybridTimestamp(1, 0));
    base.Put(MakeSchema(kShop, "shop"));
    base.Put(MakeZone(kZone, "Default"));
    struct Level {
      std::unique_ptr<CatalogDraft> draft;
      Names names;
    };
    std::vector<Level> pile;
    pile.push_back(
        {std::make_unique<CatalogDraft>(base, CatalogVersion{2}, HybridTimestamp(2, 0)), {}});
    for (int step = 0; step < 120; ++step) {
      Level& top = pile.back();
      const auto id = static_cast<uint32_t>(10 + below(8));
      const std::string name = "T" + std::to_string(below(6));
      const auto owner = std::find_if(top.names.begin(), top.names.end(),
                                      [&](const auto& one) { return one.second == name; });
      switch (below(6)) {
        case 0:
        case 1:
        case 2:
          if (owner != top.names.end() && owner->first != id) break;
          top.draft->Put(MakeTable({id}, name));
          top.names[id] = name;
          break;
        case 3:
          if (top.names.erase(id) > 0) top.draft->Drop({id});
          break;
        case 4:
          if (pile.size() < 4) {
            pile.push_back({std::make_unique<CatalogDraft>(*top.draft, CatalogVersion{2},
                                                           HybridTimestamp(2, 0)),
                            top.names});
          }
          break;
        case 5:
          if (pile.size() < 2) break;
          if (below(2) == 0) {
            std::move(*top.draft).MergeInto(*pile[pile.size() - 2].draft);
            pile[pile.size() - 2].names = top.names;
          }
          pile.pop_back();
          break;
      }
      const Level& now = pile.back();
      std::vector<ObjectId> ids;
      for (const auto& [one, called] : now.names) {
        ids.push_back({one});
        ASSERT_EQ(now.draft->Find(NameScope::In(kShop), called).id(), ObjectId{one});
        ASSERT_EQ(now.draft->Find(ObjectId{one}).name(), called);
      }
      ASSERT_EQ(Children(*now.draft, kShop), ids) << "step " << step;
      ASSERT_EQ(Dependents(*now.draft, kZone), ids);
      for (int i = 0; i < 6; ++i) {
        const std::string called = "T" + std::to_string(i);
        const bool there = std::any_of(now.names.begin(), now.names.end(),
                                       [&](const auto& one) { return one.second == called; });
        ASSERT_EQ(static_cast<bool>(now.draft->Find(NameScope::In(kShop), called)), there);
      }
    }
    while (pile.size() > 1) {
      std::move(*pile.back().draft).MergeInto(*pile[pile.size() - 2].draft);
      pile[pile.size() - 2].names = pile.back().names;
      pile.pop_back();
    }
    const Names names = pile.back().names;
    const Delta delta = std::move(*pile.back().draft).TakeDelta();
    ASSERT_EQ(delta.changes.size(), names.size());
    for (const Delta::Change& change : delta.changes) {
      ASSERT_EQ(change.bytes, MakeTable(change.id, names.at(change.id.value)));
    }
  }
}

}  // namespace
}  // namespace annals
