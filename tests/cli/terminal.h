#pragma once

// The real program on a terminal: what people see, colours and all.

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace annals {

class Terminal {
 public:
  using Environment = std::map<std::string, std::string>;

  // annals ARGUMENTS... with `environment` besides that of the test; TERM is "xterm", and
  // there are no pager and no NO_COLOR unless it says so.
  explicit Terminal(const std::vector<std::string>& arguments, const Environment& environment = {});
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  // As a keyboard would: "\x03" is Ctrl-C, "\x04" is Ctrl-D, "\t" is the tabulator.
  void Type(std::string_view text) const;
  // Waits until `text` was shown after all that was waited for before; false if the
  // program ended, or ten seconds passed, without it.
  bool Shows(std::string_view text);
  // All that was shown so far.
  const std::string& shown() const { return shown_; }
  // Tells the program that the terminal is gone.
  void HangUp() const;
  // Reads until the program ends; its exit status, 128 + the signal if one ended it.
  int Finish();

 private:
  // False at the end, or if nothing came for ten seconds.
  bool ReadMore();

  pid_t process_ = -1;
  int file_ = -1;
  std::string shown_;
  size_t seen_ = 0;  // Up to here it was waited for.
};

}  // namespace annals
