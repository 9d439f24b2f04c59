#pragma once

// Time, as the engine asks for it. Any thread.

#include <chrono>
#include <cstdint>

namespace annals {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970, UTC. May jump, in both directions.
  virtual uint64_t WallMs() const = 0;
  // Milliseconds since some moment; never goes back, never jumps.
  virtual uint64_t SteadyMs() const = 0;

  // The machine's. Lives for ever.
  static const Clock& System();
};

}  // namespace annals
