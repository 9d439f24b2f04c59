#include "annals/cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/cli/closest.h"
#include "annals/cli/verb.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr const char* kAbout =
    "Keeps a database's catalog as a sequence of immutable versions.\n"
    "STORE is the directory of a store. VERSION is 42, latest, latest~3, earliest or\n"
    "@2026-11-01T10:00Z (the version that was active then).";

constexpr const char* kExitCodes =
    "Exit status: 0 done; 1 a statement was refused, or differences were found;\n"
    "2 usage or SQL syntax; 3 cannot open the store; 4 damage; 5 conflict or unknown\n"
    "outcome; 6 version or object not found, or truncated.";

// The long name of "-f,--file", or the name of a positional.
std::string KeyOf(const Parameter& parameter) {
  std::string name(parameter.name);
  name.erase(0, name.find_last_of(',') + 1);
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  return name;
}

CLI::Option* AddParameter(CLI::App& app, const Parameter& parameter) {
  const std::string name(parameter.name);
  const std::string help(parameter.help);
  // Values are taken from the option itself, so there is nothing to bind.
  if (parameter.kind == Parameter::Kind::kFlag) return app.add_flag(name, help);
  CLI::Option* const option = app.add_option(name, help);
  const bool positional = parameter.kind == Parameter::Kind::kPositional;
  option->type_name(positional ? "" : "TEXT");
  option->required(parameter.least > 0);
  if (parameter.most > 1) {
    option->expected(parameter.least, parameter.most)->allow_extra_args();
  } else {
    option->multi_option_policy(positional ? CLI::MultiOptionPolicy::Throw
                                           : CLI::MultiOptionPolicy::TakeLast);
  }
  if (!parameter.choices.empty()) {
    const std::vector<std::string> choices(parameter.choices.begin(), parameter.choices.end());
    option->check(CLI::IsMember(choices))->option_text(absl::StrJoin(choices, "|"));
  }
  return option;
}

// A verb on the command line, and its options there.
struct Command {
  const Verb* verb;
  CLI::App* app;
  std::vector<std::pair<std::string, CLI::Option*>> options;

  void Add(const Parameter& parameter) {
    options.emplace_back(KeyOf(parameter), AddParameter(*app, parameter));
  }

  void AddParameters() {
    app->footer(std::string(verb->details));
    for (const Parameter& parameter : verb->parameters) Add(parameter);
  }

  Arguments Read() const {
    Arguments arguments;
    for (const auto& [key, option] : options) {
      if (option->count() > 0) arguments.Add(key, option->results());
    }
    return arguments;
  }
};

Command AddVerb(CLI::App& app, const Verb& verb) {
  Command command{&verb, app.add_subcommand(std::string(verb.name), std::string(verb.summary)), {}};
  command.AddParameters();
  for (const Parameter& parameter : CommonParameters()) command.Add(parameter);
  return command;
}

// CLI11 writes help and version to one stream, complaints to the other.
ExitCode Explain(const CLI::App& app, const CLI::ParseError& error, Console& console) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = app.exit(error, out, err);
  console.Print(out.str());
  std::string complaint = err.str();
  while (complaint.ends_with('\n')) complaint.pop_back();
  if (!complaint.empty()) console.Error(complaint);
  return status == 0 ? ExitCode::kDone : ExitCode::kUsage;
}

std::vector<std::string_view> VerbNames() {
  std::vector<std::string_view> names{"--help", "--version"};
  for (const Verb& verb : AllVerbs()) names.push_back(verb.name);
  return names;
}

// All spellings of `verb`'s options.
std::vector<std::string_view> OptionNames(const Verb& verb) {
  std::vector<std::string_view> names{"--help"};
  for (const auto* const parameters : {&verb.parameters, &CommonParameters()}) {
    for (const Parameter& parameter : *parameters) {
      if (parameter.kind == Parameter::Kind::kPositional) continue;
      for (const std::string_view name : SpellingsOf(parameter)) names.push_back(name);
    }
  }
  return names;
}

// What somebody may have meant by an option that there is not.
std::string Suggestion(const Verb& verb, const std::vector<std::string>& words) {
  const std::vector<std::string_view> names = OptionNames(verb);
  for (const std::string_view word : words) {
    const std::string_view option = word.substr(0, word.find('='));
    const bool unknown = option.starts_with("--") && std::ranges::count(names, option) == 0;
    if (unknown) return DidYouMean(option, names);
  }
  return "";
}

// Has complaints about the arguments of `verb`, if it is one, end in what may be meant, or
// in where to find help.
void Suggest(CLI::App& app, const Verb* verb, std::vector<std::string> words, std::string help) {
  app.failure_message([verb, words = std::move(words), help = std::move(help)](
                          const CLI::App* /*app*/, const CLI::Error& error) {
    const std::string suggestion = verb == nullptr ? "" : Suggestion(*verb, words);
    return error.what() + (suggestion.empty() ? "; try " + help : suggestion) + "\n";
  });
}

ExitCode RunCommand(const Command& command, Console& console) {
  const Arguments arguments = command.Read();
  const std::string color = arguments.Get("color", "auto");
  console.SetColors(color == "always"  ? Console::Colors::kAlways
                    : color == "never" ? Console::Colors::kNever
                                       : Console::Colors::kAuto);
  if (command.verb->paged && !arguments.Has("no-pager")) console.StartPager();
  return command.verb->run(arguments, console);
}

ExitCode RunVerb(int argc, char** argv, Console& console) {
  const std::span<char* const> words(argv + std::min(argc, 1), argv + argc);
  const std::string_view first = words.empty() ? "" : words[0];
  if (!first.empty() && !first.starts_with('-') && FindVerb(first) == nullptr) {
    const std::string suggestion = DidYouMean(first, VerbNames());
    return console.UsageError(
        absl::StrCat("there is no verb ", ToAbsl(first),
                     suggestion.empty() ? "; try annals --help" : suggestion));
  }
  CLI::App app(kAbout, "annals");
  app.set_version_flag("--version", "annals " ANNALS_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  Suggest(app, FindVerb(first), {words.begin() + std::min<size_t>(words.size(), 1), words.end()},
          "annals --help");
  std::vector<Command> commands;
  for (const Verb& verb : AllVerbs()) commands.push_back(AddVerb(app, verb));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Explain(app, error, console);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return RunCommand(command, console);
  }
  return console.UsageError("which verb? try annals --help");
}

// Whoever starts us with a standard stream closed would have the first file that we
// open take its place, and our output go into the store.
void OccupyStandardStreams() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(file, F_GETFD) != -1) continue;
    // Opened the wrong way, so that its use is an error as it should be.
    const int opened = ::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened != file) ::_exit(static_cast<int>(ExitCode::kUsage));
  }
}

ExitCode RunGuarded(int argc, char** argv, Console& console) {
  try {
    return console.Finish(RunVerb(argc, argv, console));
  } catch (const std::bad_alloc&) {
    console.Error("out of memory");
  } catch (const std::exception& error) {
    console.Error(std::string("internal error: ") + error.what());
  } catch (...) {
    console.Error("internal error");
  }
  return ExitCode::kRefused;
}

}  // namespace

std::optional<Arguments> ParseArguments(const Verb& verb, std::vector<std::string> words,
                                        Console& console) {
  CLI::App app(std::string(verb.summary), std::string(verb.name));
  Command command{&verb, &app, {}};
  command.AddParameters();
  Suggest(app, &verb, words, std::string(verb.name) + " --help");
  try {
    std::ranges::reverse(words);  // So does CLI11 take them.
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    Explain(app, error, console);
    return std::nullopt;
  }
  return command.Read();
}

int Run(int argc, char** argv) {
  OccupyStandardStreams();
  // A closed pipe and a limit on the size of files are errors of the call that meets
  // them, and handled there.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  Console console;
  return static_cast<int>(RunGuarded(argc, argv, console));
}

}  // namespace annals::cli
