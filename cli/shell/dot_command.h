#pragma once

// The commands of the shell that are no SQL: a dot and a word, on a line of their own.
// Pure.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace annals::cli {

struct DotCommand {
  enum class Action { kHelp, kTables, kSchema, kAt, kVerb, kMode, kRead, kTimer, kQuit };
  // What stands behind it, for completion.
  enum class Argument { kNone, kCommand, kObject, kVersion, kView, kMode, kFile, kSwitch };

  std::string_view name;  // Of a verb too: "log".
  std::string_view arguments;
  std::string_view help;
  Action action;
  Argument argument;
};

// In the order of .help. Lives for ever.
std::span<const DotCommand> DotCommands();
const DotCommand* FindDotCommand(std::string_view name);  // Null if there is none.

// Whether `line`, on which a statement would begin, is such a command: a dot in front, or
// help, quit or exit alone, which people try first.
bool IsDotCommand(std::string_view line);

// The words of a command's line: its name, in lower case and without the dot, and what
// stands behind it. 'quoted' text is taken without the quotes; "quoted" names keep theirs.
// A `;` at the end is none of it.
//   INVALID_REQUEST  a quote is not closed
absl::StatusOr<std::vector<std::string>> DotWords(std::string_view line);

// "there is no command .tabels; did you mean .tables?"
std::string NoSuchDotCommand(std::string_view name);

// All commands, one a line.
std::string DotHelp();

}  // namespace annals::cli
