#include "annals/cli/exec.h"

#include <memory>
#include <utility>
#include <vector>

#include "annals/cli/input.h"
#include "annals/cli/json_session.h"
#include "annals/cli/sql_session.h"
#include "annals/cli/write_options.h"
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

ExitCode RunExec(const Arguments& arguments, Console& console) {
  if (const std::string wrong = Contradiction(arguments); !wrong.empty()) {
    return console.UsageError(wrong);
  }
  OpenOptions open{.log = arguments.Get("log", "rocksdb"), .path = arguments.Get("STORE")};
  const auto delay = DelayOf(arguments, console);
  if (!delay.has_value()) return ExitCode::kUsage;
  open.delay = *delay;
  // Before the store, which must not come into being for a file that is not there.
  auto input = OpenInput(arguments);
  if (!input.ok()) return console.UsageError(ToStd(input.status().message()));
  const auto manager = CatalogManager::Open(open);
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  for (const std::string& warning : (*manager)->GetStats().warnings) console.Warning(warning);
  const auto run = arguments.Get("format") == "jsonl" ? RunJsonSession : RunSqlSession;
  return run(**manager, *input, WriteOptionsOf(arguments), console);
}

}  // namespace

Verb ExecVerb() {
  std::vector<Parameter> parameters = {
      {.name = "STORE",
       .help = "the directory of the store, made if it is missing",
       .kind = Parameter::Kind::kPositional},
      Value("-c,--command", "the SQL to execute"),
      Value("-f,--file", "a file of SQL; - is standard input (the default)"),
      Choice("--log", "where the log lies (default: rocksdb)", {"rocksdb", "memory"}),
      Choice("--format", "what is read and answered (default: sql)", {"sql", "jsonl"})};
  for (Parameter& parameter : WriteParameters()) parameters.push_back(std::move(parameter));
  return {.name = "exec",
          .summary = "execute SQL, or JSON lines; each version is durable once it is printed",
          .details = "",
          .parameters = std::move(parameters),
          .run = RunExec};
}

}  // namespace annals::cli
