#pragma once

// A writer in a process of its own, which a test can kill: this program, started once more.
// It opens a store, commits on several threads, makes snapshots and copies now and then, and
// tells through a pipe what it begins and what it was told itself.
//
//   WriterProcess writer({.path = store});
//   while (const auto told = writer.Next(absl::Milliseconds(10))) ...
//   writer.Kill();
//   while (const auto told = writer.Next(absl::ZeroDuration())) ...  // What it still told.
//
// One thread.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace annals {

struct WriterOptions {
  std::string path;
  uint64_t seed = 1;
  int threads = 3;
  bool create_if_missing = true;
  int pause_ms = 5;         // Between snapshots, at most.
  std::string backup = {};  // Where to copy the store to, soon; empty: nowhere.
};

struct Told {
  enum class What {
    kOpening,
    kRefused,    // To open it. `text` has the reason and the message; it ends.
    kOpened,     // At `version`.
    kCommitted,  // `version`, whose digest is `text`; empty if it was truncated at once.
    kSnapshotBegun,
    kSnapshotDone,
    kBackupBegun,  // At `version` or later.
    kBackupDone,
    kBroken,  // Something happened that never should. `text` says what.
  };
  What what;
  uint64_t version = 0;
  std::string text;
};

class WriterProcess {
 public:
  explicit WriterProcess(const WriterOptions& options);
  // Kills it, unless it has ended.
  ~WriterProcess();
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  // What it tells next; nothing if that does not come within `patience`, or never will.
  std::optional<Told> Next(absl::Duration patience);
  // With SIGKILL, and returns when it is gone.
  void Kill();

 private:
  std::optional<Told> TakeLine();

  pid_t process_ = -1;
  int pipe_ = -1;
  std::string read_;  // And not taken yet.
};

// For main.
bool IsWriterProcess(int argc, char** argv);
int RunWriterProcess(char** argv);

}  // namespace annals
