#pragma once

// Where the program talks: data to standard output and nothing else there; errors,
// warnings and notes to standard error. Colours and a pager only where a terminal is
// looked at. One thread.

#include <sys/types.h>

#include <atomic>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "annals/cli/exit_code.h"

namespace annals::cli {

// What a text is, and so how a terminal shows it.
enum class Style { kVersion, kAdded, kRemoved, kChanged, kGood, kBad };

class Console {
 public:
  // kAuto: on a terminal, unless NO_COLOR is set or TERM is "dumb" (no-color.org).
  enum class Colors { kAuto, kAlways, kNever };

  Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  // Waits for the pager.
  ~Console();

  void SetColors(Colors colors);
  // From here on data goes through $ANNALS_PAGER, $PAGER or less, in this order, if
  // standard output is a terminal; "" and "cat" mean none.
  void StartPager();

  // `text` as a terminal shows it; as it is where colours are off.
  std::string Styled(Style style, std::string_view text) const;

  // While `flag` is set, data is dropped as if nobody read it. It must outlive the console
  // or what is printed on it.
  void StopOn(const std::atomic<bool>& flag) { stop_ = &flag; }

  // Data; kept until Flush or until there is much of it.
  void Print(std::string_view text);
  // Data that is to be read back, such as SQL: exactly so, but for a terminal with
  // control characters made visible.
  void PrintExact(std::string_view text);
  // Hands all data over. False: nobody reads any more, or it cannot be written;
  // what is printed later is dropped then.
  bool Flush();
  // Whether output can still go anywhere. A closed pipe is no error.
  bool working() const { return !closed_ && error_ == 0 && !stopped(); }
  bool closed() const { return closed_; }

  // One message a call; control characters of all but line feeds are made visible.
  void Error(std::string_view message);
  void Warning(std::string_view message);
  void Note(std::string_view message);
  // Whether somebody looks at standard output, on a terminal or through a pager.
  bool output_is_seen() const { return seen_; }
  // A warning of damage to what is shown all the same: the program exits with kDamaged,
  // though all else is done.
  void Damage(std::string_view message);
  // Whether standard error is a terminal, on which a line can be written over.
  static bool errors_are_seen();
  // Writes `text` in place of what this wrote before; WipeLine takes it away.
  void OverwriteLine(std::string_view text);
  void WipeLine();

  // Says the error with its reason, and returns `code`.
  ExitCode Fail(const absl::Status& status, ExitCode code);
  ExitCode UsageError(std::string_view message);

  // Flushes, and says what the program is to exit with: `code`, or kDamaged after Damage,
  // or kRefused where output was lost. Not for a pipe whose reader had enough.
  ExitCode Finish(ExitCode code);

 private:
  void Say(std::string_view text);
  void EndPager();
  bool stopped() const { return stop_ != nullptr && *stop_; }

  const std::atomic<bool>* stop_ = nullptr;
  std::string pending_;
  pid_t pager_ = -1;
  const bool seen_;       // Standard output goes to a terminal, straight or through a pager.
  bool colored_ = false;  // Standard output.
  bool closed_ = false;
  bool damaged_ = false;
  int error_ = 0;  // The errno that ended the output.
};

// "no such table (TABLE_NOT_FOUND)"
std::string MessageOf(const absl::Status& status);

}  // namespace annals::cli
