// The windows of the reclamation protocol, opened one at a time: a thread is stopped
// at a named point, the world moves on, and the thread goes on. What it then sees
// must be right, and under ASan must not have been freed.

#include "annals/catalog/stall_point_internal.h"
#include "annals/tests/catalog/formula_catalog.h"

#ifdef ANNALS_TEST_POINTS

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace annals {
namespace {

// Stops the one thread that asks for it when it comes by `point` for the n-th time.
class Gate {
 public:
  static void Set(std::string_view point, int nth) {
    const std::lock_guard lock(mutex_);
    point_ = point;
    left_ = nth;
    reached_ = open_ = false;
    stall_hook.store(&Gate::Reach);
  }
  // Whether the thread has come to the point; false if it ended before.
  static bool WaitUntilReached(const std::atomic<bool>& ended) {
    std::unique_lock lock(mutex_);
    while (!reached_ && !ended.load()) changed_.wait_for(lock, std::chrono::milliseconds(5));
    return reached_;
  }
  static void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    stall_hook.store(nullptr);
    changed_.notify_all();
  }
  static inline thread_local bool stops_here = false;

 private:
  static void Reach(std::string_view point) {
    if (!stops_here || point != point_) return;
    std::unique_lock lock(mutex_);
    if (--left_ != 0) return;
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [] { return open_; });
  }

  static inline std::mutex mutex_;
  static inline std::condition_variable changed_;
  static inline std::string_view point_;
  static inline int left_ = 0;
  static inline bool reached_ = false;
  static inline bool open_ = false;
};

// Runs `stopped` in a thread until it comes to `point` for the n-th time, then
// `meanwhile` here, then lets the thread go on. False if it never came there.
bool Interleave(std::string_view point, int nth, const std::function<void()>& stopped,
                const std::function<void()>& meanwhile) {
  Gate::Set(point, nth);
  std::atomic<bool> ended{false};
  std::thread thread([&] {
    Gate::stops_here = true;
    stopped();
    ended = true;
  });
  const bool reached = Gate::WaitUntilReached(ended);
  if (reached) meanwhile();
  Gate::Open();
  thread.join();
  return reached;
}

// "findheadloaded"
std::string PointName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name(info.param);
  std::erase_if(name, [](char c) { return c == ' ' || c == ':'; });
  return name;
}

class ScheduleTest : public ::testing::Test {
 protected:
  // All that a version may have lost: versions that drop, rename and change.
  void MoveOn(int versions = 80) {
    for (int i = 0; i < versions; ++i) {
      FormulaCatalog::Install(*store_);
      store_->Truncate(store_->latest());
    }
  }

  std::shared_ptr<VersionedStore> store_ = FormulaCatalog::NewStore(100);
};

// --- A reader stopped on its way.

TEST_F(ScheduleTest, ReaderOfTheLatestFindsAnotherIfItsVersionIsTruncatedBeforeThePin) {
  for (const char* point : {"pin: version loaded", "pin: told"}) {
    uint64_t version = 0;
    std::string wrong;
    const CatalogVersion before = store_->latest();
    EXPECT_TRUE(Interleave(
        point, 1,
        [&] {
          const Catalog catalog = store_->Latest();
          version = catalog.version().value;
          wrong = FormulaCatalog::Verify(catalog);
        },
        [&] { MoveOn(); }));
    EXPECT_EQ(wrong, "") << point;
    EXPECT_GT(version, before.value) << point;
  }
}

TEST_F(ScheduleTest, ReaderOfAnOldVersionIsToldIfItIsTruncatedBeforeThePin) {
  for (const char* point : {"pin: version loaded", "pin: told"}) {
    std::optional<absl::Status> status;
    std::string wrong;
    EXPECT_TRUE(Interleave(
        point, 1,
        [&] {
          const auto catalog = store_->At(store_->latest());
          if (catalog.ok()) wrong = FormulaCatalog::Verify(*catalog);
          status = catalog.status();
        },
        [&] { MoveOn(); }));
    EXPECT_EQ(wrong, "") << point;
    EXPECT_THAT(*status, FailsWith(Reason::VERSION_TRUNCATED)) << point;
  }
}

// Told, and not yet checked: the truncator sees the pin and keeps what it needs, so
// that either answer would be right.
TEST_F(ScheduleTest, PinThatWasToldIsSeenByTheTruncator) {
  std::string wrong;
  EXPECT_TRUE(Interleave(
      "pin: told", 1, [&] { wrong = FormulaCatalog::Verify(store_->Latest()); },
      [&] { EXPECT_EQ(store_->Stats().oldest_held, V(100)); }));
  EXPECT_EQ(wrong, "");
}

// The pin that a reader was about to share is let go and taken for an old version.
TEST_F(ScheduleTest, PinIsSharedOnlyByReadersOfItsVersion) {
  for (const char* point : {"pin: found", "pin: shared"}) {
    for (int i = 0; i < 40; ++i) FormulaCatalog::Install(*store_);
    std::optional<Catalog> held = store_->Latest();
    std::optional<Catalog> got;
    std::optional<Catalog> old;
    EXPECT_TRUE(Interleave(
        point, 1, [&] { got = store_->Latest(); },
        [&] {
          held.reset();
          FormulaCatalog::Install(*store_);
          old = *store_->At({store_->latest().value - 20});
        }));
    EXPECT_EQ(store_->Stats().oldest_held, old->version()) << point;
    MoveOn();
    EXPECT_EQ(FormulaCatalog::Verify(*got), "") << point;
    EXPECT_EQ(FormulaCatalog::Verify(*old), "") << point;
    EXPECT_EQ(store_->Stats().oldest_held, old->version()) << point;
    old.reset();
    EXPECT_EQ(store_->Stats().oldest_held, got->version()) << point;
  }
}

class StoppedLookUpTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<VersionedStore> store_ = FormulaCatalog::NewStore(100);
};

// At each place where a reader holds a pointer that the writer may unlink.
TEST_P(StoppedLookUpTest, IsRightWhateverIsInstalledAndTruncatedMeanwhile) {
  const std::string seed_text = "nth visit of the point: ";
  int reached = 0;
  for (int nth = 1; nth <= 60; nth += 1 + nth / 6) {
    for (const uint64_t back : {0, 7}) {
      std::string wrong;
      reached += Interleave(
          GetParam(), nth,
          [&] {
            const Catalog catalog = *store_->At({store_->latest().value - back});
            wrong = FormulaCatalog::Verify(catalog);
          },
          [&] {
            store_->Truncate(store_->latest());
            for (int i = 0; i < 12; ++i) FormulaCatalog::Install(*store_);
            store_->Truncate(store_->latest());
          });
      ASSERT_EQ(wrong, "") << seed_text << nth << ", versions back: " << back;
      for (int i = 0; i < 8; ++i) FormulaCatalog::Install(*store_);
    }
  }
  EXPECT_GT(reached, 8);
}
INSTANTIATE_TEST_SUITE_P(Points, StoppedLookUpTest,
                         ::testing::Values("find: head loaded", "find: slot loaded",
                                           "find: history loaded", "find: children loaded"),
                         PointName);

// Everything that grows does so while a reader is in it, and what it was in is
// retired: tables of names and ids, lists of children, chains, owners, versions.
class GrowthTest : public ::testing::TestWithParam<const char*> {
 protected:
  static constexpr uint32_t kTables = 40;

  static std::string NameOf(uint32_t id) { return "T" + std::to_string(id); }

  void Install(std::vector<Delta::Change> changes) {
    const CatalogVersion next = store_->latest().Next();
    store_->Install(
        {.changes = std::move(changes), .next_object_id = {100'000}, .default_zone_id = kZone},
        FormulaCatalog::TimestampOf(next));
    store_->Activate(next, FormulaCatalog::ActivationOf(next));
  }
  // Gives each name to the next table, in a circle that grows their lists of owners.
  void Rotate(uint32_t by) {
    std::vector<Delta::Change> changes;
    for (uint32_t i = 0; i < kTables; ++i) {
      const std::string name = NameOf(10 + (i + by) % kTables);
      changes.push_back({{10 + i}, MakeTable({10 + i}, name)});
    }
    Install(std::move(changes));
  }
  void Grow() {
    for (uint32_t id = 1000; id < 5000; id += 500) {
      std::vector<Delta::Change> changes;
      for (uint32_t i = id; i < id + 500; ++i) changes.push_back({{i}, MakeTable({i}, NameOf(i))});
      Install(std::move(changes));
    }
    for (uint32_t i = 2; i < 8; ++i) Rotate(i);
    for (int i = 0; i < 3000; ++i) Install({});
    store_->Truncate(store_->latest());
  }

  std::shared_ptr<VersionedStore> store_ = VersionedStore::Create();
};

TEST_P(GrowthTest, LeavesAReaderWhereItIs) {
  int reached = 0;
  for (int nth = 1; nth <= 40; nth += 13) {
    store_ = VersionedStore::Create();
    Install({{kShop, MakeSchema(kShop, "shop")}, {kZone, MakeZone(kZone, "Default")}});
    Rotate(0);
    Rotate(1);
    int wrong = 0;
    reached += Interleave(
        GetParam(), nth,
        [&] {
          const Catalog catalog = *store_->ActiveAt(HybridTimestamp::Max());
          wrong += catalog.version() != V(3);
          for (uint32_t i = 0; i < kTables; ++i) {
            const std::string name = NameOf(10 + (i + 1) % kTables);
            wrong += catalog.Find(NameScope::In(kShop), name).id() != ObjectId{10 + i};
            wrong += catalog.Find(ObjectId{10 + i}).name() != name;
            wrong += Children(catalog, kShop).size() != kTables;
          }
        },
        [&] { Grow(); });
    ASSERT_EQ(wrong, 0) << "visit " << nth;
  }
  EXPECT_GT(reached, 0);
}
INSTANTIATE_TEST_SUITE_P(Points, GrowthTest,
                         ::testing::Values("find: ids loaded", "find: versions loaded",
                                           "find: slots loaded", "find: slot loaded",
                                           "find: owners loaded", "find: head loaded",
                                           "find: children loaded"),
                         PointName);

// A reader at the version that is the newest when something is unlinked may still hold
// it: the stamp of what is retired is that version, and it is kept for the reader.
TEST_F(ScheduleTest, WhatIsUnlinkedAtAReadersOwnVersionIsKeptForIt) {
  auto store = VersionedStore::Create();
  const auto install = [&](std::vector<Delta::Change> changes) {
    const CatalogVersion next = store->latest().Next();
    store->Install({.changes = std::move(changes), .next_object_id = {9}, .default_zone_id = kZone},
                   FormulaCatalog::TimestampOf(next));
    store->Activate(next, FormulaCatalog::ActivationOf(next));
  };
  for (const char* point : {"find: slot loaded", "find: head loaded"}) {
    store = VersionedStore::Create();
    install({{kShop, MakeSchema(kShop, "shop")}, {kZone, MakeZone(kZone, "Default")}});
    install({{{2}, MakeTable({2}, "T")}});
    install({{{2}, ""}});
    bool found = true;
    EXPECT_TRUE(Interleave(
        point, 1,
        [&] {
          const Catalog catalog = store->Latest();  // Version 3, where it is gone.
          found = static_cast<bool>(point == std::string_view("find: slot loaded")
                                        ? catalog.Find(NameScope::In(kShop), "T")
                                        : catalog.Find(ObjectId{2}));
        },
        [&] {
          store->Truncate({3});
          EXPECT_EQ(store->Stats().ended_elements, 0u);  // Unlinked,
          EXPECT_GT(store->Stats().retired_blocks, 0u);  // and not freed.
        }));
    EXPECT_FALSE(found);
    store->Truncate({3});
    EXPECT_EQ(store->Stats().retired_blocks, 0u);
  }
}

TEST_F(ScheduleTest, SearchByTimeStaysRightWhateverIsTruncatedMeanwhile) {
  for (const char* point : {"active at: pinned", "active at: found"}) {
    store_ = FormulaCatalog::NewStore(100);
    const uint64_t wanted = store_->latest().value - 30;
    uint64_t version = 0;
    std::string wrong;
    EXPECT_TRUE(Interleave(
        point, 1,
        [&] {
          const auto catalog = store_->ActiveAt(FormulaCatalog::ActivationOf({wanted}));
          ASSERT_THAT(catalog, IsOk());
          version = catalog->version().value;
          wrong = FormulaCatalog::Verify(*catalog);
        },
        [&] { MoveOn(); }));
    EXPECT_EQ(wrong, "") << point;
    EXPECT_EQ(version, wanted) << point;
  }
}

// Once it asked for the active version before the floor, a search fell into the gap
// that a jump leaves.
TEST_F(ScheduleTest, SearchByTimeNeverFindsAVersionThatAJumpLeftOut) {
  for (int nth = 1; nth <= 2; ++nth) {
    const CatalogVersion head = store_->latest();
    uint64_t version = 0;
    EXPECT_TRUE(Interleave(
        nth == 1 ? "pin: version loaded" : "active at: pinned", 1,
        [&] {
          const auto catalog = store_->ActiveAt(HybridTimestamp::Max());
          ASSERT_THAT(catalog, IsOk());
          version = catalog->version().value;
          EXPECT_EQ(FormulaCatalog::Verify(*catalog), "");
        },
        [&] { ASSERT_THAT(store_->Rebase(FormulaCatalog::ImageOf(head.value + 3000)), IsOk()); }));
    EXPECT_EQ(version, nth == 1 ? head.value + 3000 : head.value);
  }
}

TEST_F(ScheduleTest, ReaderOfTheLatestWaitsOutAJumpAndSeesItsEnd) {
  std::string wrong;
  uint64_t version = 0;
  EXPECT_TRUE(Interleave(
      "pin: told", 1,
      [&] {
        const Catalog catalog = store_->Latest();
        version = catalog.version().value;
        wrong = FormulaCatalog::Verify(catalog);
      },
      [&] { ASSERT_THAT(store_->Rebase(FormulaCatalog::ImageOf(9000)), IsOk()); }));
  EXPECT_EQ(wrong, "");
  EXPECT_EQ(version, 9000u);
}

// --- The writer, or the truncator, stopped on its way.

class StoppedWriterTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<VersionedStore> store_ = FormulaCatalog::NewStore(100);
};

// Whoever pins while the truncator stands still anywhere is right, then and later.
TEST_P(StoppedWriterTest, ReadersAreRightMeanwhileAndAfterwards) {
  for (int round = 0; round < 30; ++round) {
    const bool truncates = std::string_view(GetParam()).starts_with("floor");
    std::vector<Catalog> held;
    const CatalogVersion target = store_->latest();
    EXPECT_TRUE(Interleave(
        GetParam(), 1,
        [&] {
          if (truncates) {
            store_->Truncate(target);
          } else {
            FormulaCatalog::Install(*store_);
          }
        },
        [&] {
          held.push_back(store_->Latest());
          const auto first = store_->At(store_->earliest());
          ASSERT_THAT(first, IsOk());
          held.push_back(*first);
          const auto now = store_->ActiveAt(HybridTimestamp::Max());
          ASSERT_THAT(now, IsOk());
          held.push_back(*now);
          for (const Catalog& catalog : held) ASSERT_EQ(FormulaCatalog::Verify(catalog), "");
        }));
    for (const Catalog& catalog : held) ASSERT_EQ(FormulaCatalog::Verify(catalog), "");
    store_->Truncate(store_->latest());
    for (const Catalog& catalog : held) ASSERT_EQ(FormulaCatalog::Verify(catalog), "");
    held.clear();
    for (int i = 0; i < 5; ++i) FormulaCatalog::Install(*store_);
  }
}
INSTANTIATE_TEST_SUITE_P(Points, StoppedWriterTest,
                         ::testing::Values("floor: raised", "floor: unlinked",
                                           "floor: raised again", "install: before publishing",
                                           "install: published"),
                         PointName);

// A reader that pinned before the floor was raised, and looks things up while the
// truncator stands still between unlinking and freeing.
TEST_F(ScheduleTest, HeldVersionIsReadWhileTheTruncatorStandsStill) {
  for (const char* point : {"floor: raised", "floor: unlinked", "floor: raised again"}) {
    const Catalog old = *store_->At({store_->latest().value - 20});
    const Catalog latest = store_->Latest();
    EXPECT_TRUE(Interleave(
        point, 1, [&] { store_->Truncate(store_->latest()); },
        [&] {
          EXPECT_EQ(FormulaCatalog::Verify(old), "");
          EXPECT_EQ(FormulaCatalog::Verify(latest), "");
        }));
    EXPECT_EQ(FormulaCatalog::Verify(old), "");
    for (int i = 0; i < 40; ++i) FormulaCatalog::Install(*store_);
  }
}

}  // namespace
}  // namespace annals

#endif  // ANNALS_TEST_POINTS
