#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "annals/engine/mirror/files_internal.h"
#include "annals/schemas/status.h"

namespace annals::mirror {
namespace {

// No object's file begins with a dot, so these are nobody else's.
constexpr const char* kTemporary = ".annals-mirror.tmp";
constexpr const char* kProbe = ".annals-probe.tmp";
constexpr const char* kProbeInCapitals = ".ANNALS-PROBE.TMP";

absl::Status IoError(const std::string& path, std::string_view what, int error) {
  return MakeError(
      error == ENOSPC || error == EDQUOT ? Reason::DISK_FULL : Reason::IO_ERROR,
      absl::StrCat(path, ": ", ToAbsl(what), ": ", std::generic_category().message(error)));
}

// A file that is closed in any case.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : file_(::open(path.c_str(), flags, 0644)) {}
  ~OpenFile() {
    if (file_ != -1) ::close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int get() const { return file_; }
  bool ok() const { return file_ != -1; }

 private:
  const int file_;
};

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status WriteNew(const std::string& path, std::string_view text) {
  const OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
  if (!file.ok()) return IoError(path, "cannot be made", errno);
  if (!WriteAll(file.get(), text)) return IoError(path, "cannot be written", errno);
  if (::fsync(file.get()) != 0) return IoError(path, "cannot be made durable", errno);
  return absl::OkStatus();
}

}  // namespace

absl::Status MakeDirectory(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) {
    const OpenFile opened(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return opened.ok() ? absl::OkStatus() : IoError(directory, "cannot be opened", errno);
  }
  return IoError(directory, "cannot be made", errno);
}

absl::StatusOr<bool> FoldsCase(const std::string& directory) {
  const std::string probe = absl::StrCat(directory, "/", kProbe);
  ANNALS_RETURN_IF_ERROR(WriteNew(probe, ""));
  const std::string other = absl::StrCat(directory, "/", kProbeInCapitals);
  const bool folds = ::access(other.c_str(), F_OK) == 0;
  ANNALS_RETURN_IF_ERROR(RemoveFile(directory, kProbe));
  return folds;
}

absl::StatusOr<std::vector<std::string>> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    std::error_code ignored;  // It is gone by now, or leads nowhere.
    const bool hidden = name.starts_with('.');
    if (!hidden && at->is_regular_file(ignored)) names.push_back(std::move(name));
  }
  if (error) return IoError(directory, "cannot be read", error.value());
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most) {
  // Without waiting, should it be a pipe by now.
  const OpenFile file(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (!file.ok()) return IoError(path, "cannot be opened", errno);
  std::string text;
  std::array<char, size_t{1} << 14> bytes;
  while (text.size() <= most) {
    const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError(path, "cannot be read", errno);
    if (got == 0) break;
    text.append(bytes.data(), static_cast<size_t>(got));
  }
  return text;
}

absl::Status ReplaceFile(const std::string& directory, const std::string& name,
                         const std::string& text) {
  const std::string temporary = absl::StrCat(directory, "/", kTemporary);
  const std::string path = absl::StrCat(directory, "/", name);
  const absl::Status written = WriteNew(temporary, text);
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) == 0) return written;
  const int error = errno;
  ::unlink(temporary.c_str());
  return written.ok() ? IoError(path, "cannot be put in place", error) : written;
}

absl::Status RemoveFile(const std::string& directory, const std::string& name) {
  const std::string path = absl::StrCat(directory, "/", name);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return IoError(path, "cannot be removed", errno);
}

absl::Status SyncDirectory(const std::string& directory) {
  const OpenFile opened(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!opened.ok()) return IoError(directory, "cannot be opened", errno);
  return ::fsync(opened.get()) == 0 ? absl::OkStatus()
                                    : IoError(directory, "cannot be made durable", errno);
}

}  // namespace annals::mirror
