#pragma once

// The lines of an input, without their ends. One thread.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "annals/cli/input.h"

namespace annals::cli {

class LineReader {
 public:
  struct Line {
    std::string text;
    bool too_long = false;  // Longer than `most_bytes`; then there is no text.
  };

  // `input` must outlive this.
  LineReader(Input& input, size_t most_bytes) : input_(input), most_bytes_(most_bytes) {}

  // The next line; nothing at the end of the input. The last one may lack its line feed.
  //   IO_ERROR
  absl::StatusOr<std::optional<Line>> Next();

 private:
  Input& input_;
  const size_t most_bytes_;
  std::string pending_;  // Read, and not given yet.
};

}  // namespace annals::cli
