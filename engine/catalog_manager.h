#pragma once

// The engine: opens a log, rebuilds every version from it, and takes commands. The
// only place with threads, a clock and policy of commits.
//
//   auto manager = annals::CatalogManager::Open({.path = "shop.annals"});
//   auto done = (*manager)->Execute(annals::CreateSchema{.name = "sales"});
//   auto now = (*manager)->Latest();
//
// What returns a status never throws: where memory runs out, it is INTERNAL, and nothing
// was written or changed unless the message says so.
//
// Any thread may call anything, with one exception: Close, and so the destructor, wait
// for listeners, followers and callbacks and cannot be called inside them. Catalogs stay
// valid after the manager is gone.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "annals/commands/command.h"
#include "annals/engine/catalog_service.h"
#include "annals/engine/clock.h"
#include "annals/engine/execute.h"
#include "annals/engine/follower.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/handles.h"
#include "annals/engine/listener.h"
#include "annals/log/log_kinds.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/retention.h"

namespace annals {

struct OpenOptions {
  // The kind of log (log/log_kinds.h): "rocksdb" (a directory, `path`), "memory", or what the
  // host has registered; and the options that this kind takes.
  std::string log = "rocksdb";
  std::string path = {};
  LogOptions log_options = {};
  // Opens what is there beside a live writer; writes nothing at all.
  bool read_only = false;
  bool create_if_missing = true;
  // From a version's timestamp to its activation, where a call does not say.
  absl::Duration delay = absl::ZeroDuration();
  // Snapshots and truncates in the background, on a thread of the manager, at once and then
  // every `min_interval`, while the wall clock can be trusted (it is not where it would be
  // refused for a commit). Versions that are held stay valid; followers that fall behind
  // are told the whole state. Without effect on who only reads.
  Retention retention = {};
  // Go on although versions that were acknowledged are missing. The loss is
  // recorded in the log. For `annals repair`.
  bool accept_loss = false;
  // What was done to the log before it was opened; recorded in it, in a version without
  // changes. One line; empty: nothing. For `annals repair`.
  std::string repair_note = {};
  // Types of catalogs that nobody registered (catalog/kind.h) are refused, UNKNOWN_TYPE.
  bool require_registered_types = false;
  // 2: a long log is read and decoded on a thread of its own while its versions are made.
  // 1: opening starts no such thread.
  int recovery_threads = 2;
  // How handles of objects are made (engine/handles/factory.h). None: there are no handles.
  std::vector<Factory> factories = {};
  // The names of catalogs whose handles are built by opening. What cannot be built is tried
  // again, and does not keep the catalog from being opened.
  std::vector<std::string> preload = {};
  // Must outlive the manager; null: the machine's.
  const Clock* clock = nullptr;
};

class CatalogManager : public CatalogService {
 public:
  // Opens the log and rebuilds all versions. An empty log gets version 1: the
  // schemas PUBLIC and SYSTEM.
  //   STORE_NOT_FOUND, NOT_A_STORE, STORE_LOCKED, IO_ERROR
  //   INVALID_VALUE  of `retention`, or one of `factories`; or there is no such kind of log, or it
  //                  takes no such option
  //   DAMAGED        names key, version, what was found and what was expected
  //   LOST_VERSIONS  names the acknowledged versions that are missing
  //   NEWER_FORMAT   a newer release wrote it
  static absl::StatusOr<std::unique_ptr<CatalogManager>> Open(const OpenOptions& options);
  // The same on a log that the caller made.
  static absl::StatusOr<std::unique_ptr<CatalogManager>> Open(std::unique_ptr<UpdateLog> log,
                                                              const OpenOptions& options);

  // Executes one command, or several as one version, all or nothing. Returns when
  // the version is durable, applied, its listeners have run, and it is active. A
  // refusal, too, comes only when all that it rests on can be seen: who is told that
  // a table exists finds it.
  //   a reason of the command      nothing was written
  //   PREPARE_FAILED, VALIDATION_FAILED, NO_PROBE
  //                                a handle that CREATE or ALTER asks for could not be
  //                                built, or does not work; or VALIDATE has nobody to ask.
  //                                Nothing was written. Other calls are not kept waiting.
  //                                As of all commands, CommandIndexOf (commands/plan.h)
  //                                tells which one
  //   VERSION_CONFLICT             `expected_version` is not the latest
  //   MAX_RETRIES                  other writers were always first; try again
  //   DEADLINE_EXCEEDED            the message says whether the version was written.
  //                                Calls that share an append wait for the log as long
  //                                as the most patient of them
  //   OUTCOME_UNKNOWN              it may or may not be in the log: reopen to learn
  //   EXECUTE_IN_LISTENER, READ_ONLY, CLOSED, CLOCK_BEHIND, CLOCK_JUMP
  virtual absl::StatusOr<ExecuteResult> Execute(CatalogCommand command,
                                                const ExecuteOptions& options = {}) = 0;
  virtual absl::StatusOr<ExecuteResult> Execute(std::vector<CatalogCommand> commands,
                                                const ExecuteOptions& options = {}) = 0;
  // The same without waiting. `done` is called once, and must not throw: on a thread of
  // the manager, or, where the call is refused at the door (CLOSED, READ_ONLY,
  // EXECUTE_IN_LISTENER), before this returns.
  using ExecuteCallback = std::function<void(absl::StatusOr<ExecuteResult>)>;
  virtual void ExecuteAsync(std::vector<CatalogCommand> commands, ExecuteOptions options,
                            ExecuteCallback done) = 0;
  // What Execute would append, without appending it. Nothing is prepared: no handle is built
  // and nobody is asked, so the key that ROTATE KEYS would be given is `a new key` here.
  virtual absl::StatusOr<UpdateEntries> Explain(std::vector<CatalogCommand> commands,
                                                const ExecuteOptions& options = {}) const = 0;

  // See engine/listener.h. The id is for RemoveListener, after which no call of the
  // listener begins or is under way (unless it is the listener that removes itself).
  virtual uint64_t AddListener(Listener listener) = 0;
  virtual void RemoveListener(uint64_t id) = 0;

  // See engine/follower.h. The id is for RemoveFollower, after which no call of the
  // follower begins or is under way (unless this is called inside a follower, or inside a
  // listener, which would keep one that writes waiting).
  //   CATALOG_VERSION_NOT_FOUND  `options.after` is above the latest version
  //   CLOSED
  virtual absl::StatusOr<uint64_t> AddFollower(Follower follower,
                                               const FollowerOptions& options = {}) = 0;
  virtual void RemoveFollower(uint64_t id) = 0;

  // The handles of the objects of this catalog. The manager's.
  virtual Handles& handles() = 0;
  virtual const Handles& handles() const = 0;

  // Writes a snapshot of `version` and truncates everything below it. False: one of
  // that version or a later one exists, or nothing is below.
  //   CATALOG_VERSION_NOT_FOUND, VERSION_NOT_ACTIVE
  virtual absl::StatusOr<bool> Snapshot(CatalogVersion version) = 0;
  // Copies the store, as it is now, to the new directory `directory`.
  virtual absl::Status Backup(std::string_view directory) = 0;

  // What was done for OpenOptions::retention.
  struct RetentionStats {
    uint64_t runs = 0;                           // How often the log was looked at.
    absl::Time last_run = absl::InfinitePast();  // By the manager's clock.
    uint64_t snapshots = 0;
    CatalogVersion last_snapshot;  // Below it all was truncated; 0: nothing was yet.
    // A failed run is made up for by the next one.
    uint64_t failures = 0;
    std::string last_failure;
  };
  struct Stats {
    StoreStats store;
    uint64_t calls_in_queue = 0;  // That wait for their turn to commit, or have it.
    uint64_t recovered_records = 0;
    absl::Duration recovery_time;
    uint64_t listener_failures = 0;
    std::string last_listener_failure;
    std::vector<FollowerStats> followers;  // In the order in which they were added.
    RetentionStats retention;
    std::vector<std::string> warnings;  // From opening the log.
  };
  virtual Stats GetStats() const = 0;

  // Waits for what is under way (though not for its activation), ends followers and the
  // waiting for versions and times, closes handles, and refuses what comes. Called by the
  // destructor.
  virtual void Close() = 0;
};

}  // namespace annals
