#include "annals/cli/closest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"
#include "annals/schemas/status.h"

namespace annals::cli {

// The optimal string alignment distance, row by row of its table.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

ClosestSearch::ClosestSearch(std::string_view word)
    : word_(absl::AsciiStrToLower(ToAbsl(word))),
      least_(std::max<size_t>(word.size() / 3, 1) + 1) {}

bool ClosestSearch::Offer(std::string_view candidate) {
  const size_t more = std::max(word_.size(), candidate.size());
  if (more - std::min(word_.size(), candidate.size()) >= least_) return false;
  const size_t distance = EditDistance(word_, absl::AsciiStrToLower(ToAbsl(candidate)));
  if (distance >= least_) return false;
  least_ = distance;
  return true;
}

std::string_view Closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  ClosestSearch search(word);
  std::string_view closest;
  for (const std::string_view candidate : candidates) {
    if (search.Offer(candidate)) closest = candidate;
  }
  return closest;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view closest = Closest(word, candidates);
  return closest.empty() ? "" : absl::StrCat("; did you mean ", Visible(closest), "?");
}

}  // namespace annals::cli
