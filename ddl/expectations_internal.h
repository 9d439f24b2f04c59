#pragma once

// What the grammar looked for and did not find, at the furthest place that it
// reached: the likeliest place of a mistake.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace annals::ddl {

class Expectations {
 public:
  // With `folds`, what can be told under one name is.
  explicit Expectations(bool folds = true) : folds_(folds) {}

  // `what` was not found at `offset`; if it is empty, that is not worth telling.
  // `what` must outlive this.
  void Miss(size_t offset, std::string_view what);

  // Remembers what has been missed so far at `offset`, so that what is missed there
  // from now on can be told under one name.
  size_t Mark(size_t offset) const { return offset == offset_ ? missed_.size() : 0; }
  void Fold(size_t offset, size_t mark, std::string_view name);

  size_t offset() const { return offset_; }
  const std::vector<std::string_view>& missed() const { return missed_; }
  // "found `TABEL`, expected TABLE, SCHEMA or INDEX". `text` is what was parsed,
  // `end` what follows it.
  std::string Message(std::string_view text, std::string_view end) const;

 private:
  const bool folds_;
  size_t offset_ = 0;
  std::vector<std::string_view> missed_;
};

}  // namespace annals::ddl
