#include "annals/cli/shell/shell_verb.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/cli/input.h"
#include "annals/cli/shell/interrupts.h"
#include "annals/cli/shell/line_editor.h"
#include "annals/cli/shell/shell.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/write_options.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// What is wrong with the arguments as a whole; empty if nothing.
std::string ContradictionOf(const Arguments& arguments) {
  const bool memory = arguments.Get("log") == "memory";
  if (memory && arguments.Has("STORE")) return "a memory log has no STORE";
  if (memory && arguments.Has("read-only")) return "a memory log is not there before";
  if (!memory && !arguments.Has("STORE")) return "shell needs a STORE, or --log memory";
  return "";
}

void SayWhatIsOpen(const ShellStore& store, const Arguments& arguments, Console& console) {
  for (const std::string& warning : store.manager().GetStats().warnings) console.Warning(warning);
  if (store.read_only() && !arguments.Has("read-only")) {
    console.Warning(absl::StrCat(arguments.Get("STORE"),
                                 " is being written by somebody else: it can only be read here, "
                                 "as it is now; .at latest looks anew"));
  }
}

// The names of files that begin with `prefix`, folders with a slash.
Completion Files(std::string_view prefix) {
  Completion completion{prefix.size(), {}};
  const std::string begun(prefix);
  const std::string folder = begun.substr(0, begun.rfind('/') + 1);
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder.empty() ? "." : folder, error)) {
    const std::string name = folder + entry.path().filename().string();
    if (!name.starts_with(begun) || Visible(name) != name) continue;
    completion.candidates.push_back(name + (entry.is_directory(error) ? "/" : " "));
  }
  std::ranges::sort(completion.candidates);
  return completion;
}

std::optional<HistoryFile> HistoryOfUser() {
  auto path = HistoryPath(std::getenv("XDG_STATE_HOME"), std::getenv("HOME"));
  if (!path.has_value()) return std::nullopt;
  return HistoryFile(*std::move(path));
}

ExitCode RunAtTerminal(Shell& shell, Interrupts& interrupts, Console& console) {
  LineEditor editor(
      interrupts,
      [&shell](std::string_view begun, std::string_view line) {
        std::string_view prefix;
        return CompletesFiles(line, prefix) ? Files(prefix) : shell.Complete(begun, line);
      },
      HistoryOfUser());
  if (!editor.works()) {
    return console.Fail(MakeError(Reason::IO_ERROR, "cannot edit lines on this terminal"),
                        ExitCode::kUsage);
  }
  console.Print("annals " ANNALS_VERSION
                ": statements end with `;`, .help tells the rest, Ctrl-D leaves\n");
  // What went wrong at a terminal was seen there.
  shell.Run(editor);
  return ExitCode::kDone;
}

ExitCode RunShell(const Arguments& arguments, Console& console) {
  if (const std::string wrong = ContradictionOf(arguments); !wrong.empty()) {
    return console.UsageError(wrong);
  }
  const auto selector = ParseSelector(arguments.Get("at", "latest"));
  if (!selector.ok()) return console.Fail(selector.status(), ExitCode::kUsage);
  const auto delay = DelayOf(arguments, console);
  if (!delay.has_value()) return ExitCode::kUsage;
  const bool looks = arguments.Has("read-only") || arguments.Has("at");
  auto store = ShellStore::Open({.log = arguments.Get("log", "rocksdb"),
                                 .path = arguments.Get("STORE"),
                                 .read_only = arguments.Has("read-only"),
                                 .create_if_missing = !looks,
                                 .delay = *delay});
  if (!store.ok()) return console.Fail(store.status(), ReadFailure(store.status()));
  SayWhatIsOpen(*store, arguments, console);

  const ExecuteOptions options = WriteOptionsOf(arguments);
  const bool at_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  std::optional<Interrupts> interrupts;
  if (at_terminal) console.StopOn(interrupts.emplace().flag());
  Shell shell(*store, options, console, interrupts ? &*interrupts : nullptr);
  const absl::Status looked = shell.LookAt(*selector);
  if (!looked.ok()) return console.Fail(looked, ReadFailure(looked));
  if (interrupts) return RunAtTerminal(shell, *interrupts, console);
  InputLines lines(Input::OfStandardInput());
  return shell.Run(lines);
}

}  // namespace

Verb ShellVerb() {
  std::vector<Parameter> parameters = {
      {.name = "STORE",
       .help = "the directory of the store, made if it is missing",
       .kind = Parameter::Kind::kPositional},
      Value("--at", "the version to look at (default: latest)"),
      Flag("--read-only", "take no lock, and change nothing"),
      Choice("--log", "where the log lies (default: rocksdb)", {"rocksdb", "memory"})};
  for (Parameter& parameter : WriteParameters()) parameters.push_back(std::move(parameter));
  return {.name = "shell",
          .summary = "look at a store and change it, statement by statement",
          .details =
              "Statements end with `;`. Commands that begin with a dot do the rest: .help lists "
              "them. At a\nterminal there are completion and a history; from a pipe it reads a "
              "script, goes on after\nerrors, and exits as the first of them would have exec "
              "exit. A store that somebody else writes\nto is opened to be read.",
          .parameters = std::move(parameters),
          .run = RunShell};
}

}  // namespace annals::cli
