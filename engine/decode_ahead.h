#pragma once

// Recovery on two threads: one reads the log, checks its records and decodes them, the
// other makes their versions.

#include "absl/status/status.h"
#include "annals/engine/sequencer.h"
#include "annals/log/update_log.h"
#include "annals/schemas/ids.h"

namespace annals {

// Feeds `sequencer`, on this thread, what `log` has from `from` on, and what the log says
// of it. Leaves the log without subscriber. Returns what Subscribe would, and throws what it
// throws.
// REQUIRES: the log is synchronous and nobody has subscribed to it.
absl::Status ReplayAhead(UpdateLog& log, CatalogVersion from, Sequencer& sequencer);

}  // namespace annals
