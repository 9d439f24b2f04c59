#include "annals/engine/hybrid_clock.h"

#include <algorithm>
#include <ctime>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr uint64_t kMaxBehindMs = 60'000;
constexpr int64_t kMaxGainMs = int64_t{24} * 3600 * 1000;

int64_t Gap(uint64_t wall_ms, uint64_t steady_ms) {
  return static_cast<int64_t>(wall_ms) - static_cast<int64_t>(steady_ms);
}

std::string Iso(uint64_t ms) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMillis(static_cast<int64_t>(ms)),
                          absl::UTCTimeZone());
}

class SystemClock final : public Clock {
 public:
  uint64_t WallMs() const override { return Ms(std::chrono::system_clock::now()); }
  // Goes on while the machine sleeps, as the wall clock does: else every sleep would look
  // like a jump of that.
  uint64_t SteadyMs() const override {
#ifdef CLOCK_BOOTTIME
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
#else
    return Ms(std::chrono::steady_clock::now());
#endif
  }
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
            uint64_t ms) const override {
    // Bounded: so no sum overflows, and a sleep of the machine, which wait_for does not
    // count, delays nobody for long.
    wake.wait_for(lock, std::chrono::milliseconds(std::min<uint64_t>(ms, 60'000)));
  }

 private:
  template <typename TimePoint>
  static uint64_t Ms(TimePoint now) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  }
};

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

HybridClock::HybridClock(const Clock& clock)
    : clock_(clock), wall_minus_steady_ms_(Gap(clock.WallMs(), clock.SteadyMs())) {}

absl::Status HybridClock::CheckWall(uint64_t wall_ms, uint64_t steady_ms) const {
  // A timestamp far ahead of the wall clock would be in the log for ever, so it
  // is not given even if only a promise of SafeTime asks for it.
  if (wall_ms + kMaxBehindMs < last_.physical_ms()) {
    const bool is_version = newest_.physical_ms() == last_.physical_ms();
    return MakeError(Reason::CLOCK_BEHIND,
                     absl::StrCat("the wall clock says ", Iso(wall_ms), ", more than 60 s before ",
                                  Iso(last_.physical_ms()), ", the time of the latest ",
                                  is_version ? "version" : "reading", "; set the clock right"));
  }
  const int64_t gained = Gap(wall_ms, steady_ms) - wall_minus_steady_ms_;
  if (gained > kMaxGainMs) {
    return MakeError(
        Reason::CLOCK_JUMP,
        absl::StrCat("the wall clock jumped ahead by ", gained / 1000, " s, to ", Iso(wall_ms),
                     "; set it right, or accept the jump if it is meant"));
  }
  return absl::OkStatus();
}

absl::StatusOr<HybridTimestamp> HybridClock::Begin(bool accept_jump) {
  const std::lock_guard lock(mutex_);
  const uint64_t wall_ms = clock_.WallMs();
  const uint64_t steady_ms = clock_.SteadyMs();
  if (accept_jump) wall_minus_steady_ms_ = Gap(wall_ms, steady_ms);
  ANNALS_RETURN_IF_ERROR(CheckWall(wall_ms, steady_ms));
  last_ = std::max(last_.Next(), HybridTimestamp(wall_ms, 0));
  in_flight_ = std::min(in_flight_, last_);
  return last_;
}

void HybridClock::Done() {
  const std::lock_guard lock(mutex_);
  in_flight_ = HybridTimestamp::Max();
}

void HybridClock::Forsake() {
  const std::lock_guard lock(mutex_);
  forsaken_ = std::min(forsaken_, in_flight_);
}

void HybridClock::Observe(HybridTimestamp timestamp) {
  const std::lock_guard lock(mutex_);
  if (timestamp > newest_) {
    newest_ = timestamp;
    newest_seen_ms_ = clock_.SteadyMs();
  }
  last_ = std::max(last_, timestamp);
  newest_ms_.store(newest_.physical_ms(), std::memory_order_relaxed);
}

HybridTimestamp HybridClock::SafeTime() {
  const std::lock_guard lock(mutex_);
  const uint64_t wall_ms = clock_.WallMs();
  // A clock that is not to be trusted promises nothing new.
  if (CheckWall(wall_ms, clock_.SteadyMs()).ok()) {
    last_ = std::max(last_, HybridTimestamp(wall_ms, 0));
  }
  // The next timestamp will be after last_; those in flight are not published yet.
  const HybridTimestamp unpublished = std::min(in_flight_, forsaken_);
  return std::min(last_, HybridTimestamp::FromRaw(unpublished.raw() - 1));
}

uint64_t HybridClock::NowMs() const {
  return std::max(clock_.WallMs(), newest_ms_.load(std::memory_order_relaxed));
}

absl::StatusOr<uint64_t> HybridClock::TrustedNowMs() {
  const std::lock_guard lock(mutex_);
  const uint64_t wall_ms = clock_.WallMs();
  const uint64_t steady_ms = clock_.SteadyMs();
  ANNALS_RETURN_IF_ERROR(CheckWall(wall_ms, steady_ms));
  // The wall clock may have been wrong already when this was made: no jump tells of that.
  const uint64_t newest_ms = newest_.physical_ms();
  return std::clamp(wall_ms, newest_ms, newest_ms + (steady_ms - newest_seen_ms_));
}

}  // namespace annals
