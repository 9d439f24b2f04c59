#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/log/rocksdb/rocksdb_status_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// RocksDB has no code for this. The first is another process, the second is ours.
bool IsLocked(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (absl::StrContains(text, "While lock file") ||
                                absl::StrContains(text, "lock hold by current process"));
}

Reason ReasonFor(const rocksdb::Status& status) {
  if (status.IsCorruption()) return Reason::DAMAGED;
  if (status.IsNoSpace()) return Reason::DISK_FULL;
  if (IsLocked(status)) return Reason::STORE_LOCKED;
  return Reason::IO_ERROR;
}

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  return MakeError(ReasonFor(status), absl::StrCat(ToAbsl(doing), ": ", status.ToString()));
}

}  // namespace annals
