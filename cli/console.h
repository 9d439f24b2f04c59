#pragma once

// Where the program talks: data to standard output and nothing else there; errors,
// warnings and notes to standard error. One thread.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "annals/cli/exit_code.h"

namespace annals::cli {

class Console {
 public:
  Console() = default;
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // Data; kept until Flush or until there is much of it.
  void Print(std::string_view text);
  // Data that is to be read back, such as SQL: exactly so, but for a terminal with
  // control characters made visible.
  void PrintExact(std::string_view text);
  // Hands all data over. False: nobody reads any more, or it cannot be written;
  // what is printed later is dropped then.
  bool Flush();
  // Whether output can still go anywhere. A closed pipe is no error.
  bool working() const { return !closed_ && error_ == 0; }
  bool closed() const { return closed_; }

  // One message a call; control characters of all but line feeds are made visible.
  void Error(std::string_view message);
  void Warning(std::string_view message);
  void Note(std::string_view message);
  // Our own text on standard error as it is, "\r" and all.
  void Overwrite(std::string_view text) { Say(text); }
  // Says the error with its reason, and returns `code`.
  ExitCode Fail(const absl::Status& status, ExitCode code);
  ExitCode UsageError(std::string_view message);

  // Flushes, and says what the program is to exit with: `code`, or kRefused where
  // output was lost. Not for a pipe whose reader had enough.
  ExitCode Finish(ExitCode code);

 private:
  void Say(std::string_view text);

  std::string pending_;
  bool closed_ = false;
  int error_ = 0;  // The errno that ended the output.
};

// "no such table (TABLE_NOT_FOUND)"
std::string MessageOf(const absl::Status& status);

}  // namespace annals::cli
