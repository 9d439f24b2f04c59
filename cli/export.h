#pragma once

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "annals/cli/verb.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/replay.h"

namespace annals::cli {

// Gives `write` the lines of an export of `log` up to `head`, each with its line feed;
// false ends it, and that is no error. Every record is checked, its SHA-256 too; one
// record, or one chunk of a snapshot, is in memory at a time.
//   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND  of `head`; nothing was written
//   DAMAGED, NEWER_FORMAT                         what was written is no whole export
using WriteLine = absl::FunctionRef<bool(std::string_view line)>;
absl::Status ExportLines(const UpdateLog& log, CatalogVersion head, WriteLine write,
                         const ReplayProgress& progress = {});

// All of a store as text: its log as JSON lines for `import`, or SQL for `exec`.
Verb ExportVerb();

}  // namespace annals::cli
