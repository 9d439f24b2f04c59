#include "annals/cli/shell/interrupts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace annals::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};

// What the handler may touch.
struct SignalState {
  std::atomic<bool> interrupted{false};
  std::atomic<bool> ended{false};
  std::atomic<bool> resized{false};
  std::atomic<bool> continued{false};
  // Whoever waits is woken through a pipe: a signal may come just before the waiting
  // begins, and on any thread.
  std::array<int, 2> wakeup{-1, -1};
  std::array<struct sigaction, kSignals.size()> replaced{};
};
SignalState signal_state;

void Handle(int signal) {
  const int error = errno;
  if (signal == SIGWINCH) {
    signal_state.resized = true;
  } else if (signal == SIGCONT) {
    signal_state.continued = true;
  } else {
    if (signal != SIGINT) signal_state.ended = true;
    signal_state.interrupted = true;
  }
  [[maybe_unused]] const ssize_t written = ::write(signal_state.wakeup[1], "!", 1);
  errno = error;
}

void Drain(int file) {
  char bytes[64];
  while (::read(file, bytes, sizeof(bytes)) > 0) continue;
}

}  // namespace

Interrupts::Interrupts() {
  // Without a pipe Wait would still see what came before it.
  if (::pipe2(signal_state.wakeup.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    signal_state.wakeup = {-1, -1};
  struct sigaction action {};
  action.sa_handler = Handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i)
    ::sigaction(kSignals[i], &action, &signal_state.replaced[i]);
}

Interrupts::~Interrupts() {
  for (size_t i = 0; i < kSignals.size(); ++i)
    ::sigaction(kSignals[i], &signal_state.replaced[i], nullptr);
  for (int& file : signal_state.wakeup) {
    if (file >= 0) ::close(file);
    file = -1;
  }
}

const std::atomic<bool>& Interrupts::flag() const { return signal_state.interrupted; }

bool Interrupts::ended() const { return signal_state.ended; }

void Interrupts::Clear() { signal_state.interrupted = signal_state.ended.load(); }

Interrupts::Event Interrupts::Wait(int file) {
  for (;;) {
    if (signal_state.ended) return Event::kEnd;
    if (signal_state.interrupted) return Event::kInterrupt;
    if (signal_state.continued.exchange(false)) return Event::kContinue;
    if (signal_state.resized.exchange(false)) return Event::kResize;
    pollfd files[] = {{file, POLLIN, 0}, {signal_state.wakeup[0], POLLIN, 0}};
    if (::poll(files, std::size(files), -1) < 0) continue;
    if (files[1].revents != 0) {
      Drain(signal_state.wakeup[0]);
    } else if (files[0].revents != 0) {
      return Event::kInput;
    }
  }
}

}  // namespace annals::cli
