// What every release has written (tests/golden/README.md): stores, the records in them, and
// their exports. Later releases read them as they were, and go on. (T14)

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/update.h"
#include "annals/commands/create_schema.h"
#include "annals/engine/catalog_manager.h"
#include "annals/log/record.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/tests/cli/program.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kGolden = ANNALS_DOCS "/../tests/golden";

std::vector<std::string> GoldenStores() {
  std::vector<std::string> stores;
  for (const auto& release : fs::directory_iterator(kGolden)) {
    if (!release.is_directory()) continue;
    for (const auto& entry : fs::directory_iterator(release)) {
      if (entry.is_directory()) stores.push_back(entry.path());
    }
  }
  std::sort(stores.begin(), stores.end());
  return stores;
}

std::set<std::string> LinesOf(const CatalogView& catalog) {
  return absl::StrSplit(CanonicalLines(catalog), '\n', absl::SkipEmpty());
}

// Each of `some` that is none of `others`, with `sign` in front.
std::string Without(const std::set<std::string>& some, const std::set<std::string>& others,
                    std::string_view sign) {
  std::string text;
  for (const std::string& line : some) {
    if (!others.contains(line)) absl::StrAppend(&text, ToAbsl(sign), line, "\n");
  }
  return text;
}

// As the .txt beside a golden store says it.
std::string Described(const CatalogManager& manager) {
  std::string text;
  std::set<std::string> before;
  const CatalogVersion latest = manager.Latest().version();
  const CatalogVersion earliest = manager.GetStats().store.earliest;
  for (CatalogVersion at = std::max(earliest, CatalogVersion{1}); at <= latest; at = at.Next()) {
    const auto catalog = manager.At(at);
    EXPECT_THAT(catalog, IsOk());
    if (!catalog.ok()) break;
    std::set<std::string> lines = LinesOf(*catalog);
    absl::StrAppend(&text, "version ", at.value, "\nstate ", StateDigest(*catalog), "\n",
                    Without(before, lines, "- "), Without(lines, before, "+ "));
    before = std::move(lines);
  }
  return text;
}

// The update of each version that the store has, as it lies in its record.
std::vector<std::string> UpdatesOf(const std::string& store) {
  const auto log = OpenRocksDbLog({.path = store, .read_only = true});
  EXPECT_THAT(log, IsOk());
  std::vector<std::string> updates;
  const auto head = (*log)->Head();
  for (CatalogVersion at = std::max(head.snapshot, CatalogVersion{1}); at <= head.version;
       at = at.Next()) {
    const auto bytes = (*log)->ReadRecord(at);
    EXPECT_THAT(bytes, IsOk());
    auto record = VerifyRecord("a golden record", *bytes);
    EXPECT_THAT(record, IsOk());
    if (record->envelope.kind == RecordKind::kRoot) record = *UpdateInRoot(*record);
    updates.emplace_back(record->payload);
  }
  return updates;
}

class GoldenStoreTest : public ProgramTest, public ::testing::WithParamInterface<std::string> {
 protected:
  static std::string Golden() { return GetParam(); }
  static std::string Expected(const std::string& ending) { return Read(Golden() + ending); }

  // The tree of sources may be there to be read only.
  std::string Copy() const {
    const std::string copy = Path("copy");
    fs::copy(Golden(), copy, fs::copy_options::recursive);
    fs::permissions(copy, fs::perms::owner_all, fs::perm_options::add);
    for (const auto& file : fs::directory_iterator(copy)) {
      fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    }
    return copy;
  }
};

INSTANTIATE_TEST_SUITE_P(Releases, GoldenStoreTest, ::testing::ValuesIn(GoldenStores()),
                         [](const auto& store) {
                           const fs::path path(store.param);
                           std::string name = absl::StrCat(path.parent_path().filename().string(),
                                                           "_", path.filename().string());
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST_P(GoldenStoreTest, EachVersionIsReadInPlaceAsItWas) {
  const std::string before = Everything(Golden());
  const auto manager = CatalogManager::Open({.path = Golden(), .read_only = true});
  ASSERT_THAT(manager, IsOk());
  EXPECT_EQ(Described(**manager), Expected(".txt"));
  EXPECT_THAT((*manager)->GetStats().warnings, SizeIs(0));
  EXPECT_EQ(Everything(Golden()), before);
}

TEST_P(GoldenStoreTest, VerifyFindsNothing) {
  EXPECT_THAT(Run({"verify", Golden()}), AllOf(Exits(0), Prints(HasSubstr("sound"))));
}

TEST_P(GoldenStoreTest, IsWrittenToAndKeepsWhatItHad) {
  const std::string copy = Copy();
  for (const char* const schema : {"ONE MORE", "AND ANOTHER"}) {
    const auto manager = CatalogManager::Open({.path = copy});
    ASSERT_THAT(manager, IsOk());
    EXPECT_THAT(Described(**manager), StartsWith(Expected(".txt")));
    EXPECT_THAT((*manager)->Execute(CreateSchema{.name = schema}), IsOk());
  }
  EXPECT_THAT(Run({"verify", copy}), Exits(0));
}

TEST_P(GoldenStoreTest, IsExportedAsItWas) {
  EXPECT_EQ(Run({"export", Golden()}).out, Expected(".jsonl"));
}

TEST_P(GoldenStoreTest, ItsExportBecomesTheSameHistory) {
  ASSERT_THAT(Run({"import", Path("copy"), "-f", Golden() + ".jsonl"}), Exits(0));
  const auto manager = CatalogManager::Open({.path = Path("copy"), .read_only = true});
  ASSERT_THAT(manager, IsOk());
  EXPECT_EQ(Described(**manager), Expected(".txt"));
}

TEST_P(GoldenStoreTest, ItsUpdatesAreEncodedAsTheyWere) {
  for (const std::string& update : UpdatesOf(Golden())) {
    const auto decoded = DecodeUpdate(update);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(EncodeUpdate(*decoded), update);
  }
}

// Whoever adds a kind of entry adds a store that has it.
TEST(GoldenStoresTest, HaveEveryKindOfEntry) {
  std::set<std::string_view> kinds;
  for (const std::string& store : GoldenStores()) {
    for (const std::string& update : UpdatesOf(store)) {
      const auto decoded = DecodeUpdate(update);
      ASSERT_THAT(decoded, IsOk());
      for (const UpdateEntry& entry : decoded->entries) kinds.insert(EntryName(entry));
    }
  }
  EXPECT_THAT(kinds, SizeIs(std::variant_size_v<UpdateEntry>));
}

}  // namespace
}  // namespace annals
