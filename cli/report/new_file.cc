#include "annals/cli/report/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::Status Failure(std::string_view path, int error) {
  return MakeError(error == ENOSPC || error == EDQUOT ? Reason::DISK_FULL : Reason::IO_ERROR,
                   absl::StrCat("cannot write ", Visible(path), ": ", std::strerror(error)));
}

// The errno of a failure, else 0. Closes `file`.
int WriteAndClose(int file, std::string_view text) {
  int error = 0;
  while (error == 0 && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

// What a file gets that is made in the ordinary way; there is no other way to ask.
mode_t UsualMode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// Where `path` leads: a link stays, and the file behind it is the one that is written.
std::string Target(const std::string& path) {
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target = resolved;
  ::free(resolved);
  return target;
}

}  // namespace

absl::Status WriteNewFile(const std::string& path, std::string_view text) {
  const std::string target = Target(path);
  struct stat there {};
  if (::stat(target.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    const int file = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    const int error = file < 0 ? errno : WriteAndClose(file, text);
    return error == 0 ? absl::OkStatus() : Failure(path, error);
  }
  std::string temporary = target + ".XXXXXX";
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return Failure(path, errno);
  ::fchmod(file, UsualMode());
  int error = WriteAndClose(file, text);
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  ::unlink(temporary.c_str());
  return Failure(path, error);
}

}  // namespace annals::cli
