#pragma once

// What somebody may have meant: for "did you mean". Pure.

#include <string>
#include <string_view>
#include <vector>

namespace annals::cli {

// How many letters must be added, taken away, replaced, or swapped with their neighbour
// to make `b` of `a`.
size_t EditDistance(std::string_view a, std::string_view b);

// Looks for what is most like a word, among candidates that come one by one.
class ClosestSearch {
 public:
  // A third of the letters may be wrong, of short words one. Their case does not matter.
  explicit ClosestSearch(std::string_view word);

  // Whether `candidate` is more like the word than all before it were.
  bool Offer(std::string_view candidate);

 private:
  const std::string word_;  // In lower case.
  size_t least_;            // The distance that is too far.
};

// The one of `candidates` that is most like `word`, whatever the case of the letters;
// empty if none is like it.
std::string_view Closest(std::string_view word, const std::vector<std::string_view>& candidates);

// "; did you mean log?", or nothing.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace annals::cli
