#include "annals/cli/report/text_pool.h"

#include <utility>

#include "annals/cli/terminal_text.h"

namespace annals::cli {

TextPool::Number TextPool::Add(std::string_view text) { return AddVisible(Visible(text)); }

TextPool::Number TextPool::AddLines(std::string_view text) {
  return AddVisible(VisibleLines(text));
}

TextPool::Number TextPool::AddVisible(std::string text) {
  const auto [place, is_new] = numbers_.try_emplace(text, static_cast<Number>(texts_.size()));
  if (is_new) texts_.push_back(std::move(text));
  return place->second;
}

Json TextPool::TakeJson() {
  numbers_.clear();
  return std::exchange(texts_, Json::array());
}

}  // namespace annals::cli
