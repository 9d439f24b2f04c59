#include "annals/tests/cli/terminal.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace annals {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr winsize kWindow{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};

[[noreturn]] void Become(const std::vector<std::string>& arguments,
                         const Terminal::Environment& environment) {
  ::unsetenv("NO_COLOR");
  ::unsetenv("PAGER");
  ::setenv("ANNALS_PAGER", "", 1);
  ::setenv("TERM", "xterm", 1);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words = {const_cast<char*>(ANNALS_PROGRAM)};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  ::execv(ANNALS_PROGRAM, words.data());
  ::_exit(127);
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& arguments, const Environment& environment) {
  process_ = ::forkpty(&file_, nullptr, nullptr, &kWindow);
  if (process_ < 0) std::abort();
  if (process_ == 0) Become(arguments, environment);
}

Terminal::~Terminal() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(file_);
}

void Terminal::Type(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::write(file_, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

bool Terminal::ReadMore() {
  pollfd ready{.fd = file_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, kPatienceMs) <= 0) {
    ::kill(process_, SIGKILL);  // It waits for something that never comes.
    return false;
  }
  char bytes[1 << 12];
  const ssize_t count = ::read(file_, bytes, sizeof(bytes));
  if (count <= 0) return false;  // EIO: the other side was closed.
  shown_.append(bytes, static_cast<size_t>(count));
  return true;
}

bool Terminal::Shows(std::string_view text) {
  size_t found = 0;
  while ((found = shown_.find(text, seen_)) == std::string::npos) {
    if (!ReadMore()) return false;
  }
  seen_ = found + text.size();
  return true;
}

void Terminal::HangUp() const { ::kill(process_, SIGHUP); }

int Terminal::Finish() {
  while (ReadMore()) continue;
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
  process_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace annals
