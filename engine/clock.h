#pragma once

// Time, as the engine asks for it. Any thread.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace annals {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970, UTC. May jump, in both directions.
  virtual uint64_t WallMs() const = 0;
  // Milliseconds since some moment, the machine's sleep counted; never goes back, never
  // jumps.
  virtual uint64_t SteadyMs() const = 0;
  // Waits, without `lock`, until `wake` is notified or SteadyMs() is `ms` further on;
  // may return earlier. A clock of one's own must wait for its own time, not the machine's.
  virtual void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                    uint64_t ms) const = 0;

  // The machine's. Lives for ever.
  static const Clock& System();
};

}  // namespace annals
