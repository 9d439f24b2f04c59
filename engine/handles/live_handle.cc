#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/handles/live_handle_internal.h"
#include "annals/schemas/status.h"

namespace annals {

void HandleLog::NoteBuilt(bool works) {
  const std::lock_guard lock(mutex_);
  ++(works ? built_ : failed_);
}

void HandleLog::NoteClosed(const std::string& what, const absl::Status& status) try {
  const std::lock_guard lock(mutex_);
  ++closed_;
  if (status.ok()) return;
  ++close_failures_;
  last_close_failures_.push_back(absl::StrCat(what, ": ", status.message()));
  if (last_close_failures_.size() > kCloseFailures) last_close_failures_.pop_front();
} catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it has been counted
}

Handles::Stats HandleLog::stats() const {
  const std::lock_guard lock(mutex_);
  return {.built = built_,
          .failed = failed_,
          .closed = closed_,
          .close_failures = close_failures_,
          .last_close_failure =
              last_close_failures_.empty() ? std::string() : last_close_failures_.back()};
}

uint64_t HandleLog::close_failures() const {
  const std::lock_guard lock(mutex_);
  return close_failures_;
}

std::vector<std::string> HandleLog::CloseFailuresAfter(uint64_t count) const {
  const std::lock_guard lock(mutex_);
  const uint64_t wanted = std::min<uint64_t>(close_failures_ - count, last_close_failures_.size());
  return {last_close_failures_.end() - static_cast<std::ptrdiff_t>(wanted),
          last_close_failures_.end()};
}

absl::Status LiveHandle::Build(Maker make) {
  const absl::Status status = secrets_.Masked(CallGuarded([&] {
    auto made = make();
    if (!made.ok()) return made.status();
    handle_ = *std::move(made);
    return handle_ != nullptr ? absl::OkStatus() : absl::UnknownError("no handle was built");
  }));
  log_->NoteBuilt(status.ok());
  return status;
}

absl::Status LiveHandle::Start(ObjectId object) {
  std::call_once(start_once_, [&] {
    start_ = secrets_.Masked(CallGuarded([&] { return handle_->Start(object); }));
    if (!start_.ok()) log_->NoteBuilt(false);
  });
  return start_;
}

void LiveHandle::Close() {
  std::call_once(close_once_, [this] {
    if (handle_ != nullptr) {
      log_->NoteClosed(what_, secrets_.Masked(CallGuarded([this] { return handle_->Close(); })));
    }
    *closed_ = true;
    closed_->notify_all();
  });
}

void HandleWatch::Close() const {
  if (const auto live = live_.lock()) live->Close();
  if (closed_ != nullptr) closed_->wait(false);
}

}  // namespace annals
