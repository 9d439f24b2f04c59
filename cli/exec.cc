#include "annals/cli/exec.h"

#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/input.h"
#include "annals/cli/json_session.h"
#include "annals/cli/sql_session.h"
#include "annals/engine/catalog_manager.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::StatusOr<Input> OpenInput(const Arguments& arguments) {
  if (const auto text = arguments.Find("command")) return Input::OfText(*text, "command");
  const std::string file = arguments.Get("file", "-");
  if (file == "-") return Input::OfStandardInput();
  return Input::OfFile(file);
}

// What is wrong with the arguments as a whole; empty if nothing.
std::string Contradiction(const Arguments& arguments) {
  const bool memory = arguments.Get("log") == "memory";
  if (arguments.Has("command") && arguments.Has("file")) {
    return "-c and -f cannot both be given";
  }
  if (memory && arguments.Has("STORE")) return "a memory log has no STORE";
  if (!memory && !arguments.Has("STORE")) return "exec needs a STORE, or --log memory";
  return "";
}

// False: --delay is no number of milliseconds.
bool ReadDelay(const Arguments& arguments, absl::Duration& delay) {
  int64_t delay_ms = 0;
  constexpr int64_t kMostMs = int64_t{365} * 24 * 3600 * 1000;
  const auto text = arguments.Find("delay");
  if (!text.has_value()) return true;
  if (!absl::SimpleAtoi(*text, &delay_ms) || delay_ms < 0 || delay_ms > kMostMs) return false;
  delay = absl::Milliseconds(delay_ms);
  return true;
}

ExecuteOptions OptionsOf(const Arguments& arguments) {
  return {.policy = arguments.Get("policy") == "relaxed" ? Policy::kRelaxed : Policy::kStrict,
          .author = arguments.Get("author"),
          .message = arguments.Get("message"),
          .accept_clock_jump = arguments.Has("accept-clock-jump")};
}

ExitCode RunExec(const Arguments& arguments, Console& console) {
  if (const std::string wrong = Contradiction(arguments); !wrong.empty()) {
    return console.UsageError(wrong);
  }
  OpenOptions open{.log = arguments.Get("log", "rocksdb"), .path = arguments.Get("STORE")};
  if (!ReadDelay(arguments, open.delay)) {
    return console.UsageError("--delay wants a number of milliseconds, at most those of a year");
  }
  // Before the store, which must not come into being for a file that is not there.
  auto input = OpenInput(arguments);
  if (!input.ok()) return console.UsageError(ToStd(input.status().message()));
  const auto manager = CatalogManager::Open(open);
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  for (const std::string& warning : (*manager)->GetStats().warnings) console.Warning(warning);
  const auto run = arguments.Get("format") == "jsonl" ? RunJsonSession : RunSqlSession;
  return run(**manager, *input, OptionsOf(arguments), console);
}

}  // namespace

Verb ExecVerb() {
  return {.name = "exec",
          .summary = "execute SQL, or JSON lines; each version is durable once it is printed",
          .details = "",
          .parameters =
              {{.name = "STORE",
                .help = "the directory of the store, made if it is missing",
                .kind = Parameter::Kind::kPositional},
               Value("-c,--command", "the SQL to execute"),
               Value("-f,--file", "a file of SQL; - is standard input (the default)"),
               Choice("--policy", "which rules hold (default: strict)", {"strict", "relaxed"}),
               Choice("--log", "where the log lies (default: rocksdb)", {"rocksdb", "memory"}),
               Choice("--format", "what is read and answered (default: sql)", {"sql", "jsonl"}),
               Value("--author", "who makes the versions, for the log"),
               Value("--message", "why, where COMMIT MESSAGE does not say"),
               Value("--delay", "milliseconds until a version is active (default: 0)"),
               Flag("--accept-clock-jump",
                    "the clock has jumped ahead by more than a day, and that is right")},
          .run = RunExec};
}

}  // namespace annals::cli
