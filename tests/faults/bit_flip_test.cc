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

// The last bit of the properties of the table `path`; 0 if they are not found.
uint64_t LastBitOfProperties(rocksdb::Env* env, const std::string& path) {
  std::string bytes;
  EXPECT_TRUE(rocksdb::ReadFileToString(env, path, &bytes).ok());
  const std::string name = "rocksdb.properties";
  size_t at = bytes.rfind(name);
  if (at == std::string::npos) return 0;
  at += name.size();
  const auto varint = [&] {
    uint64_t value = 0;
    int shift = 0;
    do {
      value |= uint64_t{bytes[at] & 0x7fu} << shift;
      shift += 7;
    } while ((bytes[at++] & 0x80) != 0);
    return value;
  };
  const uint64_t offset = varint();
  return (offset + varint()) * 8 - 1;
}

// RocksDB would end the process.
TEST(TableTest, WhosePropertiesSeemToHaveAHashIndexIsRefusedByName) {
  FaultDisk lived;
  ASSERT_THAT(Live(lived).ended, IsOk());
  int tables = 0;
  for (const auto& [path, size] : lived.Sizes()) {
    if (!path.starts_with(kStore) || !path.ends_with(".sst")) continue;
    SCOPED_TRACE(path);
    ++tables;
    const auto disk = lived.Copy();
    const uint64_t bit = LastBitOfProperties(disk->env(), path);
    ASSERT_GT(bit, 0u);
    disk->FlipBit(path, bit);
    for (const bool read_only : {true, false}) {
      EXPECT_THAT(OpenOn(*disk, kStore, read_only).status,
                  FailsWith(Reason::STORE_UNREADABLE, {path, "hash index"}));
    }
    disk->FlipBit(path, bit);
    EXPECT_THAT(OpenOn(*disk).status, IsOk());
  }
  EXPECT_GT(tables, 0);
}

}  // namespace
}  // namespace annals
