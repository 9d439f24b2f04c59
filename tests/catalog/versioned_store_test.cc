// The store, step by step: boundaries, chains, names, children, and memory that is
// given back when nobody can reach it any more.

#include "annals/catalog/versioned_store.h"

#include <random>

#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/tests/catalog/allocations.h"
#include "annals/tests/catalog/formula_catalog.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class VersionedStoreTest : public ::testing::Test {
 protected:
  // Adds a version made by `entries` and activates it.
  CatalogVersion Commit(std::vector<UpdateEntry> entries, uint32_t next = 1'000'000) {
    const Catalog latest = store_->Latest();
    const CatalogVersion version = latest.version().Next();
    const HybridTimestamp time = FormulaCatalog::TimestampOf(version);
    CatalogDraft draft(latest, version, time);
    EXPECT_THAT(Apply({.next_object_id = {next}, .entries = std::move(entries)}, draft), IsOk());
    store_->Install(std::move(draft).TakeDelta(), time);
    store_->Activate(version, FormulaCatalog::ActivationOf(version));
    return version;
  }
  // Adds a version in which exactly these objects are put, and those are dropped.
  CatalogVersion Put(std::vector<std::string> objects, const std::vector<ObjectId>& dropped = {}) {
    Delta delta{.changes = {}, .next_object_id = {1'000'000}, .default_zone_id = kZone};
    for (ObjectId id : dropped) delta.changes.push_back({id, ""});
    for (std::string& bytes : objects) {
      const ObjectId id = ObjectDescriptor(bytes, {}, {}).id();
      delta.changes.push_back({id, std::move(bytes)});
    }
    std::sort(delta.changes.begin(), delta.changes.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    const CatalogVersion version = store_->latest().Next();
    store_->Install(delta, FormulaCatalog::TimestampOf(version));
    store_->Activate(version, FormulaCatalog::ActivationOf(version));
    return version;
  }
  // Version 1: a schema and a zone.
  void PutShop() { Put({MakeSchema(kShop, "shop"), MakeZone(kZone, "Default")}); }

  Catalog At(CatalogVersion version) { return *store_->At(version); }
  // The id of the owner of `name` in the shop; nothing if it is free.
  std::optional<uint32_t> OwnerAt(uint64_t version, std::string_view name) {
    const Catalog catalog = At(V(version));
    const ObjectDescriptor found = catalog.Find(NameScope::In(kShop), name);
    if (!found) return std::nullopt;
    return found.id().value;
  }

  std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
};

// --- Versions.

TEST_F(VersionedStoreTest, BeginsWithTheEmptyVersionZero) {
  EXPECT_EQ(store_->earliest(), V(0));
  EXPECT_EQ(store_->latest(), V(0));
  EXPECT_EQ(store_->latest_active(), V(0));
  const Catalog empty = store_->Latest();
  EXPECT_EQ(empty.version(), V(0));
  EXPECT_EQ(empty.next_object_id(), ObjectId{0});
  EXPECT_EQ(empty.default_zone_id(), kNoObject);
  EXPECT_FALSE(empty.Find(ObjectId{0}));
  EXPECT_FALSE(empty.Find(kNoObject));
  EXPECT_FALSE(empty.Schema("shop"));
  EXPECT_THAT(Children(empty, kNoObject), IsEmpty());
  EXPECT_EQ(StateDigest(empty), StateDigest(EmptyCatalog()));
}

TEST_F(VersionedStoreTest, VersionIsHeldByOnePinUntilTheLastOfItsHandlesIsGone) {
  std::vector<Catalog> handles;
  for (int i = 0; i < 3; ++i) handles.push_back(store_->Latest());
  while (!handles.empty()) {
    EXPECT_EQ(store_->Stats().oldest_held, store_->latest());
    EXPECT_EQ(store_->Stats().pins, 1u);
    handles.pop_back();
  }
  EXPECT_EQ(store_->Stats().oldest_held, kNever);
}

TEST_F(VersionedStoreTest, VersionIsReadByNumberOnceInstalledAndByTimeOnceActive) {
  store_->Install({.changes = {}, .next_object_id = {1}, .default_zone_id = kNoObject},
                  HybridTimestamp::FromRaw(100));
  EXPECT_EQ(store_->latest(), V(1));
  EXPECT_EQ(store_->latest_active(), V(0));
  EXPECT_EQ(store_->Latest().version(), V(1));
  EXPECT_EQ(At(V(1)).activation(), HybridTimestamp());
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::Max())->version(), V(0));
  store_->Activate({1}, HybridTimestamp::FromRaw(200));
  EXPECT_EQ(store_->latest_active(), V(1));
  EXPECT_EQ(At(V(1)).activation(), HybridTimestamp::FromRaw(200));
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(199))->version(), V(0));
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(200))->version(), V(1));
}

TEST_F(VersionedStoreTest, VersionsThatAreNotThereYetAreNotFound) {
  EXPECT_THAT(store_->At({1}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND,
                                         {"version 1 does not exist; the latest is 0"}));
  EXPECT_THAT(store_->At(kNever), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  EXPECT_THAT(store_->ActiveAt(HybridTimestamp()), FailsWith(Reason::CATALOG_TIMESTAMP_NOT_FOUND));
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(1))->version(), V(0));
}

TEST_F(VersionedStoreTest, TruncatedVersionsAreSaidToBe) {
  for (int i = 0; i < 5; ++i) Put({});
  store_->Truncate({3});
  EXPECT_EQ(store_->earliest(), V(3));
  EXPECT_THAT(store_->At({2}), FailsWith(Reason::VERSION_TRUNCATED,
                                         {"version 2 was truncated", "can be read is 3"}));
  EXPECT_THAT(store_->At({0}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_THAT(store_->At({3}), IsOk());
  const uint64_t active = FormulaCatalog::ActivationOf({3}).raw();
  EXPECT_THAT(store_->ActiveAt(HybridTimestamp::FromRaw(active - 1)),
              FailsWith(Reason::VERSION_TRUNCATED, {"can be read is 3"}));
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(active))->version(), V(3));
}

TEST_F(VersionedStoreTest, EarliestNeverFallsAndNeverPassesTheActive) {
  for (int i = 0; i < 5; ++i) Put({});
  store_->Install({.changes = {}, .next_object_id = {1}, .default_zone_id = kNoObject},
                  HybridTimestamp::FromRaw(5000));
  store_->Truncate({4});
  store_->Truncate({2});
  EXPECT_EQ(store_->earliest(), V(4));
  store_->Truncate(kNever);
  EXPECT_EQ(store_->earliest(), V(5));
  EXPECT_THAT(store_->At({6}), IsOk());
}

// Whatever the number of versions and the floor, the search ends at the right one.
TEST_F(VersionedStoreTest, ActiveAtIsTheGreatestActiveByThen) {
  for (uint64_t count = 1; count <= 40; ++count) {
    Put({});
    for (uint64_t floor : {uint64_t{0}, count / 2, count}) {
      if (V(floor) > store_->earliest() && count % 10 == 0) store_->Truncate({floor});
      for (uint64_t version = store_->earliest().value; version <= count; ++version) {
        if (version == 0) continue;
        const uint64_t active = FormulaCatalog::ActivationOf({version}).raw();
        ASSERT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(active))->version(), V(version));
        ASSERT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(active + 9))->version(), V(version));
      }
    }
    ASSERT_EQ(store_->ActiveAt(HybridTimestamp::Max())->version(), V(count));
  }
}

TEST_F(VersionedStoreTest, ManyVersionsAreFoundAcrossPages) {
  for (int i = 0; i < 5000; ++i) Put({});
  for (uint64_t version : {1, 1023, 1024, 1025, 2047, 2048, 4096, 5000}) {
    EXPECT_EQ(At(V(version)).timestamp(), FormulaCatalog::TimestampOf({version}));
    EXPECT_EQ(store_->ActiveAt(FormulaCatalog::ActivationOf({version}))->version(), V(version));
  }
}

// --- Objects, names, children.

TEST_F(VersionedStoreTest, LongChainKeepsEveryVersionOfAnObject) {
  PutShop();
  const auto column = [](uint64_t version) { return "C" + std::to_string(version); };
  constexpr uint64_t kVersions = 10'000;
  for (uint64_t v = 2; v <= kVersions; ++v) Put({MakeTable(kOrders, "T", {column(v)})});
  for (uint64_t v = 2; v <= kVersions; v += v < 100 ? 1 : 37) {
    const Catalog catalog = At(V(v));
    const auto table = catalog.Table("shop", "T");
    ASSERT_TRUE(table && table->FindColumn(column(v)));
    ASSERT_EQ(table->from(), V(v));
  }
  EXPECT_FALSE(At(V(1)).Find(kOrders));
  store_->Truncate({kVersions - 10});
  EXPECT_EQ(store_->Stats().elements, 2u + 11u);
  for (uint64_t v = kVersions - 10; v <= kVersions; ++v) {
    ASSERT_TRUE(At(V(v)).Table("shop", "T")->FindColumn(column(v)));
  }
  // The chain goes on where it was cut.
  Put({MakeTable(kOrders, "T", {"LAST"})});
  EXPECT_TRUE(store_->Latest().Table("shop", "T")->FindColumn("LAST"));
  EXPECT_TRUE(At(V(kVersions - 10)).Table("shop", "T")->FindColumn(column(kVersions - 10)));
}

TEST_F(VersionedStoreTest, NameLeadsToItsOwnerOfEachVersion) {
  PutShop();                                        // 1
  Put({MakeTable({2}, "T")});                       // 2
  Put({}, {{2}});                                   // 3
  Put({MakeTable({3}, "T")});                       // 4
  Put({MakeTable({3}, "U"), MakeTable({4}, "T")});  // 5: renamed, taken over
  Put({MakeTable({3}, "T"), MakeTable({4}, "U")});  // 6: swapped
  Put({MakeTable({5}, "T")}, {{3}});                // 7: dropped, taken over
  Put({MakeTable({4}, "T")}, {{5}});                // 8: the same, lower id
  const std::vector<std::optional<uint32_t>> t = {{}, {}, 2, {}, 3, 4, 3, 5, 4};
  const std::vector<std::optional<uint32_t>> u = {{}, {}, {}, {}, {}, 3, 4, 4, {}};
  for (uint64_t v = 1; v <= 8; ++v) {
    EXPECT_EQ(OwnerAt(v, "T"), t[v]) << "version " << v;
    EXPECT_EQ(OwnerAt(v, "U"), u[v]) << "version " << v;
  }
  // The same when all before is truncated step by step.
  for (uint64_t floor = 1; floor <= 8; ++floor) {
    store_->Truncate({floor});
    for (uint64_t v = floor; v <= 8; ++v) {
      EXPECT_EQ(OwnerAt(v, "T"), t[v]) << "version " << v << ", floor " << floor;
      EXPECT_EQ(OwnerAt(v, "U"), u[v]) << "version " << v << ", floor " << floor;
    }
  }
}

TEST_F(VersionedStoreTest, RenamesBackAndForthAreEachSeenAtTheirVersion) {
  PutShop();
  for (int i = 0; i < 40; ++i) Put({MakeTable(kOrders, i % 3 == 0 ? "A" : i % 3 == 1 ? "B" : "C")});
  for (uint64_t v = 2; v <= 41; ++v) {
    for (uint64_t n = 0; n < 3; ++n) {
      const std::string name(1, static_cast<char>('A' + n));
      EXPECT_EQ(OwnerAt(v, name).has_value(), (v - 2) % 3 == n) << name << " at " << v;
    }
  }
}

TEST_F(VersionedStoreTest, ChainOfRenamesInOneVersionMovesEachName) {
  PutShop();
  const auto table = [](uint32_t id, const char* name) { return MakeTable({id}, name); };
  Put({table(2, "A"), table(3, "B"), table(4, "C")});
  Put({table(2, "B"), table(3, "C"), table(4, "A")});  // In a circle.
  Put({table(2, "C"), table(3, "D")}, {{4}});          // And out of it.
  Put({table(3, "A"), table(5, "B"), table(6, "D")});
  EXPECT_TRUE(OwnerAt(2, "A") == 2u && OwnerAt(2, "B") == 3u && OwnerAt(2, "C") == 4u);
  EXPECT_TRUE(OwnerAt(3, "A") == 4u && OwnerAt(3, "B") == 2u && OwnerAt(3, "C") == 3u);
  EXPECT_FALSE(OwnerAt(4, "A") || OwnerAt(4, "B"));
  EXPECT_TRUE(OwnerAt(4, "C") == 2u && OwnerAt(4, "D") == 3u);
  EXPECT_TRUE(OwnerAt(5, "A") == 3u && OwnerAt(5, "B") == 5u && OwnerAt(5, "D") == 6u);
}

TEST_F(VersionedStoreTest, StoppingIndexGivesItsNameUpInItsVersion) {
  Commit(ShopEntries(), 5);
  Commit({SetIndexStatus{kByTotal, IndexStatus::kStopping}}, 5);
  Commit({NewObject{MakeIndex({5}, "BY_TOTAL")}}, 6);
  Commit({DropObject{kByTotal}}, 6);
  EXPECT_EQ(OwnerAt(1, "BY_TOTAL"), 4u);
  EXPECT_EQ(OwnerAt(2, "BY_TOTAL"), std::nullopt);
  EXPECT_EQ(OwnerAt(3, "BY_TOTAL"), 5u);
  EXPECT_EQ(OwnerAt(4, "BY_TOTAL"), 5u);
  EXPECT_TRUE(At(V(3)).Find(kByTotal));
  EXPECT_FALSE(At(V(4)).Find(kByTotal));
}

// All of what a batch does is one version: the name of a dropped table given to a
// new one, and a swap by way of a third name.
TEST_F(VersionedStoreTest, BatchThatSwapsAndTakesOverNamesIsOneVersion) {
  Commit(ShopEntries(), 5);
  Commit({NewObject{MakeTable({5}, "ITEMS")}}, 6);
  Commit({RenameObject{kOrders, "X"}, RenameObject{{5}, "ORDERS"}, RenameObject{kOrders, "ITEMS"}},
         6);
  Commit({DropObject{{5}, true}, NewObject{MakeTable({6}, "ORDERS")}, RenameObject{kByTotal, "X"},
          RenameObject{kOrders, "BY_TOTAL"}},
         7);
  EXPECT_TRUE(OwnerAt(2, "ORDERS") == 2u && OwnerAt(2, "ITEMS") == 5u);
  EXPECT_TRUE(OwnerAt(3, "ORDERS") == 5u && OwnerAt(3, "ITEMS") == 2u);
  EXPECT_FALSE(OwnerAt(3, "X") || OwnerAt(4, "ITEMS"));
  EXPECT_TRUE(OwnerAt(4, "ORDERS") == 6u && OwnerAt(4, "BY_TOTAL") == 2u);
  EXPECT_EQ(OwnerAt(4, "X"), 4u);
}

TEST_F(VersionedStoreTest, ChildrenAndDependentsAreThoseOfTheVersion) {
  PutShop();
  Put({MakeZone({2}, "far"), MakeTable({4}, "B"), MakeTable({3}, "A")});
  Put({MakeTable({3}, "A", {"ID"}, kShop, {2})});
  Put({MakeIndex({5}, "I", {3})}, {{4}});
  EXPECT_THAT(Children(At(V(1)), kShop), IsEmpty());
  EXPECT_THAT(Children(At(V(2)), kShop), ElementsAre(ObjectId{3}, ObjectId{4}));
  EXPECT_THAT(Dependents(At(V(2)), kZone), ElementsAre(ObjectId{3}, ObjectId{4}));
  EXPECT_THAT(Dependents(At(V(3)), kZone), ElementsAre(ObjectId{4}));
  EXPECT_THAT(Dependents(At(V(3)), {2}), ElementsAre(ObjectId{3}));
  EXPECT_THAT(Children(At(V(4)), kShop), ElementsAre(ObjectId{3}, ObjectId{5}));
  EXPECT_THAT(Dependents(At(V(4)), {3}), ElementsAre(ObjectId{5}));
  EXPECT_THAT(Dependents(At(V(4)), kZone), IsEmpty());
}

TEST_F(VersionedStoreTest, ManyNamesAreFoundThroughAllGrowth) {
  PutShop();
  constexpr uint32_t kTables = 20'000;
  for (uint32_t i = 0; i < kTables; i += 100) {
    std::vector<std::string> tables;
    for (uint32_t id = 2 + i; id < 2 + i + 100; ++id) {
      tables.push_back(MakeTable({id}, "T" + std::to_string(id)));
    }
    Put(std::move(tables));
  }
  const Catalog latest = store_->Latest();
  const Catalog middle = At(V(100));
  for (uint32_t id = 2; id < 2 + kTables; ++id) {
    const std::string name = "T" + std::to_string(id);
    ASSERT_EQ(latest.Find(NameScope::In(kShop), name).id().value, id);
    ASSERT_EQ(static_cast<bool>(middle.Find(NameScope::In(kShop), name)), id < 2 + 99 * 100);
  }
  EXPECT_EQ(Children(latest, kShop).size(), kTables);
}

// A counter far above the ids that are there costs no time.
TEST_F(VersionedStoreTest, AllObjectsAreFoundUnderAHugeCounter) {
  store_->Install({.changes = {{{0}, MakeSchema({0}, "A")}, {{5000}, MakeSchema({5000}, "B")}},
                   .next_object_id = {0xFFFFFF00},
                   .default_zone_id = kNoObject},
                  HybridTimestamp::FromRaw(100));
  std::vector<ObjectId> ids;
  store_->Latest().ForEachObject([&](const ObjectDescriptor& one) { ids.push_back(one.id()); });
  EXPECT_THAT(ids, ElementsAre(ObjectId{0}, ObjectId{5000}));
}

// --- Handles.

TEST_F(VersionedStoreTest, HeldCatalogStaysAsItWasWhateverIsTruncated) {
  store_ = FormulaCatalog::NewStore(60);
  const Catalog held = At(V(20));
  for (int i = 0; i < 100; ++i) {
    FormulaCatalog::Install(*store_);
    store_->Truncate(store_->latest());
    ASSERT_EQ(FormulaCatalog::Verify(held), "");
  }
  EXPECT_THAT(store_->At({20}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_EQ(store_->Stats().oldest_held, V(20));
  EXPECT_GT(store_->Stats().ended_elements, 100u);
}

TEST_F(VersionedStoreTest, CopiesShareTheClaimAndTheLastOneEndsIt) {
  store_ = FormulaCatalog::NewStore(60);
  std::optional<Catalog> first(At(V(20)));
  std::optional<Catalog> copy(*first);
  first.reset();
  Catalog moved = *std::exchange(copy, std::nullopt);
  Catalog assigned = store_->Latest();
  assigned = moved;
  moved = store_->Latest();
  store_->Truncate(store_->latest());
  EXPECT_EQ(store_->Stats().oldest_held, V(20));
  EXPECT_EQ(FormulaCatalog::Verify(assigned), "");
  assigned = moved;
  EXPECT_EQ(store_->Stats().oldest_held, V(60));
  store_->Truncate(store_->latest());
  EXPECT_EQ(store_->Stats().ended_elements, 0u);
}

TEST_F(VersionedStoreTest, HandleKeepsTheStoreAlive) {
  store_ = FormulaCatalog::NewStore(30);
  const Catalog held = At(V(20));
  store_.reset();
  EXPECT_EQ(FormulaCatalog::Verify(held), "");
}

TEST_F(VersionedStoreTest, ReaderFollowsTheLatestAndHoldsWhatItGave) {
  store_ = FormulaCatalog::NewStore(10);
  CatalogReader reader(store_);
  EXPECT_EQ(reader.Latest().version(), V(10));
  EXPECT_EQ(&reader.Latest(), &reader.Latest());
  FormulaCatalog::Install(*store_);
  EXPECT_EQ(store_->Stats().oldest_held, V(10));
  EXPECT_EQ(FormulaCatalog::Verify(reader.Latest()), "");
  EXPECT_EQ(store_->Stats().oldest_held, V(11));
  reader.Release();
  EXPECT_EQ(store_->Stats().oldest_held, kNever);
  EXPECT_EQ(reader.Latest().version(), V(11));
}

// --- Memory.

// S3. Found by no concurrent test, whose readers keep everything in limbo: after a
// truncation with no reader, what is freed must not be followed from what is left.
TEST_F(VersionedStoreTest, AfterTruncationWithoutReadersOldVersionsAreStillRead) {
  for (uint64_t floor : {2, 23, 50, 60}) {
    store_ = FormulaCatalog::NewStore(60);
    store_->Truncate({floor});
    EXPECT_EQ(store_->Stats().retired_blocks, 0u);
    for (uint64_t version = floor; version <= 60; ++version) {
      ASSERT_EQ(FormulaCatalog::Verify(At(V(version))), "") << "floor " << floor;
    }
    // And the writer, which goes on from chains that were cut.
    for (int i = 0; i < 60; ++i) FormulaCatalog::Install(*store_);
    for (uint64_t version = floor; version <= 120; ++version) {
      ASSERT_EQ(FormulaCatalog::Verify(At(V(version))), "") << "floor " << floor;
    }
  }
}

TEST_F(VersionedStoreTest, EverythingThatEndedIsFreedOnceNobodyCanReachIt) {
  store_ = FormulaCatalog::NewStore(200);
  const size_t living = FormulaCatalog::ImageOf(200).objects.size();
  EXPECT_GT(store_->Stats().elements, living);
  store_->Truncate({200});
  const StoreStats stats = store_->Stats();
  EXPECT_EQ(stats.elements, living);
  EXPECT_EQ(stats.ended_elements, 0u);
  EXPECT_EQ(stats.retired_blocks, 0u);
  uint64_t bytes = 0;
  for (const auto& object : FormulaCatalog::ImageOf(200).objects) bytes += object.bytes().size();
  EXPECT_EQ(stats.element_bytes, bytes);
}

TEST_F(VersionedStoreTest, WhatAHandleKeptIsFreedAfterIt) {
  store_ = FormulaCatalog::NewStore(100);
  std::optional<Catalog> held(At(V(50)));
  store_->Truncate({100});
  const size_t living = FormulaCatalog::ImageOf(100).objects.size();
  EXPECT_GT(store_->Stats().elements, living);
  held.reset();
  FormulaCatalog::Install(*store_);  // Any work of the writer's frees it.
  EXPECT_EQ(store_->Stats().ended_elements,
            store_->Stats().elements - FormulaCatalog::ImageOf(101).objects.size());
  store_->Truncate({101});
  EXPECT_EQ(store_->Stats().elements, FormulaCatalog::ImageOf(101).objects.size());
  EXPECT_EQ(store_->Stats().retired_blocks, 0u);
}

TEST_F(VersionedStoreTest, MemoryDoesNotGrowWithTheHistoryThatIsTruncated) {
  if (!CountsAllocations()) GTEST_SKIP() << "sanitizers have an allocator of their own";
  store_ = FormulaCatalog::NewStore(0);
  const auto run = [&](int versions) {
    for (int i = 0; i < versions; ++i) {
      FormulaCatalog::Install(*store_);
      if (i % 100 == 99) store_->Truncate(store_->latest());
    }
    return LiveAllocations();
  };
  const Allocations early = run(2000);
  const Allocations late = run(6'000);
  // What grows: eight bytes for each thousand ids and versions, and pages of ids.
  EXPECT_LT(late.blocks - early.blocks, 60);
  EXPECT_LT(late.bytes - early.bytes, 400'000);
}

// A name that is given, taken and given again, always taken when history is truncated.
TEST_F(VersionedStoreTest, NameThatIsUsedAgainAndAgainCostsNoMore) {
  if (!CountsAllocations()) GTEST_SKIP() << "sanitizers have an allocator of their own";
  PutShop();
  uint32_t id = 2;
  Put({MakeTable({id}, "T")});
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Put({}, {{id}});
      Put({MakeTable({++id}, "T")});
      store_->Truncate(store_->latest());
    }
    return LiveAllocations();
  };
  const Allocations early = run(2000);
  const Allocations late = run(2000);
  EXPECT_LT(late.bytes - early.bytes, 150'000);  // A page of ids is 24 KiB.
}

TEST_F(VersionedStoreTest, ObjectThatGoesBetweenTwoZonesCostsNoMore) {
  PutShop();
  Put({MakeZone({2}, "far"), MakeTable({3}, "T")});
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Put({MakeTable({3}, "T", {"ID"}, kShop, {2})});
      Put({MakeTable({3}, "T", {"ID"}, kShop, kZone)});
      store_->Truncate(store_->latest());
    }
    return LiveAllocations();
  };
  const Allocations early = run(1000);
  const Allocations late = run(1000);
  EXPECT_LT(late.bytes - early.bytes, 150'000);
  EXPECT_THAT(Dependents(store_->Latest(), kZone), ElementsAre(ObjectId{3}));
}

TEST_F(VersionedStoreTest, StoreGivesBackAllThatItHad) {
  const Allocations before = LiveAllocations();
  {
    auto store = FormulaCatalog::NewStore(300);
    store->Truncate({100});
    const Catalog held = *store->At({150});
    store->Truncate({250});
    EXPECT_THAT(store->Rebase(FormulaCatalog::ImageOf(1000)), IsOk());
  }
  EXPECT_EQ(LiveAllocations().blocks, before.blocks);
}

// --- Jumps.

TEST_F(VersionedStoreTest, JumpLeavesAGapThatIsTruncated) {
  store_ = FormulaCatalog::NewStore(50);
  const Catalog held = At(V(40));
  ASSERT_THAT(store_->Rebase(FormulaCatalog::ImageOf(5000)), IsOk());
  EXPECT_EQ(store_->earliest(), V(5000));
  EXPECT_EQ(store_->latest(), V(5000));
  EXPECT_EQ(store_->latest_active(), V(5000));
  for (uint64_t gone : {0, 40, 50, 51, 1024, 4999}) {
    EXPECT_THAT(store_->At({gone}), FailsWith(Reason::VERSION_TRUNCATED));
  }
  EXPECT_THAT(store_->At({5001}), FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
  const uint64_t active = FormulaCatalog::ActivationOf({5000}).raw();
  EXPECT_THAT(store_->ActiveAt(HybridTimestamp::FromRaw(active - 1)),
              FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_EQ(store_->ActiveAt(HybridTimestamp::FromRaw(active))->version(), V(5000));
  EXPECT_EQ(FormulaCatalog::Verify(held), "");
  EXPECT_EQ(FormulaCatalog::Verify(store_->Latest()), "");
  for (int i = 0; i < 50; ++i) FormulaCatalog::Install(*store_);
  EXPECT_EQ(FormulaCatalog::Verify(held), "");
  for (uint64_t v = 5000; v <= 5050; ++v) ASSERT_EQ(FormulaCatalog::Verify(At(V(v))), "");
}

// I4: a version is the same whether it was reached by steps or by a jump.
TEST_F(VersionedStoreTest, JumpAndStepsGiveTheSameState) {
  const auto by_steps = FormulaCatalog::NewStore(300);
  for (uint64_t base : {0, 1, 77, 299}) {
    const auto by_jump = FormulaCatalog::NewStore(base);
    ASSERT_THAT(by_jump->Rebase(FormulaCatalog::ImageOf(300)), IsOk());
    EXPECT_EQ(StateDigest(by_jump->Latest()), StateDigest(by_steps->Latest())) << "from " << base;
  }
}

TEST_F(VersionedStoreTest, JumpOverAllPagesWhileAnOldVersionIsHeld) {
  store_ = FormulaCatalog::NewStore(50);
  const Catalog held = At(V(3));
  ASSERT_THAT(store_->Rebase(FormulaCatalog::ImageOf(3'000'000)), IsOk());
  EXPECT_EQ(FormulaCatalog::Verify(held), "");
  EXPECT_EQ(FormulaCatalog::Verify(store_->Latest()), "");
}

TEST_F(VersionedStoreTest, JumpTooFarFromAHeldVersionIsRefusedAndChangesNothing) {
  CatalogImage image;
  image.version = {uint64_t{1} << 62};
  image.timestamp = HybridTimestamp(1, 0);
  image.activation = image.timestamp;
  {
    const Catalog held = store_->Latest();
    EXPECT_THAT(store_->Rebase(image), FailsWith(Reason::INTERNAL, {"version 0 is held"}));
    EXPECT_EQ(store_->Latest().version(), V(0));
  }
  ASSERT_THAT(store_->Rebase(image), IsOk());
  EXPECT_EQ(store_->Latest().version(), image.version);
}

TEST_F(VersionedStoreTest, ListOfManyChildrenIsRightWhileTheyComeAndGo) {
  PutShop();
  std::vector<ObjectId> living;
  uint32_t next = 10;
  // Whole pieces of the list are lost, or half of them, or nothing.
  for (const uint32_t keep_each : {1, 0, 2, 0, 0, 3, 1}) {
    for (int version = 0; version < 6; ++version) {
      std::vector<std::string> tables;
      std::vector<ObjectId> dropped;
      for (int i = 0; i < 1000; ++i, ++next) {
        tables.push_back(MakeTable({next}, "T" + std::to_string(next)));
        if (keep_each != 0 && next % keep_each == 0) {
          living.push_back({next});
        } else {
          dropped.push_back({next});
        }
      }
      Put(std::move(tables));
      Put({}, dropped);
    }
    const Catalog held = store_->Latest();
    ASSERT_EQ(Children(held, kShop), living);
    ASSERT_EQ(Dependents(held, kZone), living);
    store_->Truncate(store_->latest());
  }
}

TEST_F(VersionedStoreTest, ReaderFindsByTimeWhatTheStoreFinds) {
  store_ = FormulaCatalog::NewStore(3000);
  store_->Truncate({100});
  CatalogReader reader(store_);
  std::mt19937_64 random(1);
  const uint64_t begin = FormulaCatalog::ActivationOf({90}).raw();
  const uint64_t end = FormulaCatalog::ActivationOf({3010}).raw();
  for (int i = 0; i < 3000; ++i) {
    const auto time = HybridTimestamp::FromRaw(begin + random() % (end - begin));
    const auto expected = store_->ActiveAt(time);
    const auto found = reader.ActiveAt(time);
    ASSERT_EQ(found.status(), expected.status()) << i;
    if (found.ok()) {
      ASSERT_EQ((*found)->version(), expected->version()) << i;
      ASSERT_EQ((*found)->activation(), expected->activation()) << i;
    }
    if (i % 7 == 0) {
      ASSERT_EQ(reader.Latest().version(), V(3000));
    }
  }
}

TEST_F(VersionedStoreTest, ReaderThatMovesOnLeavesWhatWasCopiedFromIt) {
  store_ = FormulaCatalog::NewStore(100);
  CatalogReader reader(store_);
  const Catalog old = **reader.ActiveAt(FormulaCatalog::ActivationOf({50}));
  const Catalog latest = reader.Latest();
  for (int i = 0; i < 40; ++i) FormulaCatalog::Install(*store_);
  EXPECT_EQ(reader.Latest().version(), V(140));
  store_->Truncate({140});
  EXPECT_EQ(old.version(), V(50));
  EXPECT_EQ(FormulaCatalog::Verify(old), "");
  EXPECT_EQ(FormulaCatalog::Verify(latest), "");
  EXPECT_EQ(FormulaCatalog::Verify(reader.Latest()), "");
}

TEST_F(VersionedStoreTest, ReaderHoldsTheVersionThatItGaveLastAndNothingElse) {
  store_ = FormulaCatalog::NewStore(100);
  CatalogReader reader(store_);
  const auto held_after = [&](uint64_t version) {
    const Catalog& catalog = **reader.ActiveAt(FormulaCatalog::ActivationOf({version}));
    EXPECT_EQ(FormulaCatalog::Verify(catalog), "");
    EXPECT_EQ(store_->Stats().pins, 1u);
    return store_->Stats().oldest_held;
  };
  for (const uint64_t version : {70, 30, 99, 31}) EXPECT_EQ(held_after(version), V(version));
  reader.Latest();
  EXPECT_EQ(store_->Stats().oldest_held, V(100));
  store_->Truncate({60});
  EXPECT_THAT(reader.ActiveAt(FormulaCatalog::ActivationOf({59})),
              FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_EQ(store_->Stats().oldest_held, kNever);
}

TEST_F(VersionedStoreTest, ReaderKeepsNoHandleWhoseActivationWasNotKnown) {
  CatalogReader reader(store_);
  store_->Install({}, HybridTimestamp(1, 0));
  EXPECT_EQ(reader.Latest().activation().raw(), 0u);
  store_->Activate({1}, HybridTimestamp(2, 0));
  EXPECT_EQ(reader.Latest().activation(), HybridTimestamp(2, 0));
}

TEST_F(VersionedStoreTest, ImageThatDoesNotContinueTheStoreIsRefused) {
  store_ = FormulaCatalog::NewStore(50);
  const std::string before = StateDigest(store_->Latest());
  const auto expect_refused = [&](const char* why, auto change) {
    CatalogImage image = FormulaCatalog::ImageOf(90);
    change(image);
    EXPECT_THAT(store_->Rebase(image), FailsWith(Reason::DAMAGED, {why}));
    EXPECT_EQ(store_->latest(), V(50));
    EXPECT_EQ(store_->earliest(), V(0));
    EXPECT_EQ(StateDigest(store_->Latest()), before);
  };
  const auto object = [](CatalogImage& image, uint32_t id) -> ObjectDescriptor& {
    return *std::find_if(image.objects.begin(), image.objects.end(),
                         [&](const ObjectDescriptor& one) { return one.id() == ObjectId{id}; });
  };
  // The object in another shape, or from another version.
  const auto made = [](CatalogImage& image, std::string bytes, uint64_t from) {
    return ObjectDescriptor(image.Keep(std::move(bytes)), V(from),
                            FormulaCatalog::TimestampOf(V(from)));
  };
  const auto set_from = [](ObjectDescriptor& one, uint64_t from) {
    one = ObjectDescriptor(one.bytes(), V(from), one.updated_at());
  };
  expect_refused("is not newer than version 50", [](auto& i) { i = FormulaCatalog::ImageOf(50); });
  expect_refused("is not newer", [](auto& i) { i = FormulaCatalog::ImageOf(20); });
  expect_refused("is not later", [](auto& i) { i.timestamp = FormulaCatalog::TimestampOf({50}); });
  expect_refused("is not later",
                 [](auto& i) { i.activation = FormulaCatalog::ActivationOf({50}); });
  expect_refused("counter below", [](auto& i) {
    i.next_object_id = {5};
    i.objects.resize(4);
  });
  expect_refused("out of order", [](auto& i) { std::swap(i.objects[0], i.objects[1]); });
  expect_refused("out of order",
                 [](auto& i) { i.objects.insert(i.objects.begin(), i.objects[0]); });
  expect_refused("out of order", [](auto& i) { i.next_object_id = {3}; });
  expect_refused("of version 91", [&](auto& i) { set_from(i.objects[5], 91); });
  expect_refused("of version 0", [&](auto& i) { set_from(i.objects[5], 0); });
  expect_refused("needs schema 1", [](auto& i) { i.objects.erase(i.objects.begin() + 1); });
  expect_refused("needs object 3", [](auto& i) { i.objects.erase(i.objects.begin() + 3); });
  expect_refused("default zone", [](auto& i) { i.default_zone_id = {77'777}; });
  expect_refused("default zone", [](auto& i) { i.default_zone_id = {0}; });
  expect_refused("twice", [&](auto& i) { object(i, 1) = made(i, MakeSchema({1}, "A"), 1); });
  // What is as old as the store's own must be the store's own.
  expect_refused("object 0", [&](auto& i) { object(i, 0) = made(i, MakeSchema({0}, "other"), 1); });
  expect_refused("object 0", [&](auto& i) { set_from(object(i, 0), 2); });
  // Another kind under the same id, and an id that was dropped, or never used, before.
  expect_refused("object 1", [&](auto& i) {
    std::erase_if(i.objects, [](const auto& one) { return one.parent() == ObjectId{1}; });
    object(i, 1) = made(i, MakeZone({1}, "B"), 80);
  });
  expect_refused("object 4", [&](auto& i) {
    i.objects.insert(i.objects.begin() + 4, made(i, MakeSchema({4}, "again"), 80));
  });
}

}  // namespace
}  // namespace annals
