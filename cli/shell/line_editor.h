#pragma once

// Somebody at a terminal, who edits each line before it is given: keys as in other shells,
// with a history and completion. Takes standard input and output. One thread, one at a time.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/cli/shell/completer.h"
#include "annals/cli/shell/history_file.h"
#include "annals/cli/shell/interrupts.h"
#include "annals/cli/shell/line_source.h"

struct editline;
struct history;

namespace annals::cli {

class LineEditor final : public LineSource {
 public:
  // What may stand at the end of a line, and the lines of its statement before it.
  using Completer = std::function<Completion(std::string_view begun, std::string_view line)>;

  // `interrupts` must outlive the editor.
  LineEditor(Interrupts& interrupts, Completer completer, std::optional<HistoryFile> file);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor() override;

  // False: there is no editing here. Next must not be called then.
  bool works() const { return edit_ != nullptr; }
  const std::string& name() const override { return name_; }
  // Ctrl-C cancels; Ctrl-D on an empty line is the end, and cancels what was begun.
  absl::StatusOr<Line> Next(std::string_view prompt, bool continued) override;

  // What the editor calls.
  struct Keys;

 private:
  void OpenHistory();
  // What was typed since the last statement becomes an entry.
  void Remember();
  Line Cancelled(bool continued);
  int ReadCharacter(wchar_t* character);
  unsigned char CompleteHere();

  Interrupts& interrupts_;
  const Completer completer_;
  std::optional<HistoryFile> file_;
  const std::string name_ = "statement";
  editline* edit_ = nullptr;
  history* history_ = nullptr;
  std::string prompt_;
  std::vector<std::string> lines_;  // Of the statement, without line feeds.
  bool ended_ = false;
};

}  // namespace annals::cli
