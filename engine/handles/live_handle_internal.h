#pragma once

// A handle on its way through life: it holds the handles that it needs, and is closed
// once, at the latest when nobody holds it any more.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/handles.h"
#include "annals/engine/handles/secret_mask_internal.h"

namespace annals {

// What became of all handles of a manager, which it may outlive. Any thread.
class HandleLog {
 public:
  // What is kept of what failed handles said: the newest. All are counted.
  static constexpr size_t kCloseFailures = 100;

  void NoteBuilt(bool works);
  // Without memory a failure is counted, and not kept.
  void NoteClosed(const std::string& what, const absl::Status& status);

  Handles::Stats stats() const;
  uint64_t close_failures() const;
  // Those that are kept of the failures after the first `count`, the oldest first.
  std::vector<std::string> CloseFailuresAfter(uint64_t count) const;

 private:
  mutable std::mutex mutex_;
  // All guarded by mutex_.
  uint64_t built_ = 0;
  uint64_t failed_ = 0;
  uint64_t closed_ = 0;
  uint64_t close_failures_ = 0;
  std::deque<std::string> last_close_failures_;
};

// Any thread. Never to be let go under a lock: that may close it.
class LiveHandle {
 public:
  using Maker = absl::FunctionRef<absl::StatusOr<std::unique_ptr<Handle>>()>;

  // Nothing yet. `what`: whose it is, for messages. `needs` are let go after the handle.
  // `secrets`: what no error of the handle may show; those of `needs` are among them.
  LiveHandle(std::string what, std::vector<std::shared_ptr<LiveHandle>> needs, SecretMask secrets,
             std::shared_ptr<HandleLog> log)
      : needs_(std::move(needs)),
        secrets_(std::move(secrets)),
        what_(std::move(what)),
        log_(std::move(log)) {}
  ~LiveHandle() { Close(); }
  LiveHandle(const LiveHandle&) = delete;
  LiveHandle& operator=(const LiveHandle&) = delete;

  // Once, before anybody else has it.
  absl::Status Build(Maker make);
  Handle* get() const { return handle_.get(); }
  const std::string& what() const { return what_; }
  const SecretMask& secrets() const { return secrets_; }

  // Again: what it said the first time.
  absl::Status Start(ObjectId object);
  // Again: nothing happens. Returns once it is closed.
  void Close();
  // Neither it nor what it needs was closed.
  bool works() const {
    return !*closed_ && std::all_of(needs_.begin(), needs_.end(), [](const auto& need) {
      return need == nullptr || need->works();
    });
  }
  // Of a trial: somebody has taken it for an object, whose it is for ever.
  void NoteTaken() { taken_ = true; }
  bool taken() const { return taken_; }

  // As users hold it.
  static std::shared_ptr<Handle> Share(const std::shared_ptr<LiveHandle>& live) {
    return live == nullptr ? nullptr : std::shared_ptr<Handle>(live, live->get());
  }

 private:
  friend class HandleWatch;

  const std::vector<std::shared_ptr<LiveHandle>> needs_;
  const SecretMask secrets_;
  std::unique_ptr<Handle> handle_;
  const std::string what_;
  const std::shared_ptr<HandleLog> log_;
  std::once_flag start_once_;
  std::once_flag close_once_;
  absl::Status start_;
  std::atomic<bool> taken_{false};
  // Outlives this, for those who wait for it.
  const std::shared_ptr<std::atomic<bool>> closed_ = std::make_shared<std::atomic<bool>>(false);
};

// Knows a handle without holding it, and whether it is open, which it is for a while after
// the last has let it go. A value; asks for no memory.
class HandleWatch {
 public:
  HandleWatch() = default;  // Of none.
  explicit HandleWatch(const std::shared_ptr<LiveHandle>& live)
      : live_(live), closed_(live->closed_) {}

  // Null: nobody holds it.
  std::shared_ptr<LiveHandle> Get() const { return live_.lock(); }
  bool is_held() const { return !live_.expired(); }
  bool is_open() const { return closed_ != nullptr && !*closed_; }
  // Closes it, or waits for who does. Under no lock.
  void Close() const;

 private:
  std::weak_ptr<LiveHandle> live_;
  std::shared_ptr<const std::atomic<bool>> closed_;
};

}  // namespace annals
