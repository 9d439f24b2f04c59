// The views of the history, and asking any view: on a log with all of its records, and
// on one that begins with a snapshot.

#include "annals/snapshot/history_views.h"

#include "annals/catalog/object_builder.h"
#include "annals/snapshot/query.h"
#include "annals/tests/snapshot/fixtures.h"
#include "annals/tests/support/view_text.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HistoryViewsTest : public ReplayTest {
 protected:
  // Version 1: schema A and zone Z. 2: table T with an index. 3: T has another column,
  // the index is available. 4: T is renamed. 5: nothing. 6: T is dropped; schema B.
  void MakeChanges() {
    const ObjectId schema{0};
    const ObjectId zone{1};
    const ObjectId table{2};
    const ObjectId index{3};
    next_id_ = 2;
    AppendEntries({NewObject{BuildObject(SchemaFields{schema, "A"})},
                   NewObject{BuildObject(Zone(zone))}, SetDefaultZone{zone}});
    next_id_ = 4;
    AppendEntries({NewObject{BuildObject(Table(table, schema, zone))},
                   NewObject{BuildObject(Index(index, schema, table))}});
    AppendEntries({NewColumns{table, {ColumnNamed("STATE")}},
                   SetIndexStatus{index, IndexStatus::kAvailable}});
    VersionedUpdate renaming = Update({RenameObject{table, "U"}});
    renaming.author.clear();
    renaming.message.clear();
    renaming.statement = "ALTER TABLE a.t RENAME TO u";
    renaming.policy = Policy::kRelaxed;
    Append(renaming);
    AppendEntries({});
    const NewObject b = NewSchema("B");
    AppendEntries({DropObject{table, true}, b});
  }

  static Column ColumnNamed(std::string name) {
    Column column;
    column.name = std::move(name);
    column.type = TypeId::kInt32;
    column.nullable = true;
    return column;
  }
  static ZoneFields Zone(ObjectId id) {
    ZoneFields zone{.id = id, .name = "Z"};
    zone.storage_profiles = {"default"};
    return zone;
  }
  static TableFields Table(ObjectId id, ObjectId schema, ObjectId zone) {
    TableFields table{.id = id, .name = "T", .schema = schema, .zone = zone};
    table.columns = {ColumnNamed("ID")};
    table.key_index = kNoObject;
    table.storage_profile = "default";
    return table;
  }
  static IndexFields Index(ObjectId id, ObjectId schema, ObjectId table) {
    IndexFields index{.id = id, .name = "I", .schema = schema, .table = table};
    index.columns = {{{0}, {}}};
    return index;
  }

  // The catalog of `version`, or of the head.
  absl::StatusOr<ViewRows> Ask(std::string_view view, std::optional<uint64_t> version = {}) {
    const CatalogVersion wanted = version ? CatalogVersion{*version} : log_->Head().version;
    const auto store = ReplayUpTo(*log_, wanted);
    if (!store.ok()) return store.status();
    return Query(view, *(*store)->At(wanted), *log_);
  }
  std::vector<std::string> Texts(std::string_view view, std::optional<uint64_t> version = {}) {
    const auto answer = Ask(view, version);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? ToTexts(answer->rows) : std::vector<std::string>();
  }
  std::vector<std::string> Texts(std::string_view view,
                                 const std::vector<std::string_view>& columns) {
    const auto answer = Ask(view);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? ToTexts(*answer->view, answer->rows, columns) : std::vector<std::string>();
  }
};

TEST_F(HistoryViewsTest, RowsHaveAValueOfTheRightTypeInEveryColumn) {
  MakeChanges();
  ASSERT_THAT(WriteSnapshotOf(3), IsOk());
  for (const ViewInfo* view : AllViews()) {
    const auto answer = Ask(view->name);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->view, view);
    EXPECT_TRUE(RowsFit(*view, answer->rows)) << view->name;
  }
}

TEST_F(HistoryViewsTest, NamesOfViewsAreReadWithoutRegardToCase) {
  MakeChanges();
  EXPECT_EQ(Texts("versions"), Texts("VERSIONS"));
  EXPECT_THAT(Texts("Schemas"), ElementsAre("0|A", "4|B"));
}

TEST_F(HistoryViewsTest, AViewThatIsNotThereIsAnErrorThatNamesThoseThatAre) {
  MakeChanges();
  for (const char* name : {"NOPE", "", "TABLE", "TABLES "}) {
    const auto answer = Ask(name);
    EXPECT_THAT(answer, FailsWith(Reason::VIEW_NOT_FOUND)) << name;
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kNotFound);
    for (const ViewInfo* view : AllViews()) {
      EXPECT_THAT(std::string(answer.status().message()), HasSubstr(std::string(view->name)));
    }
  }
}

TEST_F(HistoryViewsTest, VersionsTellWhoWhenAndWhy) {
  MakeChanges();
  EXPECT_THAT(Texts("VERSIONS", {"VERSION", "TIMESTAMP", "ACTIVATION", "AUTHOR", "MESSAGE",
                                 "STATEMENT", "POLICY", "ENTRY_COUNT"}),
              ElementsAre("1|@1000|@1000|somebody|version 1|NULL|STRICT|3",
                          "2|@2000|@2000|somebody|version 2|NULL|STRICT|2",
                          "3|@3000|@3000|somebody|version 3|NULL|STRICT|2",
                          "4|@4000|@4000|NULL|NULL|ALTER TABLE a.t RENAME TO u|RELAXED|1",
                          "5|@5000|@5000|somebody|version 5|NULL|STRICT|0",
                          "6|@6000|@6000|somebody|version 6|NULL|STRICT|2"));
}

TEST_F(HistoryViewsTest, VersionsTellWhatTheirRecordsAre) {
  MakeChanges();
  std::vector<std::string> expected;
  for (uint64_t version = 1; version <= 6; ++version) {
    const auto record = ReadUpdateRecord(*log_, {version});
    ASSERT_THAT(record, IsOk());
    expected.push_back(absl::StrCat(version, "|", record->bytes.size(), "|",
                                    record->hash.ToString(), "|",
                                    record->envelope.commit_id.ToString()));
  }
  EXPECT_EQ(Texts("VERSIONS", {"VERSION", "BYTES", "HASH", "COMMIT_ID"}), expected);
}

TEST_F(HistoryViewsTest, VersionsAreTheSameAfterASnapshotFromItsOwnOn) {
  MakeChanges();
  std::vector<std::string> expected = Texts("VERSIONS");
  expected.erase(expected.begin(), expected.begin() + 3);
  ASSERT_THAT(WriteSnapshotOf(4), IsOk());
  EXPECT_EQ(Texts("VERSIONS"), expected);
  Reopen();
  EXPECT_EQ(Texts("VERSIONS"), expected);
}

TEST_F(HistoryViewsTest, EntriesNameWhatTheySpeakOfAsItWasCalledBefore) {
  MakeChanges();
  EXPECT_THAT(Texts("UPDATE_ENTRIES"),
              ElementsAre("1|0|NewObject|SCHEMA|0|A|create schema A",
                          "1|1|NewObject|ZONE|1|Z|create zone Z",
                          "1|2|SetDefaultZone|ZONE|1|Z|make zone Z the default zone",
                          "2|0|NewObject|TABLE|2|T|create table A.T (1 column)",
                          "2|1|NewObject|INDEX|3|I|create index A.I on table A.T (ID)",
                          "3|0|NewColumns|TABLE|2|T|add column STATE INTEGER to table A.T",
                          "3|1|SetIndexStatus|INDEX|3|I|set index A.I to available",
                          "4|0|RenameObject|TABLE|2|T|rename table A.T to U",
                          "6|0|DropObject|TABLE|2|U|drop table A.U and what depends on it",
                          "6|1|NewObject|SCHEMA|4|B|create schema B"));
}

TEST_F(HistoryViewsTest, WhatWasBeforeAnEntryIsWhatTheEntriesBeforeItLeft) {
  MakeChanges();
  const ObjectId zone{1};
  ZoneFields two = Zone(zone);
  two.replicas = 2;
  ZoneFields three = Zone(zone);
  three.replicas = 3;
  AppendEntries({ReplaceObject{BuildObject(two)}, ReplaceObject{BuildObject(three)}});
  const std::vector<std::string> texts = Texts("UPDATE_ENTRIES");
  ASSERT_GE(texts.size(), 2u);
  EXPECT_THAT(texts[texts.size() - 2], HasSubstr("replicas 1 -> 2"));
  EXPECT_THAT(texts.back(), HasSubstr("replicas 2 -> 3"));
}

TEST_F(HistoryViewsTest, EntriesOfASnapshotsVersionTellWhatTheirRecordTells) {
  MakeChanges();
  ASSERT_THAT(WriteSnapshotOf(3), IsOk());
  EXPECT_THAT(Texts("UPDATE_ENTRIES"),
              ElementsAre("3|0|NewColumns|TABLE|2|NULL|add column STATE INTEGER to table #2",
                          "3|1|SetIndexStatus|INDEX|3|NULL|set index #3 to available",
                          "4|0|RenameObject|TABLE|2|T|rename table A.T to U",
                          "6|0|DropObject|TABLE|2|U|drop table A.U and what depends on it",
                          "6|1|NewObject|SCHEMA|4|B|create schema B"));
}

TEST_F(HistoryViewsTest, TheOnlySnapshotIsTheOneWithWhichTheLogBegins) {
  MakeChanges();
  EXPECT_THAT(Texts("SNAPSHOTS"), IsEmpty());
  ASSERT_THAT(WriteSnapshotOf(2), IsOk());
  ASSERT_THAT(WriteSnapshotOf(4, /*chunk_bytes=*/100), IsOk());
  uint64_t bytes = 0;
  uint64_t chunks = 0;
  std::string attempt;
  for (const auto& [key, value] : disk_.Entries()) {
    if (!key.starts_with("catalog.snapshot.0")) continue;
    bytes += value.size();
    ++chunks;
    attempt = key.substr(std::string("catalog.snapshot.").size() + 21, 32);
  }
  ASSERT_GE(chunks, 2u);
  EXPECT_THAT(Texts("SNAPSHOTS"),
              ElementsAre(absl::StrCat("4|", attempt, "|", chunks, "|", bytes, "|true")));
  EXPECT_EQ(Texts("SNAPSHOTS", 4), Texts("SNAPSHOTS"));
}

TEST_F(HistoryViewsTest, ObjectsHaveARowForEachNetChange) {
  MakeChanges();
  EXPECT_THAT(Texts("OBJECT_HISTORY"),
              ElementsAre("0|SCHEMA|A|NULL|1|@1000|CREATED", "1|ZONE|Z|NULL|1|@1000|CREATED",
                          "2|TABLE|T|A|2|@2000|CREATED", "3|INDEX|I|A|2|@2000|CREATED",
                          "2|TABLE|T|A|3|@3000|ALTERED", "3|INDEX|I|A|3|@3000|ALTERED",
                          "2|TABLE|U|A|4|@4000|RENAMED", "2|TABLE|U|A|6|@6000|DROPPED",
                          "3|INDEX|I|A|6|@6000|DROPPED", "4|SCHEMA|B|NULL|6|@6000|CREATED"));
}

TEST_F(HistoryViewsTest, WhatAVersionMakesAndDropsAgainIsNoChange) {
  const NewObject schema = NewSchema("A");
  AppendEntries({schema, DropObject{{0}}});
  EXPECT_THAT(Texts("OBJECT_HISTORY"), IsEmpty());
  EXPECT_THAT(Texts("UPDATE_ENTRIES"), ElementsAre("1|0|NewObject|SCHEMA|0|A|create schema A",
                                                   "1|1|DropObject|SCHEMA|0|A|drop schema A"));
}

// What a snapshot holds is there as it is, without the change that made it so.
TEST_F(HistoryViewsTest, ObjectsOfASnapshotHaveTheVersionThatTheyAreFrom) {
  MakeChanges();
  ASSERT_THAT(WriteSnapshotOf(4), IsOk());
  Reopen();
  EXPECT_THAT(Texts("OBJECT_HISTORY"),
              ElementsAre("0|SCHEMA|A|NULL|1|@1000|NULL", "1|ZONE|Z|NULL|1|@1000|NULL",
                          "3|INDEX|I|A|3|@3000|NULL", "2|TABLE|U|A|4|@4000|NULL",
                          "2|TABLE|U|A|6|@6000|DROPPED", "3|INDEX|I|A|6|@6000|DROPPED",
                          "4|SCHEMA|B|NULL|6|@6000|CREATED"));
}

TEST_F(HistoryViewsTest, HistoryGoesUpToTheVersionThatIsAskedAbout) {
  MakeChanges();
  for (const char* view : {"VERSIONS", "UPDATE_ENTRIES", "OBJECT_HISTORY"}) {
    const std::vector<std::string> all = Texts(view);
    const std::vector<std::string> some = Texts(view, 3);
    ASSERT_LT(some.size(), all.size()) << view;
    EXPECT_EQ(some, std::vector(all.begin(), all.begin() + some.size())) << view;
  }
  EXPECT_THAT(Texts("VERSIONS", 1), ElementsAre(HasSubstr("1|@1000")));
  EXPECT_THAT(Texts("TABLES", 1), IsEmpty());
  EXPECT_THAT(Texts("TABLES", 3), ElementsAre("A|T|2|NULL|Z|default|NULL|0|1"));
}

// The catalog is held, and its log moved on.
TEST_F(HistoryViewsTest, AHistoryThatIsTruncatedIsAnErrorAndAHeldCatalogIsNone) {
  MakeChanges();
  const auto store = ReplayUpTo(*log_, {2});
  ASSERT_THAT(store, IsOk());
  const Catalog held = *(*store)->At({2});
  ASSERT_THAT(WriteSnapshotOf(4), IsOk());
  for (const HistoryView& view : HistoryViews()) {
    EXPECT_THAT(Query(view.info.name, held, *log_), FailsWith(Reason::VERSION_TRUNCATED));
  }
  EXPECT_THAT(Query("TABLES", held, *log_), IsOk());
}

TEST_F(HistoryViewsTest, ADamagedRecordIsNamed) {
  MakeChanges();
  const auto store = ReplayUpTo(*log_, {6});
  ASSERT_THAT(store, IsOk());
  const Catalog held = *(*store)->At({6});
  const std::string good = disk_.Get(UpdateKey({3}));
  disk_.Put(UpdateKey({3}), disk_.Get(UpdateKey({2})));
  for (const char* view : {"VERSIONS", "UPDATE_ENTRIES", "OBJECT_HISTORY"}) {
    const auto answer = Query(view, held, *log_);
    EXPECT_THAT(answer, FailsWith(Reason::DAMAGED));
    EXPECT_THAT(std::string(answer.status().message()), HasSubstr(UpdateKey({3})));
  }
  // Whole, and of another history.
  const auto record = OpenRecord(UpdateKey({3}), good);
  ASSERT_THAT(record, IsOk());
  Envelope envelope = record->envelope;
  envelope.commit_id = CommitId::Random();
  disk_.Put(UpdateKey({3}), SealRecord(envelope, record->payload));
  const auto answer = Query("VERSIONS", held, *log_);
  EXPECT_THAT(answer, FailsWith(Reason::DAMAGED));
  EXPECT_THAT(std::string(answer.status().message()),
              HasSubstr("version 4 follows a version with the hash"));
}

TEST_F(HistoryViewsTest, AnEmptyLogHasNoHistory) {
  for (const HistoryView& view : HistoryViews()) {
    const auto answer = Query(view.info.name, EmptyCatalog(), *log_);
    ASSERT_THAT(answer, IsOk());
    EXPECT_THAT(answer->rows, IsEmpty());
  }
}

}  // namespace
}  // namespace annals
