#pragma once

// From records to versions: the one way in which a record becomes a version, for
// live commits, recovery and the inspector alike.

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/update.h"
#include "annals/catalog/versioned_store.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/snapshot.h"

namespace annals {

// The newest version that was made: what the next record must continue.
struct ReplayHead {
  CatalogVersion version;
  Sha256Hash hash;
  HybridTimestamp timestamp;
  HybridTimestamp activation;
};

// Makes `update`, the version after `head`, in `draft`, which is fresh on the catalog
// of `head`. What this refuses can never be a version: a store that has it in its log
// cannot be opened again.
//   DAMAGED  names the entry; `draft` is to be dropped
absl::Status ApplyNext(VersionedUpdate update, const ReplayHead& head, CatalogDraft& draft);

// A record whose payload was read: what Replay takes.
struct DecodedRecord {
  CatalogVersion version;
  Sha256Hash hash;
  VersionedUpdate update;
};
// Any thread, also ahead of the replay.
//   DAMAGED, NEWER_FORMAT  names the version and the entry
absl::StatusOr<DecodedRecord> Decode(const LogRecord& record);

// Makes versions in a store, one record at a time. One thread at a time.
class Replay {
 public:
  explicit Replay(std::shared_ptr<VersionedStore> store) : store_(std::move(store)) {}

  struct Step {
    ReplayHead head;
    Delta delta;
  };
  // Checks that the record continues head(), applies it, installs and activates the
  // version.
  //   DAMAGED  names the version and the entry; nothing was installed
  absl::StatusOr<Step> Next(DecodedRecord record);
  // Decodes it first.
  absl::StatusOr<Step> Next(const LogRecord& record);
  // Installs and activates a version that is known already: the same record was decoded,
  // and ApplyNext was ok of it after head().
  void Next(const Step& step);

  // Jumps to a snapshot; the records after it come next.
  absl::Status Rebase(const Snapshot& snapshot);

  const ReplayHead& head() const { return head_; }
  const std::shared_ptr<VersionedStore>& store() const { return store_; }

 private:
  const std::shared_ptr<VersionedStore> store_;
  ReplayHead head_;
};

// Told of each version that a replay has made.
using ReplayProgress = std::function<void(CatalogVersion)>;

// The versions of `log` up to `version` and no further: what lies above is neither
// read nor checked.
//   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND, DAMAGED, NEWER_FORMAT
absl::StatusOr<std::shared_ptr<VersionedStore>> ReplayUpTo(UpdateLog& log, CatalogVersion version,
                                                           const ReplayProgress& progress = {});

// The versions of a log that can be made, and what is in the way of the next one.
struct SoundPart {
  std::shared_ptr<VersionedStore> versions;  // Up to `last`.
  CatalogVersion last;                       // 0: no version can be made.
  absl::Status damage;                       // OK: `last` is the head.
};
// Replays `log` as far as that goes, with every check of a recovery.
SoundPart ReplaySoundPart(UpdateLog& log, const ReplayProgress& progress = {});

}  // namespace annals
