#pragma once

// Rows in columns for a terminal. Cells are made visible (cli/terminal_text.h).

#include <string>
#include <vector>

namespace annals::cli {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  // REQUIRES: as many cells as the header has.
  void AddRow(std::vector<std::string> cells);
  size_t size() const { return rows_.size(); }

  // The rows added since the last call, below a header the first time. Columns do
  // not become narrower from call to call, so a long table can be written in parts.
  std::string TakeText();

 private:
  std::string Line(const std::vector<std::string>& cells) const;

  std::vector<std::string> header_;  // Empty once it was written.
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> widths_;
};

}  // namespace annals::cli
