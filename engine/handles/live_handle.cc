#include "absl/strings/str_cat.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/handles/live_handle_internal.h"
#include "annals/schemas/status.h"

namespace annals {

void HandleLog::NoteBuilt(bool works) {
  const std::lock_guard lock(mutex_);
  ++(works ? counts_.built : counts_.failed);
}

void HandleLog::NoteClosed(const std::string& what, const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  ++counts_.closed;
  if (!status.ok()) {
    counts_.close_failures.push_back(absl::StrCat(what, ": ", status.message()));
  }
}

HandleLog::Counts HandleLog::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

absl::Status LiveHandle::Start(ObjectId object) {
  std::call_once(started_, [&] {
    start_ = CallGuarded([&] { return handle_->Start(object); });
    if (!start_.ok()) log_->NoteBuilt(false);
  });
  return start_;
}

void LiveHandle::Close() {
  std::call_once(closed_, [this] {
    log_->NoteClosed(what_, CallGuarded([this] { return handle_->Close(); }));
  });
}

}  // namespace annals
