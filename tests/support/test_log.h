#pragma once

// What tests of logs, and of what lives on logs, need all the time: a writer that
// seals records which follow one another, and a sink that writes down what it is
// told.

#include <string>
#include <string_view>
#include <vector>

#include "annals/log/chain.h"
#include "annals/log/update_log.h"

namespace annals {

// Seals records for one log, each the next of the one before.
class RecordWriter {
 public:
  explicit RecordWriter(const StoreUuid& store, const LogPosition& at = {})
      : store_(store), at_(at) {}

  const LogPosition& position() const { return at_; }

  // The record after position(), which moves there.
  PendingRecord Next(std::string_view payload);
  // The record after position(), which stays where it is.
  PendingRecord Peek(std::string_view payload) const;

 private:
  StoreUuid store_;
  LogPosition at_;
};

// The root of a snapshot at `at`, whose update record is `update`. The payload
// has `update` in it, as a real one has.
std::string SealRoot(const StoreUuid& store, const LogPosition& at, CommitId attempt,
                     std::string_view update);

// Keeps what it hears as lines: "record 3 payload", "snapshot 2", "lagged 5",
// "closed OK". Read `lines` while nobody delivers.
class RecordingSink final : public LogSink {
 public:
  absl::Status OnRecord(const LogRecord& record) override;
  void OnSnapshotMoved(CatalogVersion snapshot) override;
  void OnLagged(CatalogVersion earliest) override;
  void OnClosed(const absl::Status& status) override;

  std::vector<std::string> lines;
  LogPosition position;         // Of the last record.
  std::vector<LogRecord> seen;  // Without their payloads.
  absl::Status answer;          // What OnRecord returns.
  bool misaligned = false;      // Whether any payload was.
};

}  // namespace annals
