// The disk is full at every step of a life (T4; I1, I11).

#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

TEST(DiskFullTest, IsToldAndLosesNothing) {
  uint64_t need = 0;
  {
    FaultDisk roomy;
    ASSERT_THAT(Live(roomy).ended, IsOk());
    need = roomy.used();
  }
  const uint64_t steps = Scaled(200);
  uint64_t full = 0;
  for (uint64_t step = 0; step < steps; ++step) {
    const uint64_t capacity = need * step / steps;
    SCOPED_TRACE(absl::StrCat("with room for ", capacity, " of ", need, " bytes"));
    FaultDisk disk;
    disk.SetCapacity(capacity);
    Life life = Live(disk);
    if (!life.ended.ok()) {
      ++full;
      EXPECT_THAT(ReasonOf(life.ended),
                  ::testing::AnyOf(Reason::DISK_FULL, Reason::OUTCOME_UNKNOWN))
          << life.ended;
      EXPECT_THAT(life.ended.message(), ::testing::HasSubstr("o space left"));
      if (ReasonOf(life.ended) == Reason::DISK_FULL) {
        life.promise.attempted = std::max<uint64_t>(life.promise.acknowledged, 1);
      }
      if (life.latest_afterwards.has_value()) {
        EXPECT_EQ(*life.latest_afterwards, life.promise.acknowledged) << "readers go on";
      }
    }
    disk.Heal();
    ExpectSound(disk, life.promise);
    if (HasFailure()) return;
  }
  RecordProperty("sizes", static_cast<int>(steps));
  RecordProperty("full", static_cast<int>(full));
  EXPECT_GT(full, steps / 2);
}

}  // namespace
}  // namespace annals
