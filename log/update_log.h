#pragma once

// The catalog's only truth: one record for every version from the earliest that
// can still be read to the newest. All else is rebuilt from it. The interface
// serves logs on one disk and logs that several writers share; nothing above it
// may assume that the next record is its own.
//
// A log is thread-safe. Sinks are called by one thread at a time, in order.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/log/record.h"
#include "annals/schemas/ids.h"
#include "annals/schemas/status.h"

namespace annals {

// A record on its way into the log, sealed by the caller for the store, version
// and chain that it goes to.
struct PendingRecord {
  CatalogVersion version;
  CommitId commit_id;
  std::string bytes;
};

// A record that the log holds, checked: whole, of this store, in its place, and
// linked to the one before.
struct LogRecord {
  CatalogVersion version;
  Sha256Hash hash;  // Of this version.
  CommitId commit_id;
  std::string_view payload;  // 8-byte aligned; valid during the call only.
};

// What an append came to.
struct AppendResult {
  enum class Outcome {
    kCommitted,  // Durable, and given to the sinks if the log is synchronous.
    kConflict,   // Another writer was first; nothing was written. Plan again on `head`.
    kUnknown,    // The records may or may not be in the log. Nobody may retry blindly.
    kRefused,    // Nothing was written, and `status` says why.
  };
  Outcome outcome = Outcome::kRefused;
  CatalogVersion head;  // kConflict: the head that was found.
  absl::Status status;  // kUnknown and kRefused: what the caller is told.
};

// Told of everything that happens to a log, in order, by one thread at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // The next version. Our own appends arrive here too. An error ends the
  // subscription and is what Subscribe, or Append's `status`, returns.
  virtual absl::Status OnRecord(const LogRecord& record) = 0;
  // Versions below `snapshot` are gone from the log.
  virtual void OnSnapshotMoved(CatalogVersion /*snapshot*/) {}
  // The next version that the sink waits for was truncated before it could be
  // read. The subscription has ended: load the snapshot of `earliest` and
  // subscribe again from the version after it.
  virtual void OnLagged(CatalogVersion earliest) = 0;
  // The log will say nothing more. OK if it was closed by its owner.
  virtual void OnClosed(const absl::Status& /*status*/) {}
};

class UpdateLog {
 public:
  struct HeadInfo {
    StoreUuid store;
    CatalogVersion version;   // The newest; 0 while the log is empty.
    CatalogVersion snapshot;  // The earliest that can be read; 0 while nothing was truncated.
  };
  struct Capabilities {
    uint64_t max_record_bytes = 64ull << 20;
    size_t max_batch_records = 64;
    // Nobody else appends while this log is open.
    bool single_writer = true;
    // Append gives the records to the sinks before it returns.
    bool synchronous = true;
  };

  virtual ~UpdateLog() = default;

  virtual HeadInfo Head() const = 0;
  virtual Capabilities capabilities() const = 0;

  // Appends consecutive records, the first of them `expected_head` + 1, all or
  // none, durably, in one sync. A record whose chain does not follow the head's
  // hash is kRefused.
  virtual AppendResult Append(std::span<const PendingRecord> records, CatalogVersion expected_head,
                              absl::Time deadline) = 0;

  // Whether `commit_id` made `version`: after kUnknown, where the log can tell.
  //   OUTCOME_UNKNOWN  it can't (now, or before the log is opened again)
  virtual absl::StatusOr<bool> Outcome(CommitId commit_id, CatalogVersion version) const = 0;

  // Gives `sink` every record from `from` on, for ever: those that are there
  // before this returns (with every check of the format, so this is recovery),
  // later ones as they come. `sink` stays the caller's; Unsubscribe before it
  // goes away. One sink at a time.
  //   DAMAGED          a record is damaged, missing or out of place; names key,
  //                    version, expected and found
  //   NEWER_FORMAT     a newer release wrote it
  //   OnLagged         is called, and OK returned, if `from` is truncated
  virtual absl::Status Subscribe(CatalogVersion from, LogSink* sink) = 0;
  // No call to the sink happens after this returned. Not from inside the sink.
  virtual void Unsubscribe() = 0;

  // The bytes under `catalog.update.<version>` as they are: an update record, or
  // the root of a snapshot. Unchecked; OpenRecord and VerifyRecord check.
  //   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND, DAMAGED (should be there)
  virtual absl::StatusOr<std::string> ReadRecord(CatalogVersion version) const = 0;

  // All versions around `version` that should be in the log and have no record, so
  // that a gap of any size is one thing to tell; nothing if `version` has its record.
  struct VersionRange {
    CatalogVersion first;
    CatalogVersion last;
  };
  virtual std::optional<VersionRange> GapAt(CatalogVersion /*version*/) const {
    return std::nullopt;
  }

  // Chunk `number` of attempt `attempt` (32 hex digits) to snapshot `snapshot`,
  // as it was put; unchecked.
  virtual absl::StatusOr<std::string> ReadChunk(CatalogVersion snapshot, std::string_view attempt,
                                                uint32_t number) const = 0;

  // For inspectors: calls `visit` for every key from `first` on, ours or not, in their
  // order, with its bytes, unchecked. An error that `visit` returns ends the walk.
  //   NOT_SUPPORTED  this kind of log does not show its keys
  using VisitKey = absl::FunctionRef<absl::Status(std::string_view key, std::string_view bytes)>;
  virtual absl::Status ForEachKey(std::string_view /*first*/, VisitKey /*visit*/) const {
    return MakeError(Reason::NOT_SUPPORTED, "this kind of log does not show its keys");
  }

  // Stores a chunk of a snapshot that no root speaks of yet. Chunks of an attempt come in
  // the order of their numbers, one attempt after the other, and none need be there, let
  // alone be durable, before InstallRoot of that attempt returned. An error changes nothing
  // for anybody else: the attempt is to be given up.
  //   READ_ONLY, DISK_FULL, IO_ERROR
  //   INVALID_REQUEST  it is not the next of its attempt
  virtual absl::Status PutChunk(CatalogVersion snapshot, std::string_view attempt, uint32_t number,
                                std::string_view bytes) = 0;

  // In one atomic step puts `root` over `catalog.update.<snapshot>`, makes
  // `snapshot` the earliest version, and drops all records and chunks below it
  // and other attempts at it. Sinks then hear OnSnapshotMoved.
  //   VERSION_CONFLICT           the snapshot of the log is not `expected_snapshot`
  //   INVALID_REQUEST            a chunk of the attempt was refused, or another attempt
  //                              began after it
  //   CATALOG_VERSION_NOT_FOUND  `snapshot` is above the head
  virtual absl::Status InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                                   std::string_view attempt, std::string_view root) = 0;

  // Makes an empty log begin with the snapshot of another one: puts `root`, sealed for
  // this store, in the place of `snapshot`, which is the head then. Its chunks were put
  // before. Nobody subscribes yet.
  //   VERSION_CONFLICT  the log is not empty
  //   NOT_SUPPORTED     this kind of log begins with version 1
  virtual absl::Status BeginAt(CatalogVersion /*snapshot*/, std::string_view /*attempt*/,
                               std::string_view /*root*/) {
    return MakeError(Reason::NOT_SUPPORTED, "this kind of log begins with version 1");
  }

  // Makes a consistent copy of the log that can be opened by itself, in
  // `directory`, which must not exist yet.
  //   BACKUP_EXISTS  it does exist
  //   NOT_SUPPORTED  this kind of log has no copies
  virtual absl::Status Backup(std::string_view directory) = 0;

  // What the log noticed when it was opened and what is no error, such as an
  // absent mark. One line each.
  virtual std::span<const std::string> warnings() const = 0;

  // What the mark beside the log was worth when the log was opened. One line each.
  struct MarkState {
    std::string problem;  // Why it is no use, or only half; empty if it is whole.
    std::string loss;     // What it knows to be acknowledged, and the log does not have.
  };
  virtual MarkState mark() const { return {}; }

  // The loss of acknowledged versions that the opening accepted; empty if there is
  // none. The next append should record it. One line.
  virtual std::string_view accepted_loss() const { return {}; }
};

}  // namespace annals
