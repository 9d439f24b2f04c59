#pragma once

// A handle on its way through life: it holds the handles that it needs, and is closed
// once, at the latest when nobody holds it any more.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "annals/engine/handles/factory.h"

namespace annals {

// What became of all handles of a manager, which it may outlive. Any thread.
class HandleLog {
 public:
  void NoteBuilt(bool works);
  void NoteClosed(const std::string& what, const absl::Status& status);

  struct Counts {
    uint64_t built = 0;
    uint64_t failed = 0;
    uint64_t closed = 0;
    std::vector<std::string> close_failures;
  };
  Counts counts() const;

 private:
  mutable std::mutex mutex_;
  Counts counts_;  // Guarded by mutex_.
};

// Any thread. Never to be let go under a lock: that may close it.
class LiveHandle {
 public:
  // `what`: whose it is, for messages. `needs` are let go after the handle.
  LiveHandle(std::unique_ptr<Handle> handle, std::string what,
             std::vector<std::shared_ptr<LiveHandle>> needs, std::shared_ptr<HandleLog> log)
      : needs_(std::move(needs)),
        handle_(std::move(handle)),
        what_(std::move(what)),
        log_(std::move(log)) {}
  ~LiveHandle() { Close(); }
  LiveHandle(const LiveHandle&) = delete;
  LiveHandle& operator=(const LiveHandle&) = delete;

  Handle* get() const { return handle_.get(); }

  // Again: what it said the first time.
  absl::Status Start(ObjectId object);
  // Again: nothing happens. Returns once it is closed.
  void Close();

  // As users hold it.
  static std::shared_ptr<Handle> Share(const std::shared_ptr<LiveHandle>& live) {
    return live == nullptr ? nullptr : std::shared_ptr<Handle>(live, live->get());
  }

 private:
  const std::vector<std::shared_ptr<LiveHandle>> needs_;
  const std::unique_ptr<Handle> handle_;
  const std::string what_;
  const std::shared_ptr<HandleLog> log_;
  std::once_flag started_;
  std::once_flag closed_;
  absl::Status start_;
};

}  // namespace annals
