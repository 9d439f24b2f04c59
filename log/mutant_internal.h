#pragma once

// Defects that a test plants, to see that another test finds them. One stands wherever a
// rule of the log could be broken with all else going on as before, and is there only in
// a process whose environment variable ANNALS_MUTANT names it; tests/mutants has them
// all, each with the test that must fail then. Costs nothing unless ANNALS_TEST_POINTS
// is defined. Not installed.

#include <string_view>

#ifdef ANNALS_TEST_POINTS
#include <cstdlib>
#endif

namespace annals {

#ifdef ANNALS_TEST_POINTS
inline bool IsMutant(std::string_view name) {
  static const char* const wanted = std::getenv("ANNALS_MUTANT");
  return wanted != nullptr && name == wanted;
}
#else
constexpr bool IsMutant(std::string_view /*name*/) { return false; }
#endif

}  // namespace annals
