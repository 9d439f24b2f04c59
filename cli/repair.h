#pragma once

#include "annals/cli/verb.h"
#include "annals/snapshot/verify.h"

namespace annals::cli {

// What a store needs before it can be gone on with.
enum class RepairNeed {
  kNothing,
  kMark,      // To have its mark made anew.
  kLoss,      // That the loss of versions at the end is accepted.
  kTail,      // To go on from the newest version that can be made, or to have its keys made anew.
  kDatabase,  // To have RocksDB's own files made anew.
  kHopeless,  // A backup: no version can be made.
};
// What the store that `seen` is of needs, where RocksDB can open it. Pure.
RepairNeed NeedOf(const Verification& seen);

// repair
Verb RepairVerb();

}  // namespace annals::cli
