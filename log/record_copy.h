#pragma once

// Records of one log on their way into another that goes on from a given place: what
// they say, when and by whom stays; store and chain become those of the new log. The
// caller has checked that they follow one another. One thread.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "annals/log/chain.h"
#include "annals/log/update_log.h"

namespace annals {

class RecordCopier {
 public:
  // Appends to `to`, which must outlive this and whose head is at `at`; {}: it is empty.
  explicit RecordCopier(UpdateLog& to, const LogPosition& at = {}) : to_(to), at_(at) {}

  // The next record, an update. It is in the log after Flush at the latest: until there
  // is a batch of them, records wait.
  //   as UpdateLog::Append
  absl::Status Add(const RecordView& record);
  absl::Status Flush();

  // Of the last record that was added.
  const LogPosition& position() const { return at_; }

 private:
  UpdateLog& to_;
  LogPosition at_;
  std::vector<PendingRecord> waiting_;
  uint64_t waiting_bytes_ = 0;
};

}  // namespace annals
