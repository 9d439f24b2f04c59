#pragma once

// Where the lines of a session come from: somebody at a terminal, a pipe or a file.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/cli/input.h"

namespace annals::cli {

struct Line {
  enum class Kind {
    kText,
    kCancelled,  // What was begun is not to be done; the session goes on.
    kEnd,        // Nothing more comes.
  };
  Kind kind = Kind::kEnd;
  std::string text = {};  // With the line feed, if it has one.
  uint64_t number = 0;    // Its place in the input, from 1.
  bool begins = true;     // False: a further part of a line that came in parts.
};

class LineSource {
 public:
  virtual ~LineSource() = default;
  // What messages call it: "shop.sql".
  virtual const std::string& name() const = 0;
  // The next line, asked for with `prompt`. `continued`: a statement has been begun.
  //   IO_ERROR
  virtual absl::StatusOr<Line> Next(std::string_view prompt, bool continued) = 0;
};

// The lines of a text that nobody types: without prompts. A long line comes in parts.
class InputLines final : public LineSource {
 public:
  explicit InputLines(Input input) : input_(std::move(input)) {}

  const std::string& name() const override { return input_.name(); }
  absl::StatusOr<Line> Next(std::string_view prompt, bool continued) override;

 private:
  Input input_;
  std::string buffer_;
  size_t next_ = 0;  // In buffer_.
  uint64_t number_ = 1;
  bool begins_ = true;  // Whether a line begins at next_.
  bool ended_ = false;
};

}  // namespace annals::cli
