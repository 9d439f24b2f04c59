#pragma once

// Where statements and requests come from: a text, a file or standard input.
// One thread.

#include <string>

#include "absl/status/statusor.h"

namespace annals::cli {

class Input {
 public:
  static Input OfText(std::string text, std::string name);
  static Input OfStandardInput();
  //   IO_ERROR  the file cannot be read; names it
  static absl::StatusOr<Input> OfFile(const std::string& path);
  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input();

  // "shop.sql", "standard input": for messages.
  const std::string& name() const { return name_; }

  // The next bytes, as soon as there are any; none at the end.
  //   IO_ERROR
  absl::StatusOr<std::string> Read();

 private:
  Input(int file, std::string name) : file_(file), name_(std::move(name)) {}

  int file_;  // -1: `text_` is all.
  std::string text_;
  std::string name_;
};

}  // namespace annals::cli
