#pragma once

// How far something that takes its time has come, on one line of standard error that is
// written over and over and wiped at the end. Says nothing for the first half second,
// and nothing where standard error is no terminal. One thread.

#include <chrono>
#include <cstdint>
#include <string>

#include "annals/cli/console.h"

namespace annals::cli {

class Progress {
 public:
  // "reading versions": what is done. `total`: of how many; 0 if nobody knows.
  Progress(Console& console, std::string what, uint64_t total = 0);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // Cheap enough to be called for each record.
  void Reach(uint64_t done) {
    if (shown_ && (done & kMask) == 0) Show(done);
  }

 private:
  static constexpr uint64_t kMask = 0xff;

  void Show(uint64_t done);

  Console& console_;
  const std::string what_;
  const uint64_t total_;
  const bool shown_;
  bool written_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace annals::cli
