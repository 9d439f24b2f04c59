// Views as an embedding engine asks for them: of any version, beside commits and
// snapshots, inside listeners, on a store that is only read.

#include "annals/tests/engine/fixtures.h"
#include "annals/tests/support/view_text.h"

namespace annals {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Texts(const CatalogService& service, std::string_view view,
                               std::optional<CatalogVersion> version,
                               const std::vector<std::string_view>& columns) {
  const auto answer = service.Query(view, version);
  EXPECT_THAT(answer, IsOk());
  if (!answer.ok()) return {};
  return ToTexts(*answer->view, answer->rows, columns);
}

TEST(QueryTest, IsOfTheLatestVersionUnlessOneIsNamed) {
  const Manager manager = OpenInMemory();
  ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
  ASSERT_THAT(manager->Execute(TableNamed("U")), IsOk());
  EXPECT_THAT(Texts(*manager, "tables", {}, {"TABLE_NAME"}), ElementsAre("T", "U"));
  EXPECT_THAT(Texts(*manager, "tables", {{2}}, {"TABLE_NAME"}), ElementsAre("T"));
  EXPECT_THAT(Texts(*manager, "tables", {{1}}, {"TABLE_NAME"}), IsEmpty());
  EXPECT_THAT(Texts(*manager, "versions", {}, {"VERSION"}), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Texts(*manager, "versions", {{2}}, {"VERSION"}), ElementsAre("1", "2"));
}

TEST(QueryTest, TellsAnUnknownViewFromAnUnknownVersion) {
  const Manager manager = OpenInMemory();
  for (int i = 0; i < 3; ++i) ASSERT_THAT(manager->Execute(SchemaNamed(absl::StrCat(i))), IsOk());
  ASSERT_THAT(manager->Snapshot({3}), IsOk());
  EXPECT_THAT(manager->Query("NOPE"), FailsWith(Reason::VIEW_NOT_FOUND));
  for (const char* view : {"SCHEMAS", "VERSIONS"}) {
    EXPECT_THAT(manager->Query(view, CatalogVersion{5}),
                FailsWith(Reason::CATALOG_VERSION_NOT_FOUND));
    EXPECT_THAT(manager->Query(view, CatalogVersion{2}), FailsWith(Reason::VERSION_TRUNCATED));
    EXPECT_THAT(manager->Query(view, CatalogVersion{3}), IsOk());
  }
  EXPECT_THAT(Texts(*manager, "SNAPSHOTS", {}, {"VERSION", "IS_BASE"}), ElementsAre("3|true"));
}

TEST(QueryTest, WorksInsideAListenerAndTellsOfItsVersion) {
  const Manager manager = OpenInMemory();
  std::vector<std::string> changes;
  manager->AddListener([&](const CatalogEvent& /*event*/) {
    changes = Texts(*manager, "OBJECT_HISTORY", {}, {"NAME", "CHANGE"});
    return absl::OkStatus();
  });
  ASSERT_THAT(manager->Execute(SchemaNamed("S")), IsOk());
  EXPECT_THAT(changes, Contains("S|CREATED"));
  EXPECT_EQ(manager->GetStats().listener_failures, 0u);
}

TEST(QueryTest, ReadsAStoreThatIsOnlyRead) {
  const TempStore store;
  std::vector<std::string> expected;
  {
    const Manager manager = MustOpen({.path = store.path()});
    ASSERT_THAT(manager->Execute(TableNamed("T")), IsOk());
    expected = Texts(*manager, "VERSIONS", {}, {"VERSION", "HASH"});
  }
  const Manager manager = MustOpen({.path = store.path(), .read_only = true});
  EXPECT_EQ(Texts(*manager, "VERSIONS", {}, {"VERSION", "HASH"}), expected);
  EXPECT_THAT(Texts(*manager, "TABLES", {}, {"TABLE_NAME"}), ElementsAre("T"));
}

// A catalog of versions 1 to 6, and something that happens once while it is asked.
class TruncationDuringQueryTest : public ::testing::Test {
 protected:
  TruncationDuringQueryTest() {
    for (int i = 2; i <= 6; ++i) EXPECT_THAT(manager_->Execute(SchemaNamed(Name(i))), IsOk());
  }
  static std::string Name(int version) { return absl::StrCat("S", version); }

  void WhenRead(uint64_t version, const std::function<void()>& action) {
    tap_.OnRead([this, version, action](CatalogVersion read) {
      if (read.value != version) return;
      tap_.OnRead(nullptr);
      action();
      ++happened_;
    });
  }

  Tap tap_;
  const Manager manager_ = OpenTapped(&tap_);
  int happened_ = 0;
};

TEST_F(TruncationDuringQueryTest, TheAnswerBeginsAtTheNewBeginning) {
  WhenRead(3, [&] { EXPECT_THAT(manager_->Snapshot({5}), IsOk()); });
  EXPECT_THAT(Texts(*manager_, "VERSIONS", {}, {"VERSION"}), ElementsAre("5", "6"));
  EXPECT_EQ(happened_, 1);
}

// The root is met where an update record would have gone on.
TEST_F(TruncationDuringQueryTest, NoObjectIsThereTwice) {
  WhenRead(5, [&] { EXPECT_THAT(manager_->Snapshot({5}), IsOk()); });
  EXPECT_THAT(Texts(*manager_, "OBJECT_HISTORY", {}, {"NAME", "VERSION", "CHANGE"}),
              ElementsAre("PUBLIC|1|NULL", "SYSTEM|1|NULL", "S2|2|NULL", "S3|3|NULL", "S4|4|NULL",
                          "S5|5|NULL", "S6|6|CREATED"));
  EXPECT_EQ(happened_, 1);
}

TEST_F(TruncationDuringQueryTest, TheLatestVersionIsTheOneThatIsLatestAfterwards) {
  WhenRead(3, [&] {
    EXPECT_THAT(manager_->Execute(SchemaNamed("S7")), IsOk());
    EXPECT_THAT(manager_->Snapshot({7}), IsOk());
  });
  EXPECT_THAT(Texts(*manager_, "VERSIONS", {}, {"VERSION"}), ElementsAre("7"));
  EXPECT_EQ(happened_, 1);
}

TEST_F(TruncationDuringQueryTest, AVersionThatWasNamedIsTruncated) {
  WhenRead(3, [&] { EXPECT_THAT(manager_->Snapshot({5}), IsOk()); });
  EXPECT_THAT(manager_->Query("VERSIONS", CatalogVersion{4}), FailsWith(Reason::VERSION_TRUNCATED));
  EXPECT_EQ(happened_, 1);
}

// Each answer is whole: consecutive versions, each object with its beginning.
TEST(QueryTest, ShowsOneHistoryWhileOthersCommitAndTruncate) {
  const Manager manager = OpenInMemory();
  constexpr uint64_t kSchemas = 400;
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (uint64_t version = 2; version <= kSchemas; ++version) {
      EXPECT_THAT(manager->Execute(SchemaNamed(absl::StrCat("S", version))), IsOk());
      if (version % 5 == 0) {
        EXPECT_THAT(manager->Snapshot({version - version % 2}), IsOk());
      }
    }
    done = true;
  });
  size_t answers = 0;
  while (!done) {
    const auto versions = manager->Query("VERSIONS");
    ASSERT_THAT(versions, IsOk());
    for (size_t i = 1; i < versions->rows.size(); ++i) {
      ASSERT_EQ(std::get<int64_t>(versions->rows[i][0]),
                std::get<int64_t>(versions->rows[i - 1][0]) + 1);
    }
    // Every schema was made once and never changed: PUBLIC, SYSTEM, S2 and so on.
    const auto history = manager->Query("OBJECT_HISTORY");
    ASSERT_THAT(history, IsOk());
    for (size_t i = 0; i < history->rows.size(); ++i) {
      ASSERT_EQ(std::get<int64_t>(history->rows[i][0]), static_cast<int64_t>(i));
    }
    ++answers;
  }
  writer.join();
  EXPECT_GT(answers, 0u);
  EXPECT_THAT(Texts(*manager, "SCHEMAS", {}, {"SCHEMA_ID"}), SizeIs(kSchemas + 1));
}

}  // namespace
}  // namespace annals
