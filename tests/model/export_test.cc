// Exports of random histories: imported, they give the same versions; whatever happens to
// their bytes, they give these or are refused.

#include "annals/cli/export.h"

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/canonical_text.h"
#include "annals/cli/importer.h"
#include "annals/cli/version_json.h"
#include "annals/snapshot/history.h"
#include "annals/tests/engine/fixtures.h"
#include "annals/tests/model/environment.h"
#include "annals/tests/model/random_requests.h"
#include "annals/tests/model/request_commands.h"
#include "annals/tests/support/test_log.h"

namespace annals::model {
namespace {

using ::testing::HasSubstr;

// Of each version, its state and all that its record says but for hashes.
std::map<uint64_t, std::string> VersionsIn(const UpdateLog& log) {
  std::map<uint64_t, std::string> versions;
  const absl::Status read = ForEachVersion(log, log.Head().version, [&](const VersionStep& step) {
    const CatalogVersion version = step.after.version();
    cli::Json said = cli::VersionJson(version, step.record);
    said.erase("hash");
    said.erase("previous_hash");
    versions[version.value] = absl::StrCat(StateDigest(step.after), cli::JsonText(said));
    return absl::OkStatus();
  });
  EXPECT_THAT(read, IsOk());
  return versions;
}

std::string Exported(const UpdateLog& log, CatalogVersion head) {
  std::string text;
  const absl::Status done = cli::ExportLines(log, head, [&](std::string_view line) {
    text += line;
    return true;
  });
  EXPECT_THAT(done, IsOk());
  return text;
}

// `text` as versions of a new log, or why not.
absl::StatusOr<std::map<uint64_t, std::string>> Imported(const std::string& text) {
  const auto log = NewMemoryLog();
  cli::Input input = cli::Input::OfText(text, "text");
  ANNALS_RETURN_IF_ERROR(cli::ImportLines(input, *log).status());
  return VersionsIn(*log);
}

// A history on a disk; with a snapshot now and then where the seed is even.
class History {
 public:
  explicit History(uint64_t seed) : seed_(seed) {}

  void Make(uint64_t steps) {
    for (uint64_t i = 0; i < steps; ++i) {
      const uint64_t version = Step();
      if (seed_ % 2 == 0 && random_() % 200 == 0) SnapshotAt(version - random_() % 5);
    }
  }
  // Without snapshots.
  void MakeUpTo(uint64_t version) {
    while (Step() < version) continue;
  }
  void SnapshotAt(uint64_t version) { manager_->Snapshot({version}).IgnoreError(); }

  // Closes it.
  std::unique_ptr<UpdateLog> Log() {
    manager_ = nullptr;
    return *disk_.Open();
  }

 private:
  // The latest version after one more request.
  uint64_t Step() {
    clock_.Pass(random_() % 100);
    const auto call = requests_.Next(model_.objects());
    model_.Execute(call.request, call.policy);
    const ExecuteOptions options{
        .policy = call.policy, .author = Word(), .message = Word(), .statement = Word()};
    manager_->Execute(CommandsOf(call.request), options).status().IgnoreError();
    return manager_->Latest().version().value;
  }

  // What people may write, and what they may not.
  std::string Word() {
    static const std::vector<std::string> words{"",
                                                "ann",
                                                "line\nline",
                                                "\"quoted\"",
                                                "\x1b[31m",
                                                "no utf-8: \xff\xfe",
                                                "\xf0\x9f\x90\x98"};
    return words[random_() % words.size()];
  }

  const uint64_t seed_;
  std::mt19937_64 random_{seed_};
  FakeClock clock_;
  CatalogModel model_;
  RandomRequests requests_{seed_};
  MemoryDisk disk_;
  Manager manager_ = MustOpen(disk_, {.clock = &clock_});
};

class ExportPropertyTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(ExportPropertyTest, WhatIsImportedIsWhatWasExported) {
  History history(GetParam());
  history.Make(FromEnvironment("ANNALS_EXPORT_STEPS", 400));
  const auto log = history.Log();
  const auto versions = VersionsIn(*log);
  const std::string text = Exported(*log, log->Head().version);
  ASSERT_EQ(Exported(*log, log->Head().version), text);

  MemoryDisk disk;
  {
    const auto copy = disk.Open();
    cli::Input input = cli::Input::OfText(text, "text");
    ASSERT_THAT(cli::ImportLines(input, **copy), IsOk()) << "seed " << GetParam();
    ASSERT_NE((*copy)->Head().store, log->Head().store);
    ASSERT_EQ(VersionsIn(**copy), versions) << "seed " << GetParam();
    ASSERT_THAT(Imported(Exported(**copy, (*copy)->Head().version)), Gives(versions));
  }
  // It is a store like any other.
  FakeClock clock;
  clock.Pass(kHourMs);
  const Manager manager = MustOpen(disk, {.clock = &clock});
  EXPECT_THAT(manager->Execute(CreateSchema{.name = "LATER"}), IsOk());
  std::cout << "seed " << GetParam() << ": versions " << versions.begin()->first << " to "
            << versions.rbegin()->first << ", " << text.size() << " bytes\n";
  RecordProperty("versions", static_cast<int>(versions.size()));
}

TEST_P(ExportPropertyTest, AnExportThatEndsEarlierHasTheVersionsUpToThere) {
  History history(GetParam());
  history.Make(60);
  const auto log = history.Log();
  const auto versions = VersionsIn(*log);
  for (const auto& [version, what] : versions) {
    auto wanted = versions;
    wanted.erase(wanted.upper_bound(version), wanted.end());
    ASSERT_THAT(Imported(Exported(*log, {version})), Gives(wanted)) << version;
  }
  RecordProperty("versions", static_cast<int>(versions.size()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExportPropertyTest,
                         ::testing::ValuesIn(SeedsFromEnvironment("ANNALS_EXPORT_SEED",
                                                                  {1, 2, 3, 4})),
                         [](const auto& seed) { return std::to_string(seed.param); });

// An export with a snapshot and a few versions behind it.
class DamagedExportTest : public ::testing::Test {
 protected:
  DamagedExportTest() {
    History history(FromEnvironment("ANNALS_EXPORT_SEED", 5));
    history.MakeUpTo(7);
    history.SnapshotAt(3);
    const auto log = history.Log();
    versions_ = VersionsIn(*log);
    text_ = Exported(*log, log->Head().version);
    lines_ = absl::StrSplit(text_, '\n');
    lines_.pop_back();
  }

  void SetUp() override {
    ASSERT_THAT(Imported(text_), Gives(versions_));
    ASSERT_GT(versions_.begin()->first, 1u);
    ASSERT_GT(versions_.size(), 3u);
  }

  // That `text` is refused or harmless.
  void Check(const std::string& text, const std::string& what) {
    const auto imported = Imported(text);
    if (imported.ok()) {
      ASSERT_EQ(*imported, versions_) << what;
      ++harmless_;
    } else {
      ASSERT_THAT(imported.status().message(), HasSubstr("text:")) << what;
      ASSERT_TRUE(ReasonOf(imported.status()) == Reason::DAMAGED ||
                  ReasonOf(imported.status()) == Reason::INVALID_REQUEST ||
                  ReasonOf(imported.status()) == Reason::NEWER_FORMAT)
          << what << ": " << imported.status();
    }
  }

  static std::string Joined(const std::vector<std::string>& lines) {
    return absl::StrJoin(lines, "\n") + "\n";
  }

  std::map<uint64_t, std::string> versions_;
  std::string text_;
  std::vector<std::string> lines_;
  size_t harmless_ = 0;
};

TEST_F(DamagedExportTest, ACutOffExportIsRefused) {
  for (size_t size = 0; size < text_.size(); ++size) {
    ASSERT_NO_FATAL_FAILURE(Check(text_.substr(0, size), absl::StrCat(size, " bytes")));
  }
  EXPECT_EQ(harmless_, 1u);  // Without its last line feed.
  RecordProperty("cut_off", static_cast<int>(text_.size()));
}

TEST_F(DamagedExportTest, AChangedByteIsRefusedOrHarmless) {
  const uint64_t seed = FromEnvironment("ANNALS_EXPORT_BYTES_SEED", 1);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 500; ++i) {
    std::string text = text_;
    const size_t at = random() % text.size();
    text[at] = static_cast<char>(text[at] ^ (1 + random() % 255));
    ASSERT_NO_FATAL_FAILURE(Check(text, absl::StrCat("seed ", seed, ", byte ", at)));
  }
  RecordProperty("changed", 500);
  RecordProperty("harmless", static_cast<int>(harmless_));
  EXPECT_LT(harmless_, 5u);
}

TEST_F(DamagedExportTest, AMissingDoubledOrSwappedLineIsRefused) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    std::vector<std::string> lines = lines_;
    lines.insert(lines.begin() + static_cast<ptrdiff_t>(i), lines[i]);
    EXPECT_FALSE(Imported(Joined(lines)).ok()) << "doubled " << i;
    lines = lines_;
    lines.erase(lines.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(Imported(Joined(lines)).ok()) << "missing " << i;
    if (i == 0) continue;
    lines = lines_;
    std::swap(lines[i], lines[i - 1]);
    EXPECT_FALSE(Imported(Joined(lines)).ok()) << "swapped " << i;
  }
}

TEST_F(DamagedExportTest, SaysWhichLineItIsAndWhatWasExpected) {
  std::vector<std::string> lines = lines_;
  lines.erase(lines.begin() + 4);
  EXPECT_THAT(Imported(Joined(lines)),
              FailsWith(Reason::DAMAGED, {"text:5: expected version 5, found version 6"}));
  lines = lines_;
  lines.resize(4);
  EXPECT_THAT(Imported(Joined(lines)),
              FailsWith(Reason::DAMAGED, {"text:5: expected version 5, found the end"}));
  lines = lines_;
  lines.push_back(lines.back());
  EXPECT_THAT(
      Imported(Joined(lines)),
      FailsWith(Reason::DAMAGED, {absl::StrCat("text:", lines.size()), "expected the end"}));
  EXPECT_THAT(Imported(""), FailsWith(Reason::INVALID_REQUEST, {"text:1: expected the header"}));
}

TEST_F(DamagedExportTest, LinesOfAnotherStoreAreRefused) {
  History history(6);
  history.MakeUpTo(7);
  history.SnapshotAt(3);
  const auto log = history.Log();
  const std::vector<std::string> others = absl::StrSplit(Exported(*log, log->Head().version), '\n');
  ASSERT_GE(others.size(), 6u);
  std::vector<std::string> lines = lines_;
  lines[0] = others[0];
  EXPECT_THAT(Imported(Joined(lines)), FailsWith(Reason::DAMAGED, {"text:2: ", "store"}));
  lines = lines_;
  lines[4] = others[4];
  EXPECT_THAT(Imported(Joined(lines)), FailsWith(Reason::DAMAGED, {"text:5: ", "store"}));
}

// A record that says something else, sealed as if it were right.
TEST_F(DamagedExportTest, ARecordThatDoesNotFitIsRefusedByName) {
  const auto source = NewMemoryLog();
  RecordWriter writer(source->Head().store);
  const VersionedUpdate update{.timestamp = HybridTimestamp(5, 0),
                               .activation = HybridTimestamp(5, 0),
                               .next_object_id = ObjectId{1},
                               .entries = {DropObject{ObjectId{7}}}};
  const PendingRecord record = writer.Next(EncodeUpdate(update));
  ASSERT_THAT(source->Append({&record, 1}, {}, absl::InfiniteFuture()).status, IsOk());
  EXPECT_THAT(Imported(Exported(*source, {1})),
              FailsWith(Reason::DAMAGED, {"text:2: version 1", "7"}));
}

}  // namespace
}  // namespace annals::model
