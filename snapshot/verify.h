#pragma once

// Every check that a log can be put to without the program that wrote it: each record by
// itself (XXH3, SHA-256, what is in it), its place (store, version, kind, no gap, nothing
// beyond the head), the chain from hash to hash, the snapshot down to the last chunk, the
// keys, the mark, and whether the versions can be made from all that. It names all that
// is wrong, not only the first thing. It only reads.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annals/log/update_log.h"
#include "annals/schemas/ids.h"

namespace annals {

// One thing that is wrong.
struct Finding {
  enum class Severity {
    kWarning,  // Nothing is lost by it: a mark that is absent, a key of somebody else.
    kNewer,    // A newer release wrote it: this one can neither read nor judge it.
    kDamage,
  };
  Severity severity = Severity::kDamage;
  std::string key;                        // Of the log; or the file beside it, CATALOG-HEAD.
  std::optional<CatalogVersion> version;  // The first that it is about.
  std::string what;                       // On one line, with what was expected and found.
};

struct VerifyOptions {
  // Checks the records from this one on, its link to the one before included, and takes
  // those below as they are: for a quick look at what came since the last one. The
  // versions are not made then, and a snapshot below is not read. 0: checks all.
  CatalogVersion from = {};
  // A hash that was noted earlier: one of the versions must have it.
  std::optional<Sha256Hash> expected_head = std::nullopt;
  // Told how far it is: twice as many steps as there are records.
  std::function<void(uint64_t)> progress = {};
};

struct Verification {
  UpdateLog::HeadInfo head;
  std::optional<Sha256Hash> head_hash;  // Nothing if the head's record cannot be read.
  std::vector<Finding> findings;        // Damage first; then by version.
  // The versions whose record is whole, in its place and linked: what `log` and `show` can
  // tell of. Of those that were checked.
  std::vector<UpdateLog::VersionRange> records;
  // The catalogs from the earliest version to this one can be made; 0: none. Nothing if
  // not all was checked.
  std::optional<CatalogVersion> readable;
  // From the first to the last record above the head. Those do not continue it.
  std::optional<UpdateLog::VersionRange> above;
  // The version that has the expected hash.
  std::optional<CatalogVersion> expected_at;

  uint64_t checked_records = 0;
  uint64_t checked_chunks = 0;
  uint64_t checked_bytes = 0;    // Of both.
  uint64_t leftover_chunks = 0;  // Of a snapshot that was cut off. A writer sweeps them.

  bool damaged() const;  // Whether any finding is damage.
  bool newer() const;    // Whether any finding is of a newer release.
};

// `log` was opened for salvage, or without complaint.
Verification Verify(UpdateLog& log, const VerifyOptions& options = {});

}  // namespace annals
