// A writer is killed at any moment, by kill -9, on a real file system: while it opens the
// store, commits, makes a snapshot, copies. What it had been told is there, as it was told
// (T5; I1 to I5, I7).

#include <array>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/snapshot/verify.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/faults/scale.h"
#include "annals/tests/faults/writer_process.h"

namespace annals {
namespace {

using What = Told::What;

constexpr int kWriterThreads = 3;
constexpr uint64_t kKillingParts = 4;
constexpr uint64_t kKillsOfAStore = 15;

// What a writer is at when it is killed.
enum class Activity { kOpens, kCommits, kTakesSnapshot, kCopies };
constexpr std::array kActivities = {Activity::kOpens, Activity::kCommits, Activity::kTakesSnapshot,
                                    Activity::kCopies};

// A store, and all that is known of it from those who wrote it.
class KilledStore {
 public:
  explicit KilledStore(uint64_t seed) : random_(seed) {}

  // Kills a writer, which most likely is at `activity` then, and returns at what it was.
  Activity KillWriter(Activity activity);
  // Kills one that has told of `versions`.
  void KillWriterAfter(size_t versions);
  // Opens the store and looks whether all is there and nothing else, and goes on with it.
  void Check();
  // Of the objects that were there at a check.
  const std::set<ObjectKind>& kinds() const { return kinds_; }

 private:
  struct Copy {
    std::string path;
    uint64_t at_least = 0;
    bool done = false;
  };
  // The life of one writer.
  struct Life {
    bool opened = false;
    bool in_snapshot = false;
    bool in_copy = false;
  };

  void Hear(const Told& told, Life& life);
  void HearFor(WriterProcess& writer, absl::Duration time, Life& life);
  void HearUntil(WriterProcess& writer, What what, Life& life);
  Verification ExpectSound(UpdateLog& log);
  void ExpectHead(const UpdateLog::HeadInfo& head);
  void ExpectKnownStates(const CatalogManager& manager);
  void ExpectGoesOn(CatalogManager& manager);
  void ExpectCopy(const Copy& copy);
  absl::Duration UpTo(absl::Duration time) {
    return time * std::uniform_real_distribution<double>(0, 1)(random_);
  }

  const TempStore place_;
  std::mt19937_64 random_;
  absl::Duration opening_ = absl::Milliseconds(10);  // How long it took last.
  std::vector<Copy> copies_;
  uint64_t copies_begun_ = 0;
  std::set<ObjectKind> kinds_;

  std::map<uint64_t, std::string> digests_;  // Of all versions that were ever seen.
  uint64_t acknowledged_ = 0;                // Each version up to here is there.
  uint64_t snapshot_ = 0;                    // Each version below was truncated.
  uint64_t snapshot_begun_ = 0;
  // Since the last check, which found the head at checked_:
  UpdateLog::HeadInfo checked_;
  std::optional<Sha256Hash> checked_hash_;
  std::set<uint64_t> told_;   // Versions of which somebody was told that they are theirs.
  uint64_t outstanding_ = 0;  // Calls, at most, that were made and heard nothing.
};

void KilledStore::Hear(const Told& told, Life& life) {
  switch (told.what) {
    case What::kOpening:
      break;
    case What::kOpened:
      life.opened = true;
      EXPECT_GE(told.version, acknowledged_) << "opened at an older version";
      acknowledged_ = std::max(acknowledged_, told.version);
      break;
    case What::kCommitted:
      EXPECT_TRUE(told_.insert(told.version).second) << "two made version " << told.version;
      acknowledged_ = std::max(acknowledged_, told.version);
      if (told.text.empty()) break;
      EXPECT_EQ(digests_.try_emplace(told.version, told.text).first->second, told.text)
          << "version " << told.version << " was made anew";
      break;
    case What::kSnapshotBegun:
      life.in_snapshot = true;
      snapshot_begun_ = std::max(snapshot_begun_, told.version);
      break;
    case What::kSnapshotDone:
      life.in_snapshot = false;
      snapshot_ = std::max(snapshot_, told.version);
      break;
    case What::kBackupBegun:
      life.in_copy = true;
      copies_.back().at_least = told.version;
      break;
    case What::kBackupDone:
      life.in_copy = false;
      copies_.back().done = true;
      break;
    case What::kRefused:
    case What::kBroken:
      ADD_FAILURE() << told.text;
  }
}

void KilledStore::HearFor(WriterProcess& writer, absl::Duration time, Life& life) {
  const absl::Time end = absl::Now() + time;
  while (const auto told = writer.Next(end - absl::Now())) Hear(*told, life);
}

// Or for as long as that may take.
void KilledStore::HearUntil(WriterProcess& writer, What what, Life& life) {
  const absl::Time end = absl::Now() + absl::Milliseconds(what == What::kOpening ? 10'000 : 300);
  while (const auto told = writer.Next(end - absl::Now())) {
    Hear(*told, life);
    if (told->what == what) return;
  }
}

Activity KilledStore::KillWriter(Activity activity) {
  outstanding_ += kWriterThreads + 1;  // Opening a new store makes a version, too.
  if (activity == Activity::kCopies) {
    copies_.push_back({.path = place_.Beside(absl::StrCat("copy", ++copies_begun_))});
  }
  WriterProcess writer({.path = place_.path(),
                        .seed = random_(),
                        .threads = kWriterThreads,
                        .create_if_missing = acknowledged_ == 0,
                        .pause_ms = activity == Activity::kCommits ? 40 : 4,
                        .backup = activity == Activity::kCopies ? copies_.back().path : ""});
  Life life;
  HearUntil(writer, What::kOpening, life);
  const absl::Time began = absl::Now();
  if (activity == Activity::kOpens) {
    HearFor(writer, UpTo(1.1 * opening_), life);
  } else {
    HearUntil(writer, What::kOpened, life);
    opening_ = absl::Now() - began;
  }
  switch (activity) {
    case Activity::kOpens:
      break;
    case Activity::kCommits:
      HearFor(writer, UpTo(absl::Milliseconds(15)), life);
      break;
    case Activity::kTakesSnapshot:
      HearUntil(writer, What::kSnapshotBegun, life);
      HearFor(writer, UpTo(absl::Milliseconds(3)), life);
      break;
    case Activity::kCopies:
      HearUntil(writer, What::kBackupBegun, life);
      HearFor(writer, UpTo(absl::Milliseconds(8)), life);
      break;
  }
  writer.Kill();
  HearFor(writer, absl::InfiniteDuration(), life);
  if (!life.opened) return Activity::kOpens;
  if (life.in_copy) return Activity::kCopies;
  return life.in_snapshot ? Activity::kTakesSnapshot : Activity::kCommits;
}

void KilledStore::KillWriterAfter(size_t versions) {
  outstanding_ += kWriterThreads + 1;
  WriterProcess writer({.path = place_.path(),
                        .seed = random_(),
                        .threads = kWriterThreads,
                        .create_if_missing = acknowledged_ == 0,
                        .pause_ms = 1000});
  Life life;
  const size_t enough = told_.size() + versions;
  while (told_.size() < enough) {
    const auto told = writer.Next(absl::Seconds(20));
    ASSERT_TRUE(told.has_value()) << "the writer tells nothing any more";
    Hear(*told, life);
  }
  writer.Kill();
  HearFor(writer, absl::InfiniteDuration(), life);
}

void KilledStore::Check() {
  if (acknowledged_ > 0 && random_() % 4 == 0) {
    // As a reader finds it, before anybody has opened it to write.
    auto log = OpenRocksDbLog({.path = place_.path(), .read_only = true});
    ASSERT_THAT(log, IsOk());
    ExpectSound(**log);
  }
  auto log = OpenRocksDbLog({.path = place_.path(), .create_if_missing = acknowledged_ == 0});
  ASSERT_THAT(log, IsOk());
  const Verification verified = ExpectSound(**log);
  checked_ = verified.head;
  checked_hash_ = verified.head_hash;
  told_.clear();
  outstanding_ = 0;
  const Manager manager = MustOpen(*std::move(log));
  ASSERT_NE(manager, nullptr);
  ExpectKnownStates(*manager);
  manager->Latest().ForEachObject(
      [this](const ObjectDescriptor& object) { kinds_.insert(object.kind()); });
  ExpectGoesOn(*manager);
  for (const Copy& copy : copies_) ExpectCopy(copy);
  copies_.clear();
}

Verification KilledStore::ExpectSound(UpdateLog& log) {
  // The version that was the newest at the last check is still the same (I3, I7).
  const UpdateLog::HeadInfo head = log.Head();
  const bool kept = checked_hash_ && head.snapshot <= checked_.version;
  Verification verified =
      Verify(log, {.expected_head = kept ? checked_hash_ : std::optional<Sha256Hash>()});
  for (const Finding& finding : verified.findings) {
    // A new store is there before its mark is.
    if (finding.severity == Finding::Severity::kWarning && acknowledged_ == 0) continue;
    ADD_FAILURE() << finding.key << ": " << finding.what;
  }
  if (kept) {
    EXPECT_EQ(verified.expected_at, checked_.version);
  }
  ExpectHead(head);
  return verified;
}

void KilledStore::ExpectHead(const UpdateLog::HeadInfo& head) {
  EXPECT_GE(head.version.value, acknowledged_);
  // Who was not told of a version had a call that was not answered (I3).
  const uint64_t made = head.version.value - std::min(head.version, checked_.version).value;
  EXPECT_LE(made, told_.size() + outstanding_);
  EXPECT_GE(head.snapshot.value, std::max(snapshot_, checked_.snapshot.value));
  EXPECT_LE(head.snapshot.value, snapshot_begun_);
}

void KilledStore::ExpectKnownStates(const CatalogManager& manager) {
  const uint64_t earliest = manager.GetStats().store.earliest.value;
  for (uint64_t version = earliest; version <= LatestOf(manager).value; ++version) {
    const auto catalog = manager.At({version});
    ASSERT_THAT(catalog, IsOk());
    const std::string digest = StateDigest(*catalog);
    EXPECT_EQ(digests_.try_emplace(version, digest).first->second, digest)
        << "version " << version << " is another one";
  }
}

void KilledStore::ExpectGoesOn(CatalogManager& manager) {
  const uint64_t head = LatestOf(manager).value;
  EXPECT_THAT(manager.Execute(SchemaNamed("AFTER1")), IsOk());
  EXPECT_THAT(manager.Execute(SchemaNamed("AFTER2")), IsOk());
  EXPECT_THAT(manager.Execute(std::vector<CatalogCommand>{DropSchema{.name = "AFTER1"},
                                                          DropSchema{.name = "AFTER2"}}),
              IsOk());
  EXPECT_EQ(LatestOf(manager).value, head + 3);
  for (uint64_t version = head + 1; version <= head + 3; ++version) told_.insert(version);
  acknowledged_ = head + 3;
  ExpectKnownStates(manager);
}

void KilledStore::ExpectCopy(const Copy& copy) {
  if (!std::filesystem::exists(copy.path)) {
    EXPECT_FALSE(copy.done) << "a copy that was finished is not there";
    return;
  }
  auto log = OpenRocksDbLog({.path = copy.path, .read_only = true});
  ASSERT_THAT(log, IsOk());
  EXPECT_GE((*log)->Head().version.value, copy.at_least);
  for (const Finding& finding : Verify(**log).findings) ADD_FAILURE() << finding.what;
  const Manager manager = MustOpen(*std::move(log), {.read_only = true});
  ASSERT_NE(manager, nullptr);
  ExpectKnownStates(*manager);
}

class KilledWriterTest : public ::testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Parts, KilledWriterTest, ::testing::Range(uint64_t{0}, kKillingParts));

// A store is killed many times, and not looked at each time: opening it after one kill may be
// what the next one cuts short. Moments differ from run to run, seeds or not.
TEST_P(KilledWriterTest, HasLostNothingThatItWasTold) {
  std::map<Activity, uint64_t> kills;
  const uint64_t count = Scaled(300 / kKillingParts);
  for (uint64_t kill = 0; kill < count && !HasFailure();) {
    const uint64_t seed = FirstSeed() + (kill / kKillsOfAStore) * kKillingParts + GetParam();
    SCOPED_TRACE(absl::StrCat("to repeat: ANNALS_FAULTS_SEED=", seed - GetParam()));
    KilledStore store(seed);
    std::mt19937_64 random(seed);
    for (uint64_t i = 0; i < kKillsOfAStore && kill < count && !HasFailure(); ++i, ++kill) {
      ++kills[store.KillWriter(kActivities[random() % kActivities.size()])];
      if (random() % 4 != 0) store.Check();
    }
    if (!HasFailure()) store.Check();
  }
  if (HasFailure()) return;
  std::cout << "killed " << count << " writers: " << kills[Activity::kOpens]
            << " opened the store, " << kills[Activity::kCommits] << " committed, "
            << kills[Activity::kTakesSnapshot] << " made a snapshot, " << kills[Activity::kCopies]
            << " copied it\n";
  RecordProperty("kills", static_cast<int>(count));
  RecordProperty("kills_of_opening", static_cast<int>(kills[Activity::kOpens]));
  RecordProperty("kills_of_committing", static_cast<int>(kills[Activity::kCommits]));
  RecordProperty("kills_of_a_snapshot", static_cast<int>(kills[Activity::kTakesSnapshot]));
  RecordProperty("kills_of_a_copy", static_cast<int>(kills[Activity::kCopies]));
  if (count < 50) return;
  for (const Activity activity : kActivities) EXPECT_GT(kills[activity], 0u);
}

// Within a thousand random commands, of which a third is of configured kinds. A soak kills more
// than a hundred.
TEST(KilledWriterScenarios, F26_EveryAcknowledgedCommandIsThereAndNoPartOfAnother) {
  const uint64_t seed = FirstSeed();
  SCOPED_TRACE(absl::StrCat("to repeat: ANNALS_FAULTS_SEED=", seed));
  KilledStore store(seed);
  std::mt19937_64 random(seed);
  const uint64_t kills = Scaled(20);
  for (uint64_t kill = 0; kill < kills && !::testing::Test::HasFailure(); ++kill) {
    store.KillWriterAfter(1 + random() % 500);
    store.Check();
  }
  ::testing::Test::RecordProperty("kills", static_cast<int>(kills));
  if (kills < 20) return;
  for (const ObjectKind kind : {ObjectKind::kCatalog, ObjectKind::kConnection, ObjectKind::kSecret,
                                ObjectKind::kSource, ObjectKind::kSink}) {
    EXPECT_TRUE(store.kinds().contains(kind)) << KindName(kind);
  }
}

}  // namespace
}  // namespace annals
