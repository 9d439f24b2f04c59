#include "annals/cli/shell/history_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kMostEntryBytes = 16 << 10;
constexpr off_t kMostFileBytes = 1 << 20;

bool KeepsItsMeaning(std::string_view line) {
  return line.find("--") == std::string_view::npos && std::ranges::count(line, '\'') % 2 == 0 &&
         std::ranges::count(line, '"') % 2 == 0;
}

// The file at `path`; -1 if there is none. A pipe, which one might wait for, or a device is
// not opened for long, and left as it is.
int OpenFile(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
  struct stat about {};
  if (file < 0 || (::fstat(file, &about) == 0 && S_ISREG(about.st_mode))) return file;
  ::close(file);
  errno = EINVAL;
  return -1;
}

// Closes `file`, which nobody else can read from here on.
bool WritePrivately(int file, std::string_view text) {
  ::fchmod(file, 0600);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(file) == 0 && written;
}

// In one step, so that a shell beside this one finds the old file or the new one.
void Replace(const std::string& path, std::string_view text) {
  const std::string made = path + ".new";
  const int file = OpenFile(made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (file < 0) return;
  const bool written = WritePrivately(file, text);
  if (!written || std::rename(made.c_str(), path.c_str()) != 0) ::unlink(made.c_str());
}

std::string ReadFrom(int file, off_t begin, size_t size) {
  std::string text(size, '\0');
  size_t count = 0;
  while (count < size) {
    const ssize_t more =
        ::pread(file, &text[count], size - count, begin + static_cast<off_t>(count));
    if (more <= 0) break;
    count += static_cast<size_t>(more);
  }
  text.resize(count);
  return text;
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
  const int file = OpenFile(path_, O_RDONLY);
  if (file < 0) return {};
  const off_t size = std::max<off_t>(::lseek(file, 0, SEEK_END), 0);
  const off_t begin = std::max<off_t>(size - kMostFileBytes, 0);
  const std::string text = ReadFrom(file, begin, static_cast<size_t>(size - begin));
  ::close(file);
  std::vector<std::string> entries = absl::StrSplit(text, '\n', absl::SkipEmpty());
  if (begin > 0 && !entries.empty()) entries.erase(entries.begin());  // Half of one.
  const bool is_long = begin > 0 || entries.size() > 2 * kHistoryEntries;
  if (entries.size() > kHistoryEntries) {
    entries.erase(entries.begin(), entries.end() - kHistoryEntries);
  }
  if (is_long) Replace(path_, LinesOf(entries));
  return entries;
}

absl::Status HistoryFile::Append(const std::vector<std::string>& entries) const {
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const std::string above = std::filesystem::path(folder).parent_path().string();
  ::mkdir(above.c_str(), 0700);
  ::mkdir(folder.c_str(), 0700);
  const int file = OpenFile(path_, O_WRONLY | O_CREAT | O_APPEND);
  if (file >= 0 && WritePrivately(file, LinesOf(entries))) return absl::OkStatus();
  return MakeError(Reason::IO_ERROR,
                   absl::StrCat("cannot write ", path_, ": ", std::strerror(errno)));
}

}  // namespace annals::cli
