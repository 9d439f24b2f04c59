#pragma once

// The cases of a test of faults: every place where a life can fail, as often as asked for,
// spread over the tests that run side by side.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/tests/faults/fault_disk.h"
#include "annals/tests/faults/scale.h"
#include "gtest/gtest.h"

namespace annals {

inline constexpr uint64_t kParts = 4;

// All places of which `counts` tells and `wanted` is true.
inline std::vector<FaultDisk::Point> PointsOf(
    const std::map<FaultDisk::Site, uint64_t>& counts,
    const std::function<bool(FaultDisk::Operation)>& wanted) {
  std::vector<FaultDisk::Point> points;
  for (const auto& [site, count] : counts) {
    if (!wanted(site.operation)) continue;
    for (uint64_t ordinal = 1; ordinal <= count; ++ordinal) points.push_back({site, ordinal});
  }
  return points;
}

// Runs the cases of `part` among `count`, and says how to repeat the first that fails.
inline void RunCases(uint64_t count, uint64_t part, const std::function<void(uint64_t)>& run) {
  int cases = 0;
  for (uint64_t number = part; number < Scaled(count); number += kParts) {
    if (OnlyCase().value_or(number) != number) continue;
    SCOPED_TRACE(absl::StrCat("to repeat: ANNALS_FAULTS_ONLY=", number));
    run(number);
    if (::testing::Test::HasFailure()) return;
    ++cases;
  }
  ::testing::Test::RecordProperty("cases", cases);
}

}  // namespace annals
