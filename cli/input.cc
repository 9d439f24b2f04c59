#include "annals/cli/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::Status CannotRead(const std::string& name, int error) {
  return MakeError(Reason::IO_ERROR,
                   absl::StrCat("cannot read ", name, ": ", std::strerror(error)));
}

}  // namespace

Input Input::OfText(std::string text, std::string name) {
  Input input(-1, std::move(name));
  input.text_ = std::move(text);
  return input;
}

Input Input::OfStandardInput() { return Input(STDIN_FILENO, "standard input"); }

absl::StatusOr<Input> Input::OfFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return CannotRead(path, errno);
  Input input(file, path);
  struct stat about {};
  if (::fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) return CannotRead(path, EISDIR);
  return input;
}

Input::Input(Input&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      text_(std::move(other.text_)),
      name_(std::move(other.name_)) {}

Input::~Input() {
  if (file_ > STDERR_FILENO) ::close(file_);
}

absl::StatusOr<std::string> Input::Read() {
  if (file_ < 0) return std::exchange(text_, {});
  std::string bytes(size_t{64} << 10, '\0');
  ssize_t count = 0;
  do {
    count = ::read(file_, bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return CannotRead(name_, errno);
  bytes.resize(static_cast<size_t>(count));
  return bytes;
}

}  // namespace annals::cli
