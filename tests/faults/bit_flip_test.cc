// A bit of a file is not what it was (T6; I1, I5): that is refused or tells an alarm, or does
// no harm. Never is there an older or another content without a word.

#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

bool HasAll(const CatalogManager& manager, const Life& life) {
  bool all = LatestOf(manager).value == life.promise.acknowledged;
  for (uint64_t version = EarliestOf(manager); version <= LatestOf(manager).value; ++version) {
    const auto catalog = manager.At({version});
    all = all && catalog.ok() && StateOf(*catalog) == ExpectedStates().at(version);
  }
  return all;
}

class BitFlipTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, BitFlipTest, ::testing::Range(uint64_t{0}, kParts));

TEST_P(BitFlipTest, IsRefusedOrAlarmedOrHarmless) {
  FaultDisk lived;
  const Life life = Live(lived);
  ASSERT_THAT(life.ended, IsOk());
  std::vector<std::pair<std::string, uint64_t>> files;
  for (const auto& [path, size] : lived.Sizes()) {
    if (path.starts_with(kStore) && size > 0) files.emplace_back(path, size);
  }
  std::map<std::string, int> outcomes;
  RunCases(1'500, GetParam(), [&](uint64_t number) {
    std::mt19937_64 random(FirstSeed() + number);
    const auto& [path, size] = files[number / kParts % files.size()];
    const uint64_t bit = random() % (size * 8);
    SCOPED_TRACE(absl::StrCat(path, ", bit ", bit));
    const auto disk = lived.Copy();
    disk->FlipBit(path, bit);
    const bool read_only = random() % 2 == 0;
    const OpenedStore store = OpenOn(*disk, kStore, read_only);
    if (store.manager == nullptr) {
      ++outcomes["refused"];
      ExpectNamesPlace(store);
      return;
    }
    if (HasAll(*store.manager, life)) {
      ++outcomes["harmless"];
      return;
    }
    ++outcomes["alarmed"];
    EXPECT_FALSE(store.manager->GetStats().warnings.empty());
  });
  for (const auto& [outcome, count] : outcomes) RecordProperty(outcome, count);
  EXPECT_TRUE(outcomes.contains("refused") || OnlyCase().has_value());
}

}  // namespace
}  // namespace annals
