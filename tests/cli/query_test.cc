// The verb `query`: views by name, versions, formats, and how it fails.

#include <nlohmann/json.hpp>
#include <sstream>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Version 2: schema SHOP. 3: SHOP.ORDERS. 4: a column more. 5: an index.
class QueryVerbTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Execute("CREATE SCHEMA shop;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, \"a,b\" INTEGER);"
                        "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16);"
                        "CREATE INDEX by_state ON shop.orders (state DESC, \"a,b\")"),
                Exits(0));
  }

  json Json(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"query", store()});
    arguments.insert(arguments.end(), {"-o", "json"});
    const RunResult result = Run(arguments);
    EXPECT_THAT(result, Exits(0));
    return json::parse(result.out, nullptr, false);
  }
};

TEST_F(QueryVerbTest, WithoutAViewListsThoseThatThereAre) {
  EXPECT_THAT(Run({"query", store()}),
              AllOf(Exits(0), Prints(AllOf(StartsWith("VIEW_NAME "), HasSubstr("\nTABLES "),
                                           HasSubstr("\nOBJECT_HISTORY ")))));
  for (const json& view : Json({})) {
    EXPECT_THAT(Run({"query", store(), view["view_name"].get<std::string>()}), Exits(0)) << view;
  }
  EXPECT_EQ(Json({}).size(), 16u);
}

TEST_F(QueryVerbTest, ShowsAnyVersion) {
  EXPECT_THAT(Run({"query", store(), "tables", "-o", "csv"}),
              AllOf(Exits(0), Prints("SCHEMA_NAME,TABLE_NAME,TABLE_ID,TABLE_PK_INDEX_ID,ZONE_NAME,"
                                     "STORAGE_PROFILE,TABLE_COLOCATION_COLUMNS,SCHEMA_ID,ZONE_ID\n"
                                     "SHOP,ORDERS,3,4,Default,default,ID,2,5\n")));
  EXPECT_EQ(Json({"tables", "--at", "2"}), json::array());
  EXPECT_EQ(Json({"Table_Columns", "--at", "latest~2"}).size(), 2u);
  EXPECT_EQ(Json({"TABLE_COLUMNS"}).size(), 3u);
}

TEST_F(QueryVerbTest, HistoryEndsAtTheVersion) {
  EXPECT_EQ(Json({"versions"}).size(), 5u);
  const json versions = Json({"versions", "--at", "3"});
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[1]["version"], 2);
  EXPECT_EQ(versions[1]["statement"], "CREATE SCHEMA shop");
  EXPECT_EQ(versions[1]["author"], nullptr);
  EXPECT_EQ(versions[1]["policy"], "STRICT");
  // The same as `log` tells.
  const json log = json::parse(Run({"log", store(), "--reverse", "-o", "json"}).out);
  for (size_t i = 0; i < versions.size(); ++i) {
    for (const char* key : {"version", "timestamp", "activation", "hash", "commit_id"}) {
      EXPECT_EQ(versions[i][key], log[i][key]);
    }
    EXPECT_EQ(versions[i]["entry_count"], log[i]["entries"].size());
  }
}

TEST_F(QueryVerbTest, CsvQuotesNamesWithCommas) {
  EXPECT_THAT(Run({"query", store(), "index_columns", "-o", "csv"}),
              Prints(HasSubstr("2,SHOP,3,ORDERS,6,BY_STATE,\"a,b\",1,ASC_NULLS_LAST\n")));
  EXPECT_THAT(Run({"query", store(), "indexes", "-o", "csv"}),
              Prints(HasSubstr("\"STATE DESC, \"\"a,b\"\" ASC\",REGISTERED\n")));
}

TEST_F(QueryVerbTest, AfterASnapshotTheHistoryBeginsThere) {
  const std::string tables = Run({"query", store(), "tables"}).out;
  ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
  EXPECT_EQ(Run({"query", store(), "tables"}).out, tables);
  EXPECT_EQ(Json({"versions"}).size(), 2u);
  const json snapshots = Json({"snapshots"});
  ASSERT_EQ(snapshots.size(), 1u);
  EXPECT_EQ(snapshots[0]["version"], 4);
  const json history = Json({"object_history"});
  EXPECT_EQ(history.front()["change"], nullptr);
  EXPECT_EQ(history.front()["version"], 1);
  EXPECT_EQ(history.back()["name"], "BY_STATE");
  EXPECT_EQ(history.back()["change"], "CREATED");
  EXPECT_THAT(Run({"query", store(), "versions", "--at", "3"}),
              AllOf(Exits(6), Complains(HasSubstr("there are the versions 4 to 5"))));
}

TEST_F(QueryVerbTest, WhatIsNotThereExitsWithSix) {
  EXPECT_THAT(Run({"query", store(), "nope"}),
              AllOf(Exits(6), Prints(IsEmpty()),
                    Complains(AllOf(HasSubstr("VIEW_NOT_FOUND"), HasSubstr("TABLE_COLUMNS")))));
  EXPECT_THAT(Run({"query", store(), "tables", "--at", "6"}), Exits(6));
  EXPECT_THAT(Run({"query", store(), "versions", "--at", "@2001-01-01"}), Exits(6));
}

TEST_F(QueryVerbTest, WhatIsNoQuestionExitsWithTwoAndNoStoreWithThree) {
  EXPECT_THAT(Run({"query", store(), "tables", "-o", "xml"}), Exits(2));
  EXPECT_THAT(Run({"query", store(), "tables", "--at", "yesterday"}), Exits(2));
  EXPECT_THAT(Run({"query", store(), "tables", "columns"}), Exits(2));
  EXPECT_THAT(Run({"query", Path("nope"), "tables"}), Exits(3));
  EXPECT_THAT(Run({"query", Path("nope")}), Exits(3));
}

TEST_F(QueryVerbTest, ReadingChangesNothing) {
  const std::string before = Everything(store());
  for (const json& view : Json({})) {
    EXPECT_THAT(Run({"query", store(), view["view_name"].get<std::string>(), "-o", "csv"}),
                Exits(0));
  }
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(QueryVerbTest, ControlCharactersStayOffTheTable) {
  ASSERT_THAT(Run({"exec", store(), "--author", "a\x1b[31mb", "-c", "CREATE SCHEMA z"}), Exits(0));
  EXPECT_THAT(Run({"query", store(), "versions"}), AllOf(Exits(0), Prints(Not(HasSubstr("\x1b")))));
  EXPECT_EQ(Json({"versions"}).back()["author"], "a\x1b[31mb");
}

// docs/system_views.md is checked against the program.
TEST_F(QueryVerbTest, EveryViewAndColumnIsDocumented) {
  const std::string document = Read(ANNALS_DOCS "/system_views.md");
  for (const json& one : Json({})) {
    const auto view = one["view_name"].get<std::string>();
    const size_t begin = document.find("\n### " + view + "\n");
    ASSERT_NE(begin, document.npos) << view;
    const std::string section = document.substr(begin, document.find("\n### ", begin + 1) - begin);
    std::istringstream header(Run({"query", store(), view, "-o", "csv"}).out);
    std::string line;
    std::getline(header, line);
    std::istringstream columns(line);
    size_t at = 0;
    for (std::string column; std::getline(columns, column, ',');) {
      at = section.find("| `" + column + "` |", at);
      ASSERT_NE(at, section.npos) << view << "." << column << ", or its place";
    }
  }
}

}  // namespace
}  // namespace annals
