#pragma once

// How far something is that may take long: one line on standard error, if that is a
// terminal, written anew as it goes and erased at the end. What is done in half a
// second says nothing. One thread; one at a time.

#include <chrono>
#include <cstdint>
#include <string>

#include "annals/cli/console.h"

namespace annals::cli {

class Progress {
 public:
  // "reading versions: 42%"; without a total (0) the number itself.
  Progress(Console& console, std::string what, uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // `done` of the total are done. Cheap enough to be called for each.
  void Show(uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  const std::string what_;
  const uint64_t total_;
  const bool terminal_;
  Clock::time_point next_;
  size_t width_ = 0;  // Of what stands on the line.
};

}  // namespace annals::cli
