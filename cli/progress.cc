#include "annals/cli/progress.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace annals::cli {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kPause = std::chrono::milliseconds(100);

std::string LineOf(const std::string& what, uint64_t done, uint64_t total) {
  if (total == 0) return absl::StrCat(what, ": ", done);
  const uint64_t percent = total < UINT64_MAX / 100 ? done * 100 / total : done / (total / 100);
  return absl::StrCat(what, ": ", done, " of ", total, " (", percent, "%)");
}

}  // namespace

Progress::Progress(Console& console, std::string what, uint64_t total)
    : console_(console),
      what_(std::move(what)),
      total_(total),
      shown_(console.errors_are_seen()),
      next_(std::chrono::steady_clock::now() + kPatience) {}

Progress::~Progress() {
  if (written_) console_.WipeLine();
}

void Progress::Show(uint64_t done) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kPause;
  written_ = true;
  console_.OverwriteLine(LineOf(what_, done, total_));
}

}  // namespace annals::cli
