#pragma once

// What was typed before, kept from session to session in a file that its owner alone can
// read. One entry a line, the newest last, and not many of them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace annals::cli {

inline constexpr size_t kHistoryEntries = 1000;

// Where it lies: annals/history in $XDG_STATE_HOME, else ~/.annals_history. Nothing without
// either; null is a variable that is not set. Pure.
std::optional<std::string> HistoryPath(const char* state_home, const char* home);

// The lines of a statement as entries: one, where the statement is the same on one line,
// which is not so where a quote or a comment ends with a line. Pure.
std::vector<std::string> HistoryEntries(const std::vector<std::string>& lines);

class HistoryFile {
 public:
  explicit HistoryFile(std::string path) : path_(std::move(path)) {}

  // The entries, oldest first; none where there is no file, or something that is none, as a
  // pipe or a device. Takes the oldest ones away from a file that has become long.
  std::vector<std::string> Load() const;
  // Makes the file, and the folder that it lies in, if they are missing.
  //   IO_ERROR
  absl::Status Append(const std::vector<std::string>& entries) const;

 private:
  const std::string path_;
};

}  // namespace annals::cli
