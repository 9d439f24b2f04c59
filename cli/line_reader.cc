#include "annals/cli/line_reader.h"

#include <utility>

#include "annals/schemas/status.h"

namespace annals::cli {

absl::StatusOr<std::optional<LineReader::Line>> LineReader::Next() {
  Line line;
  size_t searched = 0;
  for (;;) {
    const size_t end = pending_.find('\n', searched);
    if (end != std::string::npos) {
      line.too_long = line.too_long || end > most_bytes_;
      if (!line.too_long) line.text = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    if (pending_.size() > most_bytes_) {
      line.too_long = true;
      pending_.clear();
    }
    searched = pending_.size();
    ANNALS_ASSIGN_OR_RETURN(const std::string more, input_.Read());
    if (!more.empty()) {
      pending_ += more;
      continue;
    }
    if (pending_.empty() && !line.too_long) return std::nullopt;
    line.text = std::exchange(pending_, {});
    return line;
  }
}

}  // namespace annals::cli
