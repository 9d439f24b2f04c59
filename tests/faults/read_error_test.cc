// The disk cannot be read in one place (T3; I1): opening says so, or has all.

#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

using Operation = FaultDisk::Operation;

// Whether the store could be opened; then it has all.
bool OpensWithAll(FaultDisk& disk, bool read_only, uint64_t latest) {
  const OpenedStore store = OpenOn(disk, kStore, read_only);
  if (store.manager == nullptr) {
    ExpectNamesPlace(store);
    return false;
  }
  EXPECT_EQ(LatestOf(*store.manager).value, latest);
  for (uint64_t version = EarliestOf(*store.manager); version <= latest; ++version) {
    const auto catalog = store.manager->At({version});
    if (!catalog.ok()) continue;  // It was asked for and told.
    EXPECT_EQ(StateOf(*catalog), ExpectedStates().at(version));
  }
  return true;
}

class ReadErrorTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, ReadErrorTest, ::testing::Range(uint64_t{0}, kParts));

TEST_P(ReadErrorTest, StopsTheOpeningOrChangesNothing) {
  FaultDisk lived;
  const Life life = Live(lived);
  ASSERT_THAT(life.ended, IsOk());
  uint64_t refused = 0;
  std::vector<FaultDisk::Point> points[2];
  for (const bool read_only : {false, true}) {
    const auto probe = lived.Copy();
    ASSERT_TRUE(OpensWithAll(*probe, read_only, life.promise.acknowledged));
    points[read_only] = PointsOf(probe->Counts(),
                                 [](Operation operation) { return operation == Operation::kRead; });
  }
  RunCases(500, GetParam(), [&](uint64_t number) {
    const bool read_only = number / kParts % 2 == 0;
    const FaultDisk::Point& point = points[read_only][number % points[read_only].size()];
    const bool sticky = number / kParts / 2 % 2 == 0;
    SCOPED_TRACE(
        absl::StrCat(FaultDisk::NameOf(point), ", read_only ", read_only, ", sticky ", sticky));
    const auto disk = lived.Copy();
    disk->FailAt(point, rocksdb::IOStatus::IOError("the sector cannot be read"), sticky);
    refused += !OpensWithAll(*disk, read_only, life.promise.acknowledged);
    disk->Heal();
    EXPECT_TRUE(OpensWithAll(*disk, /*read_only=*/false, life.promise.acknowledged));
  });
  RecordProperty("refused", static_cast<int>(refused));
  EXPECT_TRUE(refused > 0 || OnlyCase().has_value());
}

}  // namespace
}  // namespace annals
