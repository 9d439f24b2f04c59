#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "annals/cli/verb.h"
#include "annals/snapshot/verify.h"

namespace annals::cli {

// Checks the store at `path`, showing its progress on `console`. Where RocksDB cannot open
// it, or all of it is lost, that is the one finding.
//   what says that there is no store, or one of a newer release
absl::StatusOr<Verification> VerifyStore(const std::string& path, VerifyOptions options,
                                         Console& console);

// "versions 1 to 4", "version 5"; "no version" if there are none.
std::string VersionsText(const std::vector<UpdateLog::VersionRange>& ranges);

// verify
Verb VerifyVerb();

}  // namespace annals::cli
