#pragma once

// What several clients did to a catalog at the same time, when, and what they were told; and
// whether all that can be true.
//
// The catalog is a register here. Each write gives it a value of its own, as one version, so
// that a version says whose it is. Versions are numbered without gaps, and so nothing has to
// be searched for: a write that was acknowledged has its place in their order, and a read says
// which place it saw. What is left is whether that order agrees with the clock on the wall,
// which takes one walk over the versions and one over the calls.
//
// What holds (I3, I8, I9, I11; this is linearizability where there is one node):
//   - a write that was acknowledged is the version that it was told to be, once and for all;
//   - a write that was refused is no version; one that nobody knows of is at most one;
//   - who begins when another write is acknowledged comes after it, whatever the node;
//   - a node, once it has seen a version, sees it from then on, and at SafeTime() what was
//     acknowledged there;
//   - nobody sees a version before somebody wants to write it, and what is seen is what was
//     written;
//   - a follower gets all versions, in order, without a gap and none twice, or is told that it
//     starts anew, when what it had was truncated.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace annals {

struct History {
  enum class Outcome {
    kDone,      // A write: it is `version`. A read: the node is at `version`.
    kRefused,   // Nothing was written.
    kConflict,  // The same, since the latest version was not `expected`.
    kWritten,   // It is in the log, and was not seen at the node yet.
    kUnknown,
  };
  struct Call {
    bool is_write = false;
    // A read at SafeTime(). It sees what was acknowledged, and need not see yet what others
    // do: Latest() shows a version a little before anybody is told of it.
    bool is_safe = false;
    Outcome outcome = Outcome::kDone;
    uint64_t node = 0;
    // Moments: no two are the same.
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t version = 0;              // If it is known.
    std::optional<uint64_t> value;     // What was to be written, or was seen.
    std::optional<uint64_t> expected;  // The version that the write was to follow.
  };
  // That somebody saw what a version is.
  struct Sight {
    uint64_t version = 0;
    uint64_t value = 0;
  };
  // What a follower was told at `moment`.
  struct Range {
    uint64_t follower = 0;
    uint64_t node = 0;
    uint64_t moment = 0;
    uint64_t before = 0;  // 0: everything.
    uint64_t after = 0;
    uint64_t value = 0;
  };

  // What was there before all this.
  Sight base;
  std::vector<Call> calls;
  std::vector<Sight> sights;
  // Of each follower in its order.
  std::vector<Range> ranges;
  // Versions below it may have been truncated.
  uint64_t snapshot = 0;
};

// All that cannot be so, each in a sentence; but no more than a hundred.
std::vector<std::string> ViolationsOf(const History& history);

// Writes a history down. Any thread.
class HistoryRecorder {
 public:
  explicit HistoryRecorder(History::Sight base) { history_.base = base; }

  // A moment after all that were given before.
  uint64_t Now() { return ++moment_; }
  // A value that was never given before.
  uint64_t NewValue() { return ++value_; }

  void Add(const History::Call& call);
  void Add(const History::Sight& sight);
  void Add(const History::Range& range);
  // Before a snapshot is made.
  void NoteSnapshot(uint64_t version);

  size_t calls() const;
  History Take();

 private:
  std::atomic<uint64_t> moment_{0};
  std::atomic<uint64_t> value_{1'000'000};
  mutable std::mutex mu_;
  History history_;  // Guarded by mu_.
};

}  // namespace annals
