// An operation that changes the disk fails, once or from then on (T2; I1, I11).

#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

using Operation = FaultDisk::Operation;

class WriteErrorTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, WriteErrorTest, ::testing::Range(uint64_t{0}, kParts));

TEST_P(WriteErrorTest, IsToldTrulyAndReopeningWorks) {
  FaultDisk healthy;
  ASSERT_THAT(Live(healthy).ended, IsOk());
  const auto points =
      PointsOf(healthy.Counts(), [](Operation operation) { return operation != Operation::kRead; });
  uint64_t errors = 0;
  RunCases(1'500, GetParam(), [&](uint64_t number) {
    const FaultDisk::Point& point = points[number % points.size()];
    const bool sticky = number / points.size() % 2 == 0;
    SCOPED_TRACE(absl::StrCat(FaultDisk::NameOf(point), ", sticky ", sticky));
    FaultDisk disk;
    disk.FailAt(point, rocksdb::IOStatus::IOError("the cable is loose"), sticky);
    Life life = Live(disk);
    errors += !life.ended.ok();
    SCOPED_TRACE(life.ended.ToString());
    if (life.latest_afterwards.has_value()) {
      EXPECT_GE(*life.latest_afterwards, life.promise.acknowledged) << "readers lost something";
    }
    // What was refused is not there; only what nobody can know may be.
    if (!life.ended.ok() && ReasonOf(life.ended) != Reason::OUTCOME_UNKNOWN) {
      life.promise.attempted = std::max<uint64_t>(life.promise.acknowledged, 1);
    }
    const auto after = disk.AfterPowerCut(FaultDisk::Survival::kNothing, /*strict=*/true, 1);
    ExpectSound(*after, life.promise);
  });
  RecordProperty("errors", static_cast<int>(errors));
  EXPECT_TRUE(errors > 0 || OnlyCase().has_value());
}

}  // namespace
}  // namespace annals
