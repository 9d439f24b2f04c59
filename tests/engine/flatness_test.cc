// What must not cost more because the catalog is large, or its history long. Ratios of
// two costs that were measured in turn, with wide margins; bench/ has the figures.

#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annals/catalog/object_builder.h"
#include "annals/snapshot/snapshot.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/support/test_log.h"

namespace annals {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr uint32_t kFew = 1'000;
constexpr uint32_t kMany = 100'000;
// Of tables that are looked at, in a small catalog and in a large one: what is cached is the
// same in both.
constexpr uint32_t kLooks = 1'000;

// --- Catalogs, made directly: commands would take too long.

constexpr ObjectId kPublicId{0};
constexpr ObjectId kZoneId{1};
constexpr uint32_t kFirstTable = 2;

std::string NameOf(uint32_t number) { return "T" + std::to_string(number); }
ObjectId IdOf(uint32_t number) { return {kFirstTable + number}; }

std::string TableBytes(uint32_t number, int64_t revision = 0) {
  TableFields table{.id = IdOf(number),
                    .name = NameOf(number),
                    .schema = kPublicId,
                    .zone = kZoneId,
                    .key_index = kNoObject,
                    .storage_profile = "default",
                    .min_stale_rows_count = revision};
  table.columns.resize(1);
  table.columns[0].name = "ID";
  table.columns[0].type = TypeId::kInt32;
  return BuildObject(table);
}

void Install(VersionedStore& store, std::vector<Delta::Change> changes, uint32_t tables) {
  const CatalogVersion next = store.latest().Next();
  const HybridTimestamp time(next.value, 0);
  store.Install({std::move(changes), IdOf(tables), kZoneId}, time);
  store.Activate(next, time);
}

// Version 1 has all tables.
std::shared_ptr<VersionedStore> StoreWith(uint32_t tables) {
  ZoneFields zone{.id = kZoneId, .name = std::string(kDefaultZoneName)};
  zone.storage_profiles = {"default"};
  std::vector<Delta::Change> changes = {
      {kPublicId, BuildObject(SchemaFields{kPublicId, std::string(kPublicSchema)})},
      {kZoneId, BuildObject(zone)}};
  for (uint32_t i = 0; i < tables; ++i) changes.push_back({IdOf(i), TableBytes(i)});
  auto store = VersionedStore::Create();
  Install(*store, std::move(changes), tables);
  return store;
}

// On a memory log that begins with a snapshot of the store.
Manager ManagerWith(uint32_t tables) {
  const Catalog catalog = StoreWith(tables)->Latest();
  auto log = NewMemoryLog();
  RecordWriter writer(log->Head().store);
  const std::vector records = {writer.Next(EncodeUpdate({.timestamp = catalog.timestamp(),
                                                         .activation = catalog.activation(),
                                                         .next_object_id = catalog.next_object_id(),
                                                         .entries = {},
                                                         .author = {},
                                                         .message = {},
                                                         .statement = {}}))};
  EXPECT_EQ(log->Append(records, {0}, absl::InfiniteFuture()).outcome,
            AppendResult::Outcome::kCommitted);
  EXPECT_THAT(WriteSnapshot(catalog, *log, {0}), IsOk());
  return MustOpen(std::move(log));
}

// --- Costs.

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double CostOf(const std::function<void()>& work) {
  const double start = ThreadSeconds();
  work();
  return ThreadSeconds() - start;
}

// How many times what `one` costs `other` costs: processor time of this thread, medians of
// rounds in turn.
double CostRatio(const std::function<void()>& other, const std::function<void()>& one) {
  constexpr size_t kRounds = 9;
  std::vector<double> others;
  std::vector<double> ones;
  for (size_t round = 0; round < kRounds; ++round) {
    others.push_back(CostOf(other));
    ones.push_back(CostOf(one));
  }
  std::sort(others.begin(), others.end());
  std::sort(ones.begin(), ones.end());
  return others[kRounds / 2] / ones[kRounds / 2];
}

// Measured up to three times: the machine may be busy with something else.
void ExpectCostRatioAtMost(double most, const std::function<void()>& other,
                           const std::function<void()>& one) {
  double ratio = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    ratio = CostRatio(other, one);
    if (ratio <= most) return;
  }
  ADD_FAILURE() << "costs " << ratio << " times as much, at most " << most << " are allowed";
}

class FlatnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "sanitizers have costs of their own";
  }
};

std::function<void()> LookingUpByName(const Catalog& catalog, uint32_t tables) {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < kLooks; ++i) names.push_back(NameOf(i * (tables / kLooks)));
  return [&catalog, names] {
    for (const std::string& name : names) ASSERT_TRUE(catalog.Table(kPublicSchema, name));
  };
}

std::function<void()> LookingUpById(const Catalog& catalog, uint32_t tables) {
  return [&catalog, tables] {
    for (uint32_t i = 0; i < kLooks; ++i) ASSERT_TRUE(catalog.Find(IdOf(i * (tables / kLooks))));
  };
}

TEST_F(FlatnessTest, ALookUpDoesNotCostMoreInALargeCatalog) {
  const Catalog few = StoreWith(kFew)->Latest();
  const Catalog many = StoreWith(kMany)->Latest();
  ExpectCostRatioAtMost(3, LookingUpByName(many, kMany), LookingUpByName(few, kFew));
  ExpectCostRatioAtMost(3, LookingUpById(many, kMany), LookingUpById(few, kFew));
}

TEST_F(FlatnessTest, ACommitDoesNotCostMoreInALargeCatalog) {
  const Manager few = ManagerWith(kFew);
  const Manager many = ManagerWith(kMany);
  int created = 0;
  const auto executing = [&created](CatalogManager& manager) {
    return [&created, &manager] {
      for (int i = 0; i < 20; ++i) {
        ASSERT_THAT(manager.Execute(TableNamed("NEW" + std::to_string(created++))), IsOk());
      }
    };
  };
  ExpectCostRatioAtMost(3, executing(*many), executing(*few));
}

// Every table is changed 20 times, and one of them 10,000 times.
TEST_F(FlatnessTest, ALookUpAtAnOldVersionCostsLittleMoreThanAtTheLatest) {
  const auto store = StoreWith(kFew);
  const Catalog old = store->Latest();
  int64_t revision = 0;
  for (uint32_t i = 0; i < 20 * kFew; ++i) {
    Install(*store, {{IdOf(i % kFew), TableBytes(i % kFew, ++revision)}}, kFew);
  }
  const Catalog latest = store->Latest();
  ExpectCostRatioAtMost(5, LookingUpByName(old, kFew), LookingUpByName(latest, kFew));
  ExpectCostRatioAtMost(5, LookingUpById(old, kFew), LookingUpById(latest, kFew));

  for (uint32_t i = 0; i < 10'000; ++i) {
    Install(*store, {{IdOf(0), TableBytes(0, ++revision)}}, kFew);
  }
  const auto finding = [](const Catalog& catalog) {
    return [&catalog] {
      for (uint32_t i = 0; i < kLooks; ++i) ASSERT_TRUE(catalog.Find(IdOf(0)));
    };
  };
  const Catalog newest = store->Latest();
  const auto middle = store->At({newest.version().value - 5'000});
  ASSERT_THAT(middle, IsOk());
  // A search in 10,000 versions takes 14 steps.
  ExpectCostRatioAtMost(10, finding(*middle), finding(newest));
}

// What a version takes is its object and a bounded rest, whatever else there is.
TEST_F(FlatnessTest, AVersionTakesNoMoreMemoryInALargeCatalog) {
  constexpr uint32_t kVersions = 10'000;
  constexpr double kRest = 256;
  const auto store = StoreWith(kMany);
  const size_t object = TableBytes(kMany - 1, kVersions).size();
  const auto allocated = [] {
    const auto heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
  };
  const double before = allocated();
  for (uint32_t i = 0; i < kVersions; ++i) {
    const uint32_t number = i * (kMany / kVersions);
    Install(*store, {{IdOf(number), TableBytes(number, i)}}, kMany);
  }
  EXPECT_LE((allocated() - before) / kVersions, static_cast<double>(object) + kRest);
  EXPECT_GE((allocated() - before) / kVersions, static_cast<double>(object) / 2) << "not counted";
}

}  // namespace
}  // namespace annals
