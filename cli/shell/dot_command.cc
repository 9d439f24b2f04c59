#include "annals/cli/shell/dot_command.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/cli/closest.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

using Action = DotCommand::Action;
using Argument = DotCommand::Argument;

constexpr std::array<DotCommand, 16> kDotCommands = {{
    {"help", "[COMMAND]", "this, or all about one command", Action::kHelp, Argument::kCommand},
    {"tables", "[PATTERN]", "list the tables; % is any text, _ any character", Action::kTables,
     Argument::kNone},
    {"schema", "[[KIND] NAME]", "the SQL that makes an object, or all of them", Action::kSchema,
     Argument::kObject},
    {"at", "VERSION | latest", "look at another version", Action::kAt, Argument::kVersion},
    {"log", "[-n N] [--object NAME] ...", "the newest versions, 20 if nothing is said",
     Action::kVerb, Argument::kNone},
    {"show", "[VERSION]", "all about one version", Action::kVerb, Argument::kVersion},
    {"diff", "[A..B] ...", "what is different; or what this version changed", Action::kVerb,
     Argument::kNone},
    {"describe", "[KIND] NAME", "all about one object", Action::kVerb, Argument::kObject},
    {"history", "[KIND] NAME", "the life of an object", Action::kVerb, Argument::kObject},
    {"blame", "[KIND] NAME", "which version touched each column or option last", Action::kVerb,
     Argument::kObject},
    {"query", "[VIEW]", "the rows of a view, or the views", Action::kVerb, Argument::kView},
    {"ls", "[-o FORMAT]", "list what is in the catalog", Action::kVerb, Argument::kNone},
    {"mode", "table | json | lines", "how lists are written, where there is that form",
     Action::kMode, Argument::kMode},
    {"read", "FILE", "execute a file, up to the first error", Action::kRead, Argument::kFile},
    {"timer", "on | off", "tell how long things take", Action::kTimer, Argument::kSwitch},
    {"quit", "", "leave; so does Ctrl-D", Action::kQuit, Argument::kNone},
}};

std::string_view Trimmed(std::string_view line) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(line)));
}

// Without the `;` that hands are used to.
std::string_view WithoutSemicolon(std::string_view line) {
  line = Trimmed(line);
  if (line.ends_with(';')) line.remove_suffix(1);
  return Trimmed(line);
}

bool IsWordOfHelp(std::string_view line) {
  const std::string word = absl::AsciiStrToLower(ToAbsl(WithoutSemicolon(line)));
  return word == "help" || word == "quit" || word == "exit";
}

}  // namespace

std::span<const DotCommand> DotCommands() { return kDotCommands; }

const DotCommand* FindDotCommand(std::string_view name) {
  if (name == "exit") name = "quit";
  const auto* const found = std::ranges::find(kDotCommands, name, &DotCommand::name);
  return found == kDotCommands.end() ? nullptr : found;
}

bool IsDotCommand(std::string_view line) {
  return Trimmed(line).starts_with('.') || IsWordOfHelp(line);
}

absl::StatusOr<std::vector<std::string>> DotWords(std::string_view line) {
  line = WithoutSemicolon(line);
  if (line.starts_with('.')) line.remove_prefix(1);
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote == 0 && absl::ascii_isspace(static_cast<unsigned char>(c))) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    const bool is_quote = quote == 0 ? c == '\'' || c == '"' : c == quote;
    if (is_quote) quote = quote == 0 ? c : 0;
    if (!is_quote || c == '"') words.back() += c;
  }
  if (quote != 0) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("the ", std::string(1, quote), " is not closed"));
  }
  if (words.empty()) words.emplace_back();
  absl::AsciiStrToLower(&words.front());
  return words;
}

std::string NoSuchDotCommand(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DotCommand& command : kDotCommands) names.push_back(command.name);
  const std::string_view closest = Closest(name, names);
  return absl::StrCat(
      "there is no command .", Shown(name),
      closest.empty() ? "; try .help" : absl::StrCat("; did you mean .", ToAbsl(closest), "?"));
}

std::string DotHelp() {
  std::string help =
      "Statements end with `;`. These stand on a line of their own, and take what the verbs of\n"
      "`annals` of the same name take:\n\n";
  for (const DotCommand& command : kDotCommands) {
    absl::StrAppendFormat(
        &help, "  %-35s%s\n",
        absl::StrCat(".", ToAbsl(command.name), command.arguments.empty() ? "" : " ",
                     ToAbsl(command.arguments)),
        ToAbsl(command.help));
  }
  absl::StrAppend(&help,
                  "\nVERSION is 42, latest~3, earliest or @2026-11-01T10:00Z. Tab completes; "
                  "Ctrl-C takes back\nwhat is being typed; Ctrl-R looks in the history.\n");
  return help;
}

}  // namespace annals::cli
