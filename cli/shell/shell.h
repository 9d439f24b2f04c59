#pragma once

// A session in which somebody looks at a store and changes it: statements until `;`, and
// commands that begin with a dot. Everything but the terminal. One thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/cli/console.h"
#include "annals/cli/selector.h"
#include "annals/cli/shell/completer.h"
#include "annals/cli/shell/dot_command.h"
#include "annals/cli/shell/interrupts.h"
#include "annals/cli/shell/line_source.h"
#include "annals/cli/shell/shell_store.h"
#include "annals/cli/statement_runner.h"
#include "annals/cli/verb.h"

namespace annals::cli {

class Shell {
 public:
  // `options` are those with which statements are executed. With `interrupts`, Ctrl-C ends
  // what is done, and not the session. All references must outlive the shell.
  Shell(ShellStore& store, const ExecuteOptions& options, Console& console,
        Interrupts* interrupts = nullptr);

  // Does what `lines` say until they end, or somebody leaves. Errors are said, and the
  // session goes on. What the first of them exits with, else kDone.
  ExitCode Run(LineSource& lines) { return Run(lines, /*until_error=*/false); }

  // From here on looks at that version; at the latest one, and may write again, if it is.
  //   as annals::cli::Resolve
  absl::Status LookAt(const Selector& selector);

  // "annals 42> ", "annals 7 of 42> ", "annals 42 read-only> "
  std::string Prompt() const;
  Completion Complete(std::string_view begun, std::string_view line) const;

 private:
  ExitCode Run(LineSource& lines, bool until_error);
  ExitCode RunLine(Line line, LineSource& lines, bool until_error);
  ExitCode RunStatements(Line line, LineSource& lines, bool until_error);
  ExitCode RunStatement(const ddl::Statement& statement, const std::string& input);
  ExitCode RunDotCommand(std::string_view line);
  ExitCode Do(const DotCommand& command, std::vector<std::string> words);
  ExitCode DoTables(const std::vector<std::string>& words);
  ExitCode DoSchema(std::vector<std::string> words);
  ExitCode DoAt(const std::vector<std::string>& words);
  ExitCode DoVerb(std::string_view name, std::vector<std::string> words);
  ExitCode DoMode(const std::vector<std::string>& words);
  ExitCode DoRead(const std::vector<std::string>& words);
  ExitCode DoTimer(const std::vector<std::string>& words);
  ExitCode DoHelp(const std::vector<std::string>& words);
  // The words of a verb that says nothing of what it is to look at.
  std::vector<std::string> WithDefaults(std::string_view verb,
                                        std::vector<std::string> words) const;
  ExitCode WrongWords(const DotCommand& command);

  absl::StatusOr<ExecuteResult> Execute(std::vector<CatalogCommand> commands,
                                        const ExecuteOptions& options);
  void StartRunner();
  bool Interrupted() const { return interrupts_ != nullptr && interrupts_->pending(); }
  CatalogVersion Latest() const { return store_.manager().Latest().version(); }
  CatalogVersion Looked() const { return at_.value_or(Latest()); }

  ShellStore& store_;
  const ExecuteOptions& options_;
  Console& console_;
  Interrupts* const interrupts_;
  std::unique_ptr<StatementRunner> runner_;
  std::optional<CatalogVersion> at_;  // The version that is looked at, if it is not the latest.
  std::string mode_ = "table";
  bool timer_ = false;
  bool left_ = false;
  int depth_ = 0;  // Of files that read files.
};

}  // namespace annals::cli
