#pragma once

// The versions of a log, one after the other, as `log` and `tail` write them. One thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "annals/cli/console.h"
#include "annals/cli/text_table.h"
#include "annals/cli/verb.h"
#include "annals/log/update_log.h"
#include "annals/snapshot/history.h"

namespace annals::cli {

// At most so many characters of a message or statement stand on a line.
inline constexpr size_t kTitleWidth = 100;

// How many versions -n allows; `otherwise` without it.
//   INVALID_REQUEST  it is no number
absl::StatusOr<uint64_t> ReadCount(const Arguments& arguments, uint64_t otherwise);

// Writes versions one after the other.
class LogWriter {
 public:
  // `form`: "table"; "oneline", number, time and message; "stat", the same and each entry;
  // "json", one array; "jsonl", one object a line.
  LogWriter(std::string form, Console& console);

  void Write(CatalogVersion version, const UpdateRecord& record);
  void Finish();

 private:
  void WriteJson(CatalogVersion version, const UpdateRecord& record);

  const std::string form_;
  Console& console_;
  TextTable table_{{"VERSION", "TIME", "AUTHOR", "MESSAGE", "CHANGES"}};
  size_t count_ = 0;
};

// The versions to write.
struct WantedVersions {
  uint64_t first = 1;
  uint64_t last = 0;
  // Only these of them, if an object is asked for.
  std::optional<std::set<uint64_t>> only;

  bool Includes(uint64_t version) const { return !only || only->contains(version); }
};

// Writes what there is of `log`, one way or the other; what cannot be read is told, and
// the others can still be shown.
class LogWalk {
 public:
  // All must outlive the walk.
  LogWalk(const UpdateLog& log, LogWriter& writer, Console& console)
      : log_(log), records_(log), writer_(writer), console_(console) {}

  // Tells of `wanted`, newest first unless `reverse`.
  ExitCode Walk(const WantedVersions& wanted, bool reverse);

 private:
  ExitCode WalkOnly(const std::set<uint64_t>& versions, bool reverse);
  // Tells of `version`, or of the whole gap that it lies in. Which versions these were.
  UpdateLog::VersionRange Tell(CatalogVersion version);

  const UpdateLog& log_;
  LinkedReader records_;
  LogWriter& writer_;
  Console& console_;
  ExitCode code_ = ExitCode::kDone;
};

}  // namespace annals::cli
