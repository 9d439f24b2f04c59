#include "annals/cli/text_table.h"

#include <algorithm>
#include <utility>

#include "annals/cli/terminal_text.h"

namespace annals::cli {

TextTable::TextTable(std::vector<std::string> header) : header_(std::move(header)) {
  for (const std::string& cell : header_) widths_.push_back(WidthOf(cell));
}

void TextTable::AddRow(std::vector<std::string> cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Visible(cells[i]);
    widths_[i] = std::max(widths_[i], WidthOf(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

std::string TextTable::TakeText() {
  std::string text;
  if (!header_.empty()) text = Line(std::exchange(header_, {}));
  for (const auto& row : std::exchange(rows_, {})) text += Line(row);
  return text;
}

std::string TextTable::Line(const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    line.append(widths_[i] - WidthOf(cells[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace annals::cli
