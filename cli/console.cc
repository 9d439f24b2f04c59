#include "annals/cli/console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
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

std::string_view Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool IsTerminal(int file) { return ::isatty(file) == 1; }

bool WantsColors(int file) {
  return IsTerminal(file) && Environment("NO_COLOR").empty() && Environment("TERM") != "dumb";
}

// What to run as a pager; empty for none.
std::string PagerCommand() {
  for (const char* const name : {"ANNALS_PAGER", "PAGER"}) {
    if (std::getenv(name) == nullptr) continue;
    const std::string_view command = Environment(name);
    return command == "cat" ? "" : std::string(command);
  }
  return "less";
}

std::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kVersion:
    case Style::kChanged:
      return "\x1b[33m";
    case Style::kAdded:
    case Style::kGood:
      return "\x1b[32m";
    case Style::kRemoved:
    case Style::kBad:
      return "\x1b[31m";
  }
  return "";
}

std::string Painted(Style style, std::string_view text) {
  return absl::StrCat(ToAbsl(CodeOf(style)), ToAbsl(text), "\x1b[m");
}

// The child of StartPager: becomes the pager, fed from `input`.
[[noreturn]] void BecomePager(int input, const char* command) {
  ::dup2(input, STDIN_FILENO);
  std::signal(SIGPIPE, SIG_DFL);
  // One screen or less is shown as if there were no pager, and colours as colours.
  ::setenv("LESS", "FRX", 0);
  ::execl("/bin/sh", "sh", "-c", command, nullptr);
  ::_exit(127);
}

}  // namespace

Console::Console() : seen_(IsTerminal(STDOUT_FILENO)) {}

Console::~Console() { EndPager(); }

void Console::SetColors(Colors colors) {
  colored_ = colors == Colors::kAlways || (colors == Colors::kAuto && WantsColors(STDOUT_FILENO));
}

void Console::StartPager() {
  const std::string command = PagerCommand();
  int ends[2];
  if (!seen_ || command.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return;
  pager_ = ::fork();
  if (pager_ == 0) BecomePager(ends[0], command.c_str());
  // A machine that can start no process shows the text without one.
  if (pager_ > 0) ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[0]);
  ::close(ends[1]);
}

// The pager sees the end of its input, and the terminal is ours again once it is gone.
void Console::EndPager() {
  if (pager_ <= 0) return;
  ::close(STDOUT_FILENO);
  while (::waitpid(pager_, nullptr, 0) < 0 && errno == EINTR) continue;
  pager_ = -1;
}

std::string Console::Styled(Style style, std::string_view text) const {
  return colored_ && !text.empty() ? Painted(style, text) : std::string(text);
}

bool Console::errors_are_seen() { return IsTerminal(STDERR_FILENO); }

void Console::OverwriteLine(std::string_view text) {
  Say(absl::StrCat("\r", ToAbsl(text), "\x1b[K"));
}

void Console::WipeLine() { Say("\r\x1b[K"); }

void Console::Print(std::string_view text) {
  if (!working()) return;
  pending_ += text;
  if (pending_.size() >= kMuch) Flush();
}

void Console::PrintExact(std::string_view text) {
  Print(seen_ ? VisibleLines(text) : std::string(text));
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

void Console::Damage(std::string_view message) {
  Warning(message);
  damaged_ = true;
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
  EndPager();
  // That there are differences, or warnings, is less.
  const bool fine = code == ExitCode::kDone || code == ExitCode::kRefused;
  if (damaged_ && fine) code = ExitCode::kDamaged;
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
