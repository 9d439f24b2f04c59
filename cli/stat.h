#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "annals/cli/verb.h"

namespace annals::cli {

// What there is to advise on.
struct StoreHealth {
  std::string damage;        // Empty: all versions can be made.
  std::string newer;         // Empty: no newer release wrote to it.
  std::string mark_problem;  // Empty: the mark is whole.
  absl::Duration replay;     // What making all versions took.
  uint64_t records_to_replay = 0;
  uint64_t leftover_chunks = 0;
};

// What the owner of the store could do, most urgent first; each a sentence. `store` is
// how its directory was called. Pure.
std::vector<std::string> AdviceFor(const StoreHealth& health, std::string_view store);

// stat
Verb StatVerb();

}  // namespace annals::cli
