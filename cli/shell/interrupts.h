#pragma once

// Signals of a terminal as something to ask for: Ctrl-C instead of the end of the process,
// and what an editor of lines must know. One object at a time in a process; its functions
// are for one thread, the flag for any.

#include <atomic>

namespace annals::cli {

class Interrupts {
 public:
  enum class Event {
    kInput,      // There is something to read, or its end.
    kInterrupt,  // Ctrl-C. Stays until Clear.
    kEnd,        // The terminal is gone, or somebody wants the program to end. Stays.
    kResize,     // The window has another size.
    kContinue,   // The program was stopped, and goes on.
  };

  // From here on signals do nothing by themselves.
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  // Set by Ctrl-C, and by what ends the session.
  const std::atomic<bool>& flag() const;
  bool pending() const { return flag(); }
  bool ended() const;
  void Clear();

  // Waits until `file` can be read or a signal has come.
  Event Wait(int file);
};

}  // namespace annals::cli
