#pragma once

// The log that lives in one place and has one writer: every rule of the update
// log over a map of keys to bytes. What differs between memory and RocksDB is in
// the map (log/storage_internal.h).
//
// Writers take turns, and the sink is told while a writer has its turn, so the
// sink hears everything in order and may read the log, but not write to it.

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "annals/log/chain.h"
#include "annals/log/storage_internal.h"
#include "annals/log/update_log.h"

namespace annals {

enum class LogAccess {
  kWrite,
  kRead,     // Writes nothing at all.
  kSalvage,  // As kRead. What kRead refuses is a warning; what can be read, is.
};

class LocalLog final : public UpdateLog {
 public:
  // Makes an empty log with the UUID `store`.
  // REQUIRES: `storage` is empty.
  static absl::Status Create(LogStorage* storage, const StoreUuid& store = StoreUuid::Random());

  // Checks all but the records between the snapshot and the head, which
  // Subscribe checks. Changes nothing.
  //   NOT_A_STORE            there is something else in `storage`
  //   STORE_NOT_FOUND        there is nothing in it
  //   DAMAGED, NEWER_FORMAT  as Subscribe
  static absl::StatusOr<std::unique_ptr<LocalLog>> Open(std::unique_ptr<LogStorage> storage,
                                                        LogAccess access);

  ~LocalLog() override;
  LocalLog(const LocalLog&) = delete;
  LocalLog& operator=(const LocalLog&) = delete;

  // Whether any chunk of the snapshot is there, or there is nothing that says where to look.
  bool HasChunks() const;

  // Deletes what snapshots that were cut off have left behind.
  absl::Status SweepChunks();

  // The place of `version`; nothing if it is truncated or above the head.
  absl::StatusOr<std::optional<LogPosition>> PositionAt(CatalogVersion version) const;

  // One that is there already is not said again. REQUIRES: nobody else sees the log.
  void AddWarning(std::string warning);
  // What mark() says; its problem is a warning too. REQUIRES: as AddWarning.
  void SetMark(MarkState mark);
  // The same of accepted_loss(), which is a warning too.
  void AcceptLoss(std::string loss);

  HeadInfo Head() const override;
  LogPosition HeadPosition() const;
  Capabilities capabilities() const override { return {}; }
  AppendResult Append(std::span<const PendingRecord> records, CatalogVersion expected_head,
                      absl::Time deadline) override;
  absl::StatusOr<bool> Outcome(CommitId commit_id, CatalogVersion version) const override;
  absl::Status Subscribe(CatalogVersion from, LogSink* sink) override;
  void Unsubscribe() override;
  absl::StatusOr<std::string> ReadRecord(CatalogVersion version) const override;
  std::optional<VersionRange> GapAt(CatalogVersion version) const override;
  absl::StatusOr<std::string> ReadChunk(CatalogVersion snapshot, std::string_view attempt,
                                        uint32_t number) const override;
  absl::Status ForEachKey(std::string_view first, VisitKey visit) const override;
  absl::Status PutChunk(CatalogVersion snapshot, std::string_view attempt, uint32_t number,
                        std::string_view bytes) override;
  absl::Status InstallRoot(CatalogVersion snapshot, CatalogVersion expected_snapshot,
                           std::string_view attempt, std::string_view root) override;
  absl::Status BeginAt(CatalogVersion snapshot, std::string_view attempt,
                       std::string_view root) override;
  absl::Status Backup(std::string_view directory) override;
  std::span<const std::string> warnings() const override { return warnings_; }
  MarkState mark() const override { return mark_; }
  std::string_view accepted_loss() const override { return accepted_loss_; }

 private:
  // What a reader may know while a writer is at work.
  struct State {
    LogPosition head;
    CatalogVersion snapshot;
    absl::Status broken;  // Set once, by the first write whose outcome is unknown.
  };

  LocalLog(std::unique_ptr<LogStorage> storage, LogAccess access, const StoreUuid& store)
      : storage_(std::move(storage)), access_(access), store_(store) {}

  absl::Status ReadState();
  void SalvageState();
  CatalogVersion SalvagedSnapshot(CatalogVersion first, bool first_is_root) const;
  CatalogVersion NewestInOnePiece(CatalogVersion version) const;
  bool IsGap(CatalogVersion first, CatalogVersion last) const;
  absl::Status CheckRootThere() const;
  absl::Status CheckNoRootFirst() const;
  absl::Status CheckNothingOutside() const;

  // The chunks of a snapshot that wait for their root.
  struct Chunks {
    CatalogVersion snapshot;
    std::string attempt;
    uint32_t count = 0;
    std::unique_ptr<BulkWriter> writer;

    bool AreOf(CatalogVersion s, std::string_view a) const {
      return writer != nullptr && snapshot == s && attempt == a;
    }
  };

  State Now() const;
  absl::Status CheckWritable() const;
  absl::Status WriteRecords(std::span<const PendingRecord> records);
  void BeginChunks(CatalogVersion snapshot, std::string_view attempt);
  void GiveUpChunks();
  absl::Status FinishChunks(CatalogVersion snapshot, std::string_view attempt);
  absl::Status Break(std::string_view what, const absl::Status& cause);
  absl::Status Deliver(std::span<const LogRecord> records);
  absl::Status Replay(CatalogVersion from, LogSink* sink) const;

  const std::unique_ptr<LogStorage> storage_;
  const LogAccess access_;
  const StoreUuid store_;
  // Complete before anybody else sees the log.
  std::vector<std::string> warnings_;
  MarkState mark_;
  std::string accepted_loss_;

  // Held, before writing_, while a snapshot's chunks and its root enter the storage, and
  // while that is copied: a copy has both or neither.
  std::mutex snapshotting_;
  Chunks chunks_;                      // Guarded by snapshotting_.
  std::vector<std::string> given_up_;  // Attempts that can have no root. Guarded likewise.

  std::mutex writing_;       // Held by whoever writes or replays, calls to the sink included.
  LogSink* sink_ = nullptr;  // The subscriber's. Guarded by writing_.

  mutable std::mutex state_mu_;  // Also inside writing_; for moments, or while a root is put.
  State state_;                  // Guarded by state_mu_; changed inside writing_ only.
};

}  // namespace annals
