#include "annals/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"

namespace annals::cli {
namespace {

constexpr std::chrono::milliseconds kPatience(500);
constexpr std::chrono::milliseconds kInterval(100);

}  // namespace

Progress::Progress(Console& console, std::string what, uint64_t total)
    : console_(console),
      what_(std::move(what)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + kPatience) {}

Progress::~Progress() {
  if (width_ > 0) console_.Overwrite(absl::StrCat("\r", std::string(width_, ' '), "\r"));
}

void Progress::Show(uint64_t done) {
  if (!terminal_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const std::string line =
      total_ == 0 ? absl::StrCat(what_, ": ", done)
                  : absl::StrCat(what_, ": ", 100 * std::min(done, total_) / total_, "%");
  const size_t width = WidthOf(line);
  console_.Overwrite(
      absl::StrCat("\r", line, std::string(width_ > width ? width_ - width : 0, ' ')));
  width_ = std::max(width_, width);
}

}  // namespace annals::cli
