#pragma once

// The texts of a report, each once: its data speak of them by number. Text that comes
// from a store is made visible here, so that no name can play tricks in the page.
// One thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "annals/cli/json.h"

namespace annals::cli {

class TextPool {
 public:
  using Number = uint32_t;

  // On one line; and text that may have several.
  Number Add(std::string_view text);
  Number AddLines(std::string_view text);

  // All texts, by number. The pool is empty then.
  Json TakeJson();

 private:
  Number AddVisible(std::string text);

  absl::flat_hash_map<std::string, Number> numbers_;
  Json texts_ = Json::array();
};

}  // namespace annals::cli
