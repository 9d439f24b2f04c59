// The power goes out before any one operation on the disk, in a life of a store, and leaves
// more or less of what was not synced (T1, T11; I1 to I5, I7).

#include "annals/tests/faults/cases.h"
#include "annals/tests/faults/life.h"

namespace annals {
namespace {

using Survival = FaultDisk::Survival;

class PowerCutTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, PowerCutTest, ::testing::Range(uint64_t{0}, kParts));

TEST_P(PowerCutTest, LosesNothingThatWasAcknowledgedAndTheStoreGoesOn) {
  constexpr Survival kSurvivals[] = {Survival::kNothing, Survival::kPrefix, Survival::kTorn,
                                     Survival::kAll};
  const std::vector<Moment> moments = MomentsOfALife();
  ASSERT_GT(moments.size(), 100);
  std::map<std::string, int> cuts;
  RunCases(10'000, GetParam(), [&](uint64_t number) {
    const Moment& moment = moments[number % moments.size()];
    const uint64_t round = number / moments.size();
    const bool strict = round / 4 % 2 == 0;
    SCOPED_TRACE(absl::StrCat("before ", FaultDisk::NameOf(moment.point), ", survival ", round % 4,
                              ", strict ", strict));
    const auto after =
        moment.disk->AfterPowerCut(kSurvivals[round % 4], strict, FirstSeed() + number);
    ExpectSound(*after, moment.promise);
    ++cuts[FaultDisk::NameOf(moment.point.site)];
  });
  for (const auto& [site, count] : cuts) RecordProperty("cuts_before_" + site, count);
}

}  // namespace
}  // namespace annals
