#pragma once

// Keeps values of secrets out of what factories and handles say. One thread; const: any.

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace annals {

class SecretMask {
 public:
  // Values that are shorter are hidden only where they stand alone: not between letters and
  // digits, of which they would hide many that nobody meant, and so show where they are.
  static constexpr size_t kShort = 4;

  void Add(std::string_view value);
  void Add(const SecretMask& others);

  // `status` with `***` for every value in its message, also where values overlap. Without
  // its message, if there is no memory for that.
  absl::Status Masked(const absl::Status& status) const;

 private:
  std::set<std::string, std::less<>> values_;  // None is empty.
};

}  // namespace annals
