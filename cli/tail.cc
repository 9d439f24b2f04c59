#include "annals/cli/tail.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/cli/log_walk.h"
#include "annals/cli/store_reader.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr uint64_t kUsualCount = 10;
constexpr int kPauseMs = 200;

// All that a handler of signals may touch.
volatile std::sig_atomic_t interrupted = 0;  // NOLINT(*-avoid-non-const-global-variables)

// From here on Ctrl-C ends no more than a pause.
void CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = [](int /*signal*/) { interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);
}

// False: Ctrl-C was typed, or nobody reads what is written any more.
bool Pause() {
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return ::poll(&output, 1, kPauseMs) <= 0 && interrupted == 0;
}

std::string VersionsWere(uint64_t first, uint64_t last) {
  return first == last ? absl::StrCat("version ", first, " was")
                       : absl::StrCat("the versions ", first, " to ", last, " were");
}

class Tail {
 public:
  Tail(std::string path, std::string form, Console& console)
      : path_(std::move(path)), writer_(std::move(form), console), console_(console) {}

  // The newest `count` versions.
  ExitCode ShowNewest(uint64_t count) {
    stamp_ = StoreStamp(path_);  // Before the look, so that nothing is missed after it.
    const auto reader = StoreReader::Open(path_, console_);
    if (!reader.ok()) return console_.Fail(reader.status(), ReadFailure(reader.status()));
    const UpdateLog::HeadInfo head = reader->log().Head();
    store_ = head.store;
    seen_ = head.version.value;
    const uint64_t earliest = std::max<uint64_t>(head.snapshot.value, 1);
    const ExitCode code =
        Show(reader->log(), std::max(earliest, seen_ + 1 - std::min(count, seen_)));
    const bool damaged = code == ExitCode::kDone && !reader->damage_at_head().ok();
    return damaged ? ExitCode::kDamaged : code;
  }

  // Those that come, until nobody wants more.
  ExitCode Follow() {
    CatchInterrupts();
    ExitCode code = ExitCode::kDone;
    while (code == ExitCode::kDone && console_.Flush() && Pause()) code = LookAgain();
    return code;
  }

 private:
  // A reader sees the log as it was when it was opened, so it is opened again; but
  // only once there is something new.
  ExitCode LookAgain() {
    const std::string before = std::exchange(stamp_, StoreStamp(path_));
    if (before == stamp_) return ExitCode::kDone;
    const auto log = OpenRocksDbLog({.path = path_, .read_only = true});
    if (log.ok()) return ShowNew(**log);
    // Where something was going on, it may be over at the next look.
    if (StoreStamp(path_) != stamp_) return ExitCode::kDone;
    return console_.Fail(log.status(), ReadFailure(log.status()));
  }

  ExitCode ShowNew(const UpdateLog& log) {
    const UpdateLog::HeadInfo head = log.Head();
    if (head.store != store_) {
      console_.Error(absl::StrCat("another store has taken the place of ", path_));
      return ExitCode::kCannotOpen;
    }
    if (head.version.value < seen_) {
      console_.Warning(absl::StrCat("the store ends at version ", head.version.value,
                                    " now; it had version ", seen_));
    }
    const uint64_t next = std::min(seen_, head.version.value) + 1;
    const uint64_t first = std::max(next, head.snapshot.value);
    if (next < first) {
      console_.Warning(
          absl::StrCat(VersionsWere(next, first - 1), " truncated before this could be read"));
    }
    seen_ = head.version.value;
    return Show(log, first);
  }

  // From `first` to the head.
  ExitCode Show(const UpdateLog& log, uint64_t first) {
    return LogWalk(log, writer_, console_).Walk({.first = first, .last = seen_}, /*reverse=*/true);
  }

  const std::string path_;
  LogWriter writer_;
  Console& console_;
  StoreUuid store_;
  uint64_t seen_ = 0;  // The last version that was shown, or could not be.
  std::string stamp_;
};

ExitCode RunTail(const Arguments& arguments, Console& console) {
  const auto count = ReadCount(arguments, kUsualCount);
  if (!count.ok()) return console.UsageError(ToStd(count.status().message()));
  if (arguments.Has("stat") && arguments.Has("output")) {
    return console.UsageError("--stat and --output are two ways to write it; choose one");
  }
  const std::string form = arguments.Has("stat") ? "stat" : arguments.Get("output", "oneline");
  Tail tail(arguments.Get("STORE"), form, console);
  const ExitCode code = tail.ShowNewest(*count);
  if (code != ExitCode::kDone || !arguments.Has("follow")) return code;
  return tail.Follow();
}

}  // namespace

Verb TailVerb() {
  return {.name = "tail",
          .summary = "show the newest versions, oldest first, and follow those that come",
          .details =
              "Each version is a line as of `log --oneline`. With -f it waits for more beside a "
              "live writer,\nuntil Ctrl-C. Versions that were truncated before they could be read "
              "are told on standard error.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Value("-n", "how many to begin with (default: 10)"),
                         Flag("-f,--follow", "go on with the versions that come"),
                         Flag("--stat", "each entry on a line of its own, too"),
                         Choice("-o,--output", "how to write it (default: oneline)",
                                {"oneline", "jsonl"})},
          .run = RunTail};
}

}  // namespace annals::cli
