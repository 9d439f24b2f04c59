#include "annals/log/mutant_internal.h"
#include "gtest/gtest.h"

#ifdef ANNALS_TEST_POINTS

namespace annals {
namespace {

// Must fail in a process that is told to be this mutant: see tests/mutants.
TEST(CanaryTest, DiesOfItsMutant) { EXPECT_FALSE(IsMutant("canary")); }

}  // namespace
}  // namespace annals

#else

static_assert(!annals::IsMutant("canary"), "a library that is shipped can be no mutant");

#endif
