#include "annals/cli/console.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kMuch = 64 << 10;

// Writes all of `text`; the errno of a failure, else 0.
int WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Somebody who shares the terminal has made it so; there is nothing else to do.
      pollfd ready{.fd = file, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void Console::Print(std::string_view text) {
  if (!working()) return;
  pending_ += text;
  if (pending_.size() >= kMuch) Flush();
}

void Console::PrintExact(std::string_view text) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  Print(terminal ? VisibleLines(text) : std::string(text));
}

bool Console::Flush() {
  if (working()) {
    const int error = WriteAll(STDOUT_FILENO, pending_);
    closed_ = error == EPIPE;
    error_ = closed_ ? 0 : error;
  }
  pending_.clear();
  return working();
}

// What cannot be said on standard error cannot be said at all.
void Console::Say(std::string_view text) { WriteAll(STDERR_FILENO, text); }

void Console::Error(std::string_view message) {
  Flush();  // So that what was done stands before what was not.
  Say(absl::StrCat("annals: ", VisibleLines(message), "\n"));
}

void Console::Warning(std::string_view message) {
  Say(absl::StrCat("annals: warning: ", VisibleLines(message), "\n"));
}

void Console::Note(std::string_view message) {
  Say(absl::StrCat("annals: note: ", VisibleLines(message), "\n"));
}

ExitCode Console::Fail(const absl::Status& status, ExitCode code) {
  Error(MessageOf(status));
  return code;
}

ExitCode Console::UsageError(std::string_view message) {
  Error(message);
  return ExitCode::kUsage;
}

ExitCode Console::Finish(ExitCode code) {
  Flush();
  if (error_ == 0) return code;
  Error(absl::StrCat("cannot write to standard output: ", std::strerror(error_)));
  return code == ExitCode::kDone ? ExitCode::kRefused : code;
}

std::string MessageOf(const absl::Status& status) {
  const std::optional<Reason> reason = ReasonOf(status);
  const std::string message(ToStd(status.message()));
  if (!reason.has_value()) return message;
  // Before the excerpt that some messages end with.
  const size_t line_end = std::min(message.find('\n'), message.size());
  return absl::StrCat(message.substr(0, line_end), " (", ToAbsl(ReasonName(*reason)), ")",
                      message.substr(line_end));
}

}  // namespace annals::cli
