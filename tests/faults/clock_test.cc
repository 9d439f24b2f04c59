// Clocks that stand still, go back by an hour, or ahead by a hundred years, in the middle of
// commits with and without delays, snapshots and openings (T15; I6).

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/scale.h"

namespace annals {
namespace {

constexpr uint64_t kScheduleParts = 4;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kCenturyMs = 36'525 * kDayMs;

// A store, its clock, and what is known of the times of its versions.
class ClockSchedule {
 public:
  explicit ClockSchedule(uint64_t seed) : random_(seed) { Open(); }

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) Step();
    Reopen();
    manager_->Close();
    EXPECT_EQ(*answered_, called_);
  }

 private:
  struct Times {
    HybridTimestamp timestamp;
    HybridTimestamp activation;
  };
  // At a time that was safe.
  struct Answer {
    HybridTimestamp time;
    uint64_t version;
    int opening;
  };

  uint64_t Below(uint64_t end) { return random_() % end; }
  uint64_t latest() const { return times_.size(); }
  const Times& TimesOf(uint64_t version) const { return times_[version - 1]; }
  const Times& newest() const { return times_.back(); }
  int64_t Gap() const {
    return static_cast<int64_t>(clock_.WallMs()) - static_cast<int64_t>(clock_.SteadyMs());
  }

  void Step();
  void Open();
  void Reopen();
  void Commit(ExecuteOptions options);
  void CommitSoon(const ExecuteOptions& options);
  void TryToCommit(const ExecuteOptions& options);
  CatalogCommand NextCommand() const { return SchemaNamed(absl::StrCat("S", latest())); }
  void ExpectRefused(const absl::Status& status, bool accept_jump) const;
  void ExpectNewVersion(absl::Duration delay);
  void ExpectPromisesKept();
  void AskSafeTime();
  void AskAnyTime();
  void TakeSnapshot();
  void MisuseClock();
  void ExpectTimes() const;
  void ExpectAnswer(HybridTimestamp time) const;
  uint64_t ActiveBy(HybridTimestamp time) const;
  // Whether all is active, as far as the engine can see it from now.
  bool IsActive() const {
    return newest().activation.physical_ms() <=
           std::max(clock_.WallMs(), newest().timestamp.physical_ms());
  }
  bool JumpedAhead() const { return Gap() - accepted_gap_ > kDayMs; }
  bool IsFarBehind() const { return clock_.WallMs() + 60'000 < newest().timestamp.physical_ms(); }
  void NoteReading() {
    if (!JumpedAhead()) reading_ = std::max(reading_, HybridTimestamp(clock_.WallMs(), UINT16_MAX));
  }
  // No time before it is given any more.
  HybridTimestamp Known() const { return std::max({newest().timestamp, safe_, reading_}); }
  // No doubt about the clock.
  bool IsRight(bool accept_jump) const {
    return clock_.WallMs() >= Known().physical_ms() && (accept_jump || !JumpedAhead());
  }

  std::mt19937_64 random_;
  FakeClock clock_;
  MemoryDisk disk_;
  Manager manager_;
  std::vector<Times> times_;  // By version, from 1 on.
  uint64_t earliest_ = 1;
  std::vector<Answer> answers_;
  int opening_ = 0;
  HybridTimestamp safe_;  // Was told last, by this manager.
  // That the engine may have read and told nobody: for a call that gave up, or for a SafeTime()
  // that was asked for just before a commit was over.
  HybridTimestamp reading_;
  int64_t accepted_gap_ = 0;  // Between the two clocks.
  uint64_t called_ = 0;
  std::shared_ptr<std::atomic<uint64_t>> answered_ = std::make_shared<std::atomic<uint64_t>>(0);
};

void ClockSchedule::Step() {
  switch (Below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return Commit({.delay = absl::ZeroDuration(), .accept_clock_jump = Below(4) == 0});
    case 5:
    case 6:
      return Commit({.delay = absl::Milliseconds(static_cast<int64_t>(Below(5000))),
                     .accept_clock_jump = Below(4) == 0});
    case 7:
    case 8:
    case 9:
      return AskSafeTime();
    case 10:
      return AskAnyTime();
    case 11:
      return clock_.Pass(Below(2) == 0 ? Below(3) : Below(kHourMs));
    case 12:
    case 13:
      return MisuseClock();
    case 14:
      return TakeSnapshot();
    default:
      return Reopen();
  }
}

void ClockSchedule::Open() {
  const bool is_new = times_.empty();
  manager_ = MustOpen(disk_, {.clock = &clock_});
  ASSERT_NE(manager_, nullptr);
  ++opening_;
  safe_ = {};
  reading_ = {};
  accepted_gap_ = Gap();
  if (is_new) times_.push_back({manager_->Latest().timestamp(), manager_->Latest().activation()});
}

void ClockSchedule::Reopen() {
  manager_.reset();
  Open();
  ExpectTimes();
  for (const Answer& answer : answers_) ExpectAnswer(answer.time);
}

void ClockSchedule::Commit(ExecuteOptions options) {
  const bool is_right = IsRight(options.accept_clock_jump);
  if (!is_right && (!IsActive() || *options.delay > absl::ZeroDuration())) {
    // Nobody lets time pass for an answer that waits for an activation. And who gives up may
    // have done so before the clock was asked, and have accepted nothing.
    options.deadline = absl::Now() + absl::Milliseconds(1);
    options.accept_clock_jump = false;
  }
  is_right ? CommitSoon(options) : TryToCommit(options);
  if (options.accept_clock_jump) accepted_gap_ = Gap();
  if (LatestOf(*manager_).value > latest()) ExpectNewVersion(*options.delay);
}

// Nothing can be wrong, so nothing but the version has to be waited for.
void ClockSchedule::CommitSoon(const ExecuteOptions& options) {
  ++called_;
  manager_->ExecuteAsync({NextCommand()}, options, [answered = answered_](const auto& result) {
    ++*answered;
    // If it was not active before the manager was closed.
    if (!result.ok()) {
      EXPECT_THAT(result, FailsWith(Reason::CLOSED, {"was written"}));
    }
  });
  ASSERT_THAT(manager_->WaitForVersion({latest() + 1}, absl::Now() + absl::Seconds(30)), IsOk());
}

// It may be written all the same.
void ClockSchedule::TryToCommit(const ExecuteOptions& options) {
  const auto done = manager_->Execute(NextCommand(), options);
  if (ReasonOf(done.status()) == Reason::DEADLINE_EXCEEDED) {
    NoteReading();
  } else if (!done.ok()) {
    ExpectRefused(done.status(), options.accept_clock_jump);
  }
}

void ClockSchedule::ExpectRefused(const absl::Status& status, bool accept_jump) const {
  EXPECT_EQ(LatestOf(*manager_).value, latest()) << "written, though refused: " << status;
  if (ReasonOf(status) == Reason::CLOCK_JUMP) {
    EXPECT_TRUE(JumpedAhead() && !accept_jump);
  } else {
    EXPECT_THAT(status, FailsWith(Reason::CLOCK_BEHIND));
    // Of a version, or of what was promised.
    EXPECT_LT(clock_.WallMs() + 60'000, Known().physical_ms());
  }
}

void ClockSchedule::ExpectNewVersion(absl::Duration delay) {
  const auto delay_ms = static_cast<uint64_t>(absl::ToInt64Milliseconds(delay));
  EXPECT_EQ(LatestOf(*manager_).value, latest() + 1);
  EXPECT_FALSE(IsFarBehind());
  const Catalog catalog = manager_->Latest();
  const HybridTimestamp timestamp = catalog.timestamp();
  EXPECT_GT(timestamp, newest().timestamp);
  EXPECT_GT(timestamp, safe_ > newest().activation ? safe_ : HybridTimestamp());
  EXPECT_GE(timestamp.physical_ms(), clock_.WallMs());
  EXPECT_LE(timestamp.physical_ms(), clock_.WallMs() + 60'001);
  EXPECT_EQ(catalog.activation(), std::max(newest().activation.Next(), timestamp.PlusMs(delay_ms)));
  times_.push_back({timestamp, catalog.activation()});
  ExpectPromisesKept();
}

// The newest version is active later than any time that was safe. A promise of an earlier
// opening is forgotten if the clock was set back to before it (docs/architecture.md).
void ClockSchedule::ExpectPromisesKept() {
  std::erase_if(answers_, [this](const Answer& answer) {
    if (answer.time < newest().activation) return false;
    EXPECT_LT(answer.opening, opening_) << "a promise was broken";
    EXPECT_LE(clock_.WallMs(), answer.time.physical_ms()) << "a promise was broken";
    return true;
  });
}

void ClockSchedule::AskSafeTime() {
  const HybridTimestamp safe = manager_->SafeTime();
  NoteReading();
  EXPECT_GE(safe, safe_);
  EXPECT_GE(safe, newest().activation);
  safe_ = safe;
  HybridTimestamp time = safe;
  if (Below(2) == 0) {
    const uint64_t first = TimesOf(earliest_).activation.raw();
    time = HybridTimestamp::FromRaw(first + Below(safe.raw() - first + 1));
  }
  ExpectAnswer(time);
  answers_.push_back({time, ActiveBy(time), opening_});
}

void ClockSchedule::AskAnyTime() {
  const HybridTimestamp at = TimesOf(1 + Below(latest())).activation;
  for (const uint64_t raw : {at.raw() - 1, at.raw(), at.raw() + 1}) {
    ExpectAnswer(HybridTimestamp::FromRaw(raw));
  }
  ExpectAnswer(HybridTimestamp(clock_.WallMs(), 0));
}

void ClockSchedule::TakeSnapshot() {
  const uint64_t version = earliest_ + Below(latest() - earliest_ + 1);
  const auto done = manager_->Snapshot({version});
  if (!done.ok()) {
    EXPECT_THAT(done, FailsWith(Reason::VERSION_NOT_ACTIVE));
    return;
  }
  EXPECT_EQ(*done, version > earliest_);
  earliest_ = version;
}

void ClockSchedule::MisuseClock() {
  // What it should show goes on with the steady clock.
  const int64_t error = Gap() - (static_cast<int64_t>(FakeClock::kStartMs) - int64_t{1'000'000});
  switch (Below(7)) {
    case 0:
      return clock_.Jump(-kHourMs);
    case 1:
      if (error < 5 * kCenturyMs) clock_.Jump(kCenturyMs);
      return;
    case 2: {  // It stands still for a while.
      const uint64_t ms = Below(2 * kHourMs);
      clock_.Pass(ms);
      return clock_.Jump(-static_cast<int64_t>(ms));
    }
    case 3:
      return clock_.Jump(static_cast<int64_t>(Below(100'000)) - 50'000);
    case 4:
      return clock_.Jump(23 * kHourMs);
    default:  // Somebody sets it right.
      return clock_.Jump(-error);
  }
}

void ClockSchedule::ExpectTimes() const {
  EXPECT_EQ(LatestOf(*manager_).value, latest());
  for (uint64_t version = earliest_; version <= latest(); ++version) {
    const auto catalog = manager_->At({version});
    ASSERT_THAT(catalog, IsOk());
    EXPECT_EQ(catalog->timestamp(), TimesOf(version).timestamp);
    EXPECT_EQ(catalog->activation(), TimesOf(version).activation);
  }
}

uint64_t ClockSchedule::ActiveBy(HybridTimestamp time) const {
  uint64_t version = latest();
  while (version > 0 && TimesOf(version).activation > time) --version;
  return version;
}

void ClockSchedule::ExpectAnswer(HybridTimestamp time) const {
  const auto catalog = manager_->ActiveAt(time);
  const uint64_t version = ActiveBy(time);
  if (version < earliest_ && earliest_ > 1) {
    EXPECT_THAT(catalog, FailsWith(Reason::VERSION_TRUNCATED));
    return;
  }
  ASSERT_THAT(catalog, IsOk());
  EXPECT_EQ(catalog->version().value, version) << "at " << time.raw();
}

class ClockTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, ClockTest, ::testing::Range(uint64_t{0}, kScheduleParts));

TEST_P(ClockTest, NeverChangesWhatWasActiveAtASafeTime) {
  uint64_t schedules = 0;
  for (uint64_t n = GetParam(); n < Scaled(1000); n += kScheduleParts) {
    const uint64_t seed = FirstSeed() + n;
    SCOPED_TRACE(
        absl::StrCat("to repeat: ANNALS_FAULTS_SEED=", seed, " ANNALS_FAULTS_SCALE=0.001"));
    ClockSchedule(seed).Run(60);
    ++schedules;
    if (HasFailure()) return;
  }
  RecordProperty("schedules", static_cast<int>(schedules));
}

}  // namespace
}  // namespace annals
