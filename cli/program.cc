#include "annals/cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "annals/cli/verb.h"

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
  std::vector<CLI::Option*> options;

  Arguments Read() const {
    Arguments arguments;
    for (size_t i = 0; i < options.size(); ++i) {
      if (options[i]->count() == 0) continue;
      arguments.Add(KeyOf(verb->parameters[i]), options[i]->results());
    }
    return arguments;
  }
};

Command AddVerb(CLI::App& app, const Verb& verb) {
  Command command{&verb, app.add_subcommand(std::string(verb.name), std::string(verb.summary)), {}};
  command.app->footer(std::string(verb.details));
  for (const Parameter& parameter : verb.parameters) {
    command.options.push_back(AddParameter(*command.app, parameter));
  }
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

ExitCode RunVerb(int argc, char** argv, Console& console) {
  CLI::App app(kAbout, "annals");
  app.set_version_flag("--version", "annals " ANNALS_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  app.failure_message([](const CLI::App* /*app*/, const CLI::Error& error) {
    return std::string(error.what()) + "; try annals --help\n";
  });
  std::vector<Command> commands;
  for (const Verb& verb : AllVerbs()) commands.push_back(AddVerb(app, verb));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Explain(app, error, console);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.verb->run(command.Read(), console);
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
