#pragma once

#include "annals/cli/verb.h"

namespace annals::cli {

// Writes a snapshot of a version and drops those below it.
Verb SnapshotVerb();
// Copies a store.
Verb BackupVerb();
// Goes on with a store whose newest versions are lost.

}  // namespace annals::cli
