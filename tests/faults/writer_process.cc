#include "annals/tests/faults/writer_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/annals.h"
#include "annals/tests/engine/random_commands.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace annals {
namespace {

constexpr char kWriterArgument[] = "--annals-writer";

// --- In the other process

// One write a line: nobody's line gets into another one's.
void Tell(Told::What what, uint64_t version = 0, std::string_view text = {}) {
  const std::string line =
      absl::StrCat(static_cast<int>(what), " ", version, " ", ToAbsl(text), "\n");
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
}

std::string TextOf(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return absl::StrCat(reason ? ToAbsl(ReasonName(*reason)) : "no reason", ": ", status.message());
}

// Whether it is the command that was refused; else something is wrong with the store.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      return true;
    default:
      return false;
  }
}

void CommitForEver(CatalogManager& manager, uint64_t seed) {
  RandomCommands random(seed);
  for (;;) {
    const auto call = random.NextCall(manager.Latest());
    const auto done = manager.Execute(call.commands, call.options);
    if (!done.ok()) {
      if (!IsRefusal(done.status())) Tell(Told::What::kBroken, 0, TextOf(done.status()));
      continue;
    }
    // Who had nothing to do has made no version.
    if (std::count(done->applied.begin(), done->applied.end(), true) == 0) continue;
    const auto made = manager.At(done->version);
    Tell(Told::What::kCommitted, done->version.value, made.ok() ? StateDigest(*made) : "");
  }
}

void TakeSnapshot(CatalogManager& manager, uint64_t distance) {
  const uint64_t head = manager.Latest().version().value;
  if (head <= distance) return;
  Tell(Told::What::kSnapshotBegun, head - distance);
  const auto done = manager.Snapshot({head - distance});
  if (!done.ok()) return Tell(Told::What::kBroken, 0, TextOf(done.status()));
  Tell(Told::What::kSnapshotDone, *done ? head - distance : 0);
}

void TakeBackup(CatalogManager& manager, const std::string& path) {
  Tell(Told::What::kBackupBegun, manager.Latest().version().value);
  const absl::Status done = manager.Backup(path);
  if (!done.ok()) return Tell(Told::What::kBroken, 0, TextOf(done));
  Tell(Told::What::kBackupDone);
}

void WriteForEver(const WriterOptions& options) {
  Tell(Told::What::kOpening);
  auto manager =
      CatalogManager::Open({.path = options.path, .create_if_missing = options.create_if_missing});
  if (!manager.ok()) return Tell(Told::What::kRefused, 0, TextOf(manager.status()));
  Tell(Told::What::kOpened, (*manager)->Latest().version().value);
  std::mt19937_64 random(options.seed);
  std::vector<std::thread> threads;
  for (int t = 0; t < options.threads; ++t) {
    threads.emplace_back([&, seed = random()] { CommitForEver(**manager, seed); });
  }
  for (uint64_t turn = 0;; ++turn) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % (1000 * options.pause_ms)));
    if (turn == 1 && !options.backup.empty()) TakeBackup(**manager, options.backup);
    if (turn != 1) TakeSnapshot(**manager, 5 + random() % 20);
  }
}

}  // namespace

bool IsWriterProcess(int argc, char** argv) {
  return argc == 8 && std::strcmp(argv[1], kWriterArgument) == 0;
}

int RunWriterProcess(char** argv) {
  WriteForEver({.path = argv[2],
                .seed = std::strtoull(argv[3], nullptr, 10),
                .threads = std::atoi(argv[4]),
                .create_if_missing = std::strcmp(argv[5], "1") == 0,
                .pause_ms = std::max(1, std::atoi(argv[6])),
                .backup = argv[7]});
  return 0;
}

// --- In the test

WriterProcess::WriterProcess(const WriterOptions& options) {
  std::vector<std::string> words = {"writer",
                                    kWriterArgument,
                                    options.path,
                                    absl::StrCat(options.seed),
                                    absl::StrCat(options.threads),
                                    options.create_if_missing ? "1" : "0",
                                    absl::StrCat(options.pause_ms),
                                    options.backup};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ) !=
      0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  pipe_ = ends[0];
}

WriterProcess::~WriterProcess() {
  Kill();
  ::close(pipe_);
}

void WriterProcess::Kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

std::optional<Told> WriterProcess::Next(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  for (;;) {
    if (auto told = TakeLine()) return told;
    pollfd file = {pipe_, POLLIN, 0};
    const timespec left = absl::ToTimespec(std::max(end - absl::Now(), absl::ZeroDuration()));
    const int ready = ::ppoll(&file, 1, &left, nullptr);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    char bytes[1 << 14];
    const ssize_t count = ::read(pipe_, bytes, sizeof(bytes));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    read_.append(bytes, static_cast<size_t>(count));
  }
}

std::optional<Told> WriterProcess::TakeLine() {
  const size_t end = read_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  const std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  char* rest = nullptr;
  Told told{static_cast<Told::What>(std::strtol(line.c_str(), &rest, 10)), 0, {}};
  told.version = std::strtoull(rest, &rest, 10);
  told.text = rest + std::min<size_t>(1, std::strlen(rest));
  return told;
}

}  // namespace annals
