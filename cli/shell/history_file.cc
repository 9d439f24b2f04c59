#include "annals/cli/shell/history_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kMostEntryBytes = 16 << 10;
constexpr std::streamoff kMostFileBytes = 1 << 20;

bool KeepsItsMeaning(std::string_view line) {
  return line.find("--") == std::string_view::npos && std::ranges::count(line, '\'') % 2 == 0 &&
         std::ranges::count(line, '"') % 2 == 0;
}

// Writes `text` to a file that nobody else can read.
bool WritePrivately(const std::string& path, int flags, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (file < 0) return false;
  ::fchmod(file, 0600);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(file) == 0 && written;
}

std::string LinesOf(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) {
    if (entry.size() <= kMostEntryBytes) absl::StrAppend(&text, entry, "\n");
  }
  return text;
}

}  // namespace

std::optional<std::string> HistoryPath(const char* state_home, const char* home) {
  const auto is_path = [](const char* text) { return text != nullptr && *text == '/'; };
  if (is_path(state_home)) return absl::StrCat(state_home, "/annals/history");
  if (is_path(home)) return absl::StrCat(home, "/.annals_history");
  return std::nullopt;
}

std::vector<std::string> HistoryEntries(const std::vector<std::string>& lines) {
  if (!std::ranges::all_of(lines, KeepsItsMeaning)) return lines;
  std::string joined;
  for (const std::string& line : lines) {
    const size_t begin = joined.empty() ? 0 : std::min(line.find_first_not_of(" \t"), line.size());
    if (!joined.empty() && begin < line.size()) joined += ' ';
    joined += line.substr(begin);
  }
  if (joined.empty()) return {};
  return {std::move(joined)};
}

std::vector<std::string> HistoryFile::Load() const {
  std::ifstream file(path_, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const std::streamoff size = file.tellg();
  const std::streamoff begin = std::max<std::streamoff>(size - kMostFileBytes, 0);
  file.seekg(begin);
  std::string text(static_cast<size_t>(size - begin), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  std::vector<std::string> entries = absl::StrSplit(text, '\n', absl::SkipEmpty());
  if (begin > 0 && !entries.empty()) entries.erase(entries.begin());  // Half of one.
  const bool is_long = begin > 0 || entries.size() > 2 * kHistoryEntries;
  if (entries.size() > kHistoryEntries) {
    entries.erase(entries.begin(), entries.end() - kHistoryEntries);
  }
  // In one step, so that a shell beside this one finds the old file or the new one.
  const std::string shorter = path_ + ".new";
  if (is_long && WritePrivately(shorter, O_TRUNC, LinesOf(entries))) {
    std::rename(shorter.c_str(), path_.c_str());
  }
  return entries;
}

absl::Status HistoryFile::Append(const std::vector<std::string>& entries) const {
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const std::string above = std::filesystem::path(folder).parent_path().string();
  ::mkdir(above.c_str(), 0700);
  ::mkdir(folder.c_str(), 0700);
  if (WritePrivately(path_, O_APPEND, LinesOf(entries))) return absl::OkStatus();
  return MakeError(Reason::IO_ERROR,
                   absl::StrCat("cannot write ", path_, ": ", std::strerror(errno)));
}

}  // namespace annals::cli
