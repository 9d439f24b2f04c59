#include "annals/cli/shell/line_source.h"

#include <algorithm>
#include <utility>

#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kLongLine = 64 << 10;

}  // namespace

absl::StatusOr<Line> InputLines::Next(std::string_view /*prompt*/, bool /*continued*/) {
  size_t end = buffer_.find('\n', next_);
  while (end == std::string::npos && !ended_ && buffer_.size() - next_ < kLongLine) {
    buffer_.erase(0, std::exchange(next_, 0));
    const size_t seen = buffer_.size();
    ANNALS_ASSIGN_OR_RETURN(const std::string more, input_.Read());
    ended_ = more.empty();
    buffer_ += more;
    end = buffer_.find('\n', seen);
  }
  if (next_ == buffer_.size()) return Line{.kind = Line::Kind::kEnd, .number = number_};
  const size_t size = end == std::string::npos ? buffer_.size() - next_ : end + 1 - next_;
  Line line{Line::Kind::kText, buffer_.substr(next_, size), number_, begins_};
  next_ += size;
  begins_ = line.text.ends_with('\n');
  number_ += begins_ ? 1 : 0;
  return line;
}

}  // namespace annals::cli
