// The verbs that read: what they show, which versions they find, how they fail.

#include <filesystem>
#include <nlohmann/json.hpp>

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
class ReadingTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Execute("CREATE SCHEMA shop;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2));"
                        "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16) DEFAULT 'new';"
                        "CREATE INDEX by_total ON shop.orders (total DESC)"),
                Exits(0));
  }
};

TEST_F(ReadingTest, LsShowsAnyVersion) {
  EXPECT_THAT(Run({"ls", store()}),
              AllOf(Exits(0), Prints(HasSubstr("table   SHOP.ORDERS     4        3 columns, "
                                               "primary key (ID)\n"))));
  EXPECT_THAT(Run({"ls", store(), "--at", "2", "-o", "lines"}), Prints("schema SHOP\n"));
  EXPECT_THAT(Run({"ls", store(), "--at", "latest~1", "-o", "lines"}),
              Prints(Not(HasSubstr("index"))));
  EXPECT_THAT(Run({"ls", store(), "--at", "earliest", "-o", "lines"}), Prints(IsEmpty()));
  EXPECT_THAT(Run({"ls", store(), "--at", "@2100-01-01T00:00Z", "-o", "lines"}),
              Prints(HasSubstr("index SHOP.BY_TOTAL on=ORDERS unique=false cols=TOTAL desc "
                               "nulls_first")));
}

TEST_F(ReadingTest, LsAsJsonIsOneArrayInTheShapesOfTheProtocol) {
  const json list = json::parse(Run({"ls", store(), "-o", "json"}).out);
  ASSERT_TRUE(list.is_array());
  json table;
  for (const json& object : list) {
    if (object["object"] == "table") table = object;
  }
  EXPECT_EQ(table["schema"], "SHOP");
  EXPECT_EQ(table["name"], "ORDERS");
  EXPECT_EQ(table["columns"][2]["default"], json({{"constant", "new"}}));
  EXPECT_EQ(table["primary_key"], json({"ID"}));
  EXPECT_EQ(table["from"], 4);
}

TEST_F(ReadingTest, LsAsDdlMakesTheSameCatalogAnew) {
  const std::string sql = Run({"ls", store(), "-o", "ddl"}).out;
  ASSERT_THAT(Run({"exec", Path("copy")}, sql), Exits(0));
  EXPECT_EQ(Run({"ls", Path("copy"), "-o", "lines"}).out, Run({"ls", store(), "-o", "lines"}).out);
}

TEST_F(ReadingTest, LsAsDdlLeavesOutNoHalfOfATable) {
  const std::string requests =
      R"({"create_table": {"schema": "SHOP", "name": "ODD", "columns": [)"
      R"({"name": "ID", "type": "INT32", "nullable": false},)"
      R"({"name": "N", "type": "INT32", "default": {"constant": "abc"}}],)"
      R"("primary_key": {"kind": "hash", "columns": ["ID"]}}})"
      "\n"
      R"({"create_hash_index": {"schema": "SHOP", "table": "ODD", "name": "BY_N", "columns": ["N"]}})"
      "\n";
  const std::string said = Run({"exec", store(), "--format", "jsonl"}, requests).out;
  ASSERT_THAT(said, Not(HasSubstr("error")));
  const RunResult listed = Run({"ls", store(), "-o", "ddl"});
  EXPECT_THAT(listed, AllOf(Exits(0), Complains(HasSubstr("SQL has no words for: 2"))));
  const std::string& sql = listed.out;
  EXPECT_THAT(sql, HasSubstr("-- left out: table SHOP.ODD: "));
  EXPECT_THAT(sql, HasSubstr("-- left out: index SHOP.BY_N: "));
  EXPECT_THAT(Run({"exec", Path("copy")}, sql), Exits(0));
}

TEST_F(ReadingTest, LsStateIsADigestOfTheVersion) {
  const std::string state = Run({"ls", store(), "-o", "state"}).out;
  EXPECT_EQ(state.size(), 65u);
  EXPECT_EQ(Run({"ls", store(), "--at", "5", "-o", "state"}).out, state);
  EXPECT_NE(Run({"ls", store(), "--at", "4", "-o", "state"}).out, state);
}

TEST_F(ReadingTest, DescribeTakesNamesAsWrittenOrInUpperCase) {
  EXPECT_THAT(
      Run({"describe", store(), "shop.orders"}),
      AllOf(Exits(0), Prints(AllOf(StartsWith("table SHOP.ORDERS\n"),
                                   HasSubstr("column STATE         VARCHAR(16) DEFAULT 'new'"),
                                   HasSubstr("index BY_TOTAL       (TOTAL DESC) sorted")))));
  EXPECT_THAT(Run({"describe", store(), "table", "\"SHOP\".ORDERS", "-o", "ddl"}),
              Prints(StartsWith("CREATE TABLE SHOP.ORDERS (")));
  EXPECT_THAT(Run({"describe", store(), "schema", "shop"}), Prints(StartsWith("schema SHOP\n")));
  EXPECT_THAT(Run({"describe", store(), "\"Default\""}), Prints(StartsWith("zone \"Default\"\n")));
  const json schema = json::parse(Run({"describe", store(), "shop", "-o", "json"}).out);
  EXPECT_EQ(schema["tables"][0]["name"], "ORDERS");
}

TEST_F(ReadingTest, DescribeOfWhatIsNotThereExitsWithSix) {
  EXPECT_THAT(Run({"describe", store(), "nope"}), Exits(6));
  EXPECT_THAT(Run({"describe", store(), "\"shop\".orders"}), Exits(6));
  EXPECT_THAT(Run({"describe", store(), "index", "shop.orders"}),
              AllOf(Exits(6), Complains(HasSubstr("INDEX_NOT_FOUND"))));
  EXPECT_THAT(Run({"describe", store(), "shop.orders", "--at", "2"}), Exits(6));
  EXPECT_THAT(Run({"describe", store(), "gadget", "shop.orders"}), Exits(2));
  EXPECT_THAT(Run({"describe", store(), "a.b.c"}), Exits(2));
}

TEST_F(ReadingTest, AnObjectThatThereIsNotBringsTheOneThatWasMeant) {
  const auto suggests = [&](const std::vector<std::string>& words, const std::string& what) {
    EXPECT_THAT(Run(words), AllOf(Exits(6), Complains(HasSubstr("; did you mean " + what + "?"))));
  };
  suggests({"describe", store(), "shop.ordres"}, "SHOP.ORDERS");
  suggests({"describe", store(), "orders"}, "SHOP.ORDERS");
  suggests({"describe", store(), "\"shop\".orders"}, "SHOP.ORDERS");
  suggests({"describe", store(), "index", "shop.by_totl"}, "SHOP.BY_TOTAL");
  suggests({"describe", store(), "schema", "shp"}, "SHOP");
  suggests({"describe", store(), "zone", "default"}, "\"Default\"");
  suggests({"blame", store(), "shop.order"}, "SHOP.ORDERS");
  suggests({"history", store(), "shop.order"}, "SHOP.ORDERS");
  suggests({"log", store(), "--object", "shop.order"}, "SHOP.ORDERS");
  suggests({"exec", store(), "-c", "DESCRIBE shop.order"}, "SHOP.ORDERS");
  EXPECT_THAT(Run({"describe", store(), "shop.frobnicate"}),
              Complains(Not(HasSubstr("did you mean"))));
  EXPECT_THAT(Run({"describe", store(), "shop.order", "--at", "2"}),
              Complains(Not(HasSubstr("did you mean"))));
}

TEST_F(ReadingTest, NamesCanBeWrittenWithEscapes) {
  EXPECT_THAT(Run({"describe", store(), "U&\"SHO\\0050\".orders"}), Exits(0));
  EXPECT_THAT(Run({"describe", store(), "U&\"SHO\\50\".orders"}), Exits(2));
}

TEST_F(ReadingTest, LogIsNewestFirst) {
  const json log = json::parse(Run({"log", store(), "-o", "json"}).out);
  ASSERT_EQ(log.size(), 5u);
  EXPECT_EQ(log[0]["version"], 5);
  EXPECT_EQ(log[4]["version"], 1);
  EXPECT_EQ(log[0]["statement"], "CREATE INDEX by_total ON shop.orders (total DESC)");
  EXPECT_EQ(log[0]["previous_hash"], log[1]["hash"]);
  EXPECT_EQ(log[2]["entries"][2],
            json({{"op", "NewObject"}, {"kind", "table"}, {"id", 3}, {"name", "ORDERS"}}));
  EXPECT_THAT(Run({"log", store(), "--oneline", "-n", "1"}),
              Prints(AllOf(StartsWith("5  "), HasSubstr("CREATE INDEX"))));
  EXPECT_THAT(Run({"log", store(), "--oneline", "-n", "2", "--reverse"}),
              Prints(StartsWith("4  ")));
  EXPECT_THAT(Run({"log", store(), "-n", "0", "-o", "json"}), Prints("[]\n"));
  EXPECT_THAT(Run({"log", store(), "-n", "-1"}), Exits(2));
  EXPECT_THAT(Run({"log", store(), "--oneline", "-o", "json"}),
              AllOf(Exits(2), Prints(IsEmpty()), Complains(HasSubstr("--oneline and --output"))));
}

TEST_F(ReadingTest, ShowTellsAllAboutAVersion) {
  EXPECT_THAT(
      Run({"show", store(), "4"}),
      AllOf(Exits(0), Prints(HasSubstr(
                          "entries\n  add column STATE VARCHAR(16) DEFAULT 'new' to table #3\n"))));
  const json shown = json::parse(Run({"show", store(), "latest", "-o", "json"}).out);
  EXPECT_EQ(shown["version"], 5);
  EXPECT_EQ(shown["policy"], "strict");
}

TEST_F(ReadingTest, AnotherDefaultZoneIsAChange) {
  EXPECT_THAT(Run({"exec", store(), "-c",
                   "CREATE ZONE z STORAGE PROFILES ['p']; ALTER ZONE z SET DEFAULT"}),
              Prints("6\tcreate zone Z\n7\tmake zone Z the default\n"));
  EXPECT_THAT(Run({"diff", store(), "6..7"}), Prints("~ default zone: \"Default\" -> Z\n"));
  EXPECT_THAT(Run({"diff", store(), "6..7", "--exit-code"}), Exits(1));
  const json changes = json::parse(Run({"diff", store(), "6..7", "-o", "json"}).out);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["kind"], "default zone");
  EXPECT_EQ(changes[0]["details"][0]["after"], "Z");
  EXPECT_THAT(
      Run({"ls", store(), "-o", "ddl"}),
      Prints(HasSubstr("CREATE ZONE Z STORAGE PROFILES ['p'];\nALTER ZONE Z SET DEFAULT;\n")));
}

TEST_F(ReadingTest, DiffAsDdlLeadsThereAndWithReverseBack) {
  const std::string base = Run({"ls", store(), "--at", "3", "-o", "ddl"}).out;
  const std::string there = Run({"diff", store(), "3..5", "-o", "ddl"}).out;
  const std::string back = Run({"diff", store(), "3..5", "--reverse", "-o", "ddl"}).out;
  EXPECT_EQ(there,
            "ALTER TABLE SHOP.ORDERS ADD COLUMN STATE VARCHAR(16) DEFAULT 'new';\n"
            "CREATE INDEX BY_TOTAL ON SHOP.ORDERS (TOTAL DESC NULLS FIRST);\n");
  EXPECT_EQ(back, "DROP INDEX SHOP.BY_TOTAL;\nALTER TABLE SHOP.ORDERS DROP COLUMN STATE;\n");
  ASSERT_THAT(Run({"exec", Path("copy")}, base), Exits(0));
  const auto lines = [&](const std::string& path, const std::string& version) {
    return Run({"ls", path, "--at", version, "-o", "lines"}).out;
  };
  ASSERT_THAT(Run({"exec", Path("copy")}, there), Exits(0));
  EXPECT_EQ(lines(Path("copy"), "latest"), lines(store(), "5"));
  ASSERT_THAT(Run({"exec", Path("copy")}, back), Exits(0));
  EXPECT_EQ(lines(Path("copy"), "latest"), lines(store(), "3"));
}

TEST_F(ReadingTest, DiffReversedIsTheDiffOfTheOtherDirection) {
  for (const std::string output : {"table", "json", "ddl"}) {
    EXPECT_EQ(Run({"diff", store(), "3..5", "--reverse", "-o", output}).out,
              Run({"diff", store(), "5..3", "-o", output}).out);
  }
}

TEST_F(ReadingTest, DdlThatLosesDataSaysSo) {
  ASSERT_THAT(Execute("ALTER TABLE shop.orders DROP COLUMN total"), Exits(1));
  ASSERT_THAT(Execute("DROP INDEX shop.by_total; ALTER TABLE shop.orders DROP COLUMN total"),
              Exits(0));
  EXPECT_THAT(Run({"diff", store(), "5..7", "--reverse", "-o", "ddl"}),
              AllOf(Exits(0), Complains(HasSubstr("statements that lose data of what stays: 1")),
                    Prints(HasSubstr("-- loss: table SHOP.ORDERS, column STATE: "))));
  EXPECT_THAT(Run({"diff", store(), "5..7", "--policy", "strict"}), Exits(2));
}

TEST_F(ReadingTest, DiffGoesDownToTheColumn) {
  EXPECT_THAT(Run({"diff", store(), "3..latest"}),
              AllOf(Exits(0), Prints("~ table SHOP.ORDERS\n"
                                     "    + column STATE VARCHAR(16) DEFAULT 'new'\n"
                                     "+ index SHOP.BY_TOTAL: on SHOP.ORDERS (TOTAL DESC), sorted, "
                                     "registered\n")));
  EXPECT_THAT(Run({"diff", store(), "latest..3"}), Prints(HasSubstr("    - column STATE")));
  EXPECT_THAT(Run({"diff", store(), "3..4", "--exit-code"}), Exits(1));
  EXPECT_THAT(Run({"diff", store(), "4..4", "--exit-code"}), AllOf(Exits(0), Prints(IsEmpty())));
  const json changes = json::parse(Run({"diff", store(), "3..4", "-o", "json"}).out);
  EXPECT_EQ(changes[0]["change"], "altered");
  EXPECT_EQ(changes[0]["details"][0]["after_name"], "column STATE");
}

TEST_F(ReadingTest, AKeyIndexThatIsRenamedByItselfIsAChange) {
  EXPECT_THAT(Run({"exec", store(), "-c", "ALTER INDEX shop.orders_pk RENAME TO zz"}),
              AllOf(Exits(0), Prints("6\trename index SHOP.ORDERS_PK to SHOP.ZZ\n")));
  EXPECT_THAT(Run({"diff", store(), "5..6"}), Prints(HasSubstr("~ index SHOP.ZZ\n")));
  // With its table it is not worth a line.
  EXPECT_THAT(Run({"diff", store(), "2..latest"}), Prints(Not(HasSubstr("ZZ"))));
}

TEST_F(ReadingTest, VersionsThatAreNotThereExitWithSix) {
  const auto range = HasSubstr("there are the versions 1 to 5");
  EXPECT_THAT(Run({"ls", store(), "--at", "6"}), AllOf(Exits(6), Complains(range)));
  EXPECT_THAT(Run({"ls", store(), "--at", "0"}), AllOf(Exits(6), Complains(range)));
  EXPECT_THAT(Run({"ls", store(), "--at", "latest~5"}), AllOf(Exits(6), Complains(range)));
  EXPECT_THAT(Run({"show", store(), "18446744073709551615"}), Exits(6));
  EXPECT_THAT(Run({"diff", store(), "1..9"}), Exits(6));
  EXPECT_THAT(Run({"ls", store(), "--at", "@2001-01-01"}), AllOf(Exits(6), Complains(range)));
  EXPECT_THAT(Run({"ls", store(), "--at", "18446744073709551616"}), Exits(2));
  EXPECT_THAT(Run({"ls", store(), "--at", "yesterday"}), Exits(2));
  EXPECT_THAT(Run({"diff", store(), "3"}), Exits(2));
}

TEST_F(ReadingTest, ASnapshotTakesTheVersionsBelowItAway) {
  const std::string before = Run({"ls", store(), "-o", "state"}).out;
  EXPECT_THAT(Run({"snapshot", store(), "--at", "4"}),
              AllOf(Exits(0), Prints(HasSubstr("version 4"))));
  EXPECT_THAT(Run({"ls", store(), "--at", "3"}),
              AllOf(Exits(6), Complains(HasSubstr("there are the versions 4 to 5"))));
  EXPECT_THAT(Run({"ls", store(), "--at", "@2001-01-01"}),
              AllOf(Exits(6), Complains(HasSubstr("TRUNCATED"))));
  EXPECT_EQ(Run({"ls", store(), "-o", "state"}).out, before);
  EXPECT_THAT(Run({"show", store(), "4"}), Prints(HasSubstr("ADD COLUMN state")));
  EXPECT_EQ(json::parse(Run({"log", store(), "-o", "json"}).out).size(), 2u);
  EXPECT_THAT(Run({"snapshot", store(), "--at", "4"}),
              AllOf(Exits(0), Prints(HasSubstr("nothing to do"))));
  EXPECT_THAT(Run({"snapshot", store(), "--at", "9"}), Exits(6));
}

TEST_F(ReadingTest, ABackupIsAStoreByItself) {
  EXPECT_THAT(Run({"backup", store(), Path("copy")}), Exits(0));
  EXPECT_EQ(Run({"ls", Path("copy"), "-o", "state"}).out, Run({"ls", store(), "-o", "state"}).out);
  EXPECT_THAT(Run({"backup", store(), Path("copy")}),
              AllOf(Exits(1), Complains(HasSubstr("BACKUP_EXISTS"))));
  EXPECT_THAT(Run({"exec", Path("copy"), "-c", "CREATE SCHEMA z"}), Exits(0));
}

TEST_F(ReadingTest, ReadingChangesNothing) {
  const std::string before = Everything(store());
  for (const std::vector<std::string>& words : {std::vector<std::string>{"ls", store()},
                                                {"log", store()},
                                                {"show", store(), "3"},
                                                {"diff", store(), "1..latest"},
                                                {"describe", store(), "shop.orders"},
                                                {"repair", store()}}) {
    EXPECT_THAT(Run(words), Exits(0));
  }
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(ReadingTest, WhatIsNoStoreIsLeftAsItIs) {
  const std::string file = Write("file", "text");
  std::filesystem::create_directory(Path("other"));
  Write("other/notes.txt", "mine");
  const std::string before = Everything(Path("other"));
  for (const char* verb : {"ls", "log", "query", "repair", "snapshot"}) {
    EXPECT_THAT(Run({verb, Path("nope")}),
                AllOf(Exits(3), Complains(HasSubstr("STORE_NOT_FOUND"))));
    EXPECT_THAT(Run({verb, file}), AllOf(Exits(3), Complains(HasSubstr("NOT_A_STORE"))));
    EXPECT_THAT(Run({verb, Path("other")}), AllOf(Exits(3), Complains(HasSubstr("NOT_A_STORE"))));
  }
  EXPECT_THAT(Run({"exec", Path("other"), "-c", "CREATE SCHEMA a"}), Exits(3));
  EXPECT_EQ(Everything(Path("other")), before);
  EXPECT_FALSE(std::filesystem::exists(Path("nope")));
}

TEST_F(ReadingTest, HelpAndVersionGoToStandardOutput) {
  EXPECT_THAT(Run({"--help"}),
              AllOf(Exits(0), Prints(HasSubstr("Exit status")), Complains(IsEmpty())));
  EXPECT_THAT(Run({"--version"}), AllOf(Exits(0), Prints(StartsWith("annals "))));
  for (const char* verb : {"exec", "ls", "describe", "log", "show", "diff", "query", "report",
                           "snapshot", "backup", "repair"}) {
    EXPECT_THAT(Run({verb, "--help"}), AllOf(Exits(0), Prints(HasSubstr("STORE"))));
  }
  EXPECT_THAT(Run({}), AllOf(Exits(2), Prints(IsEmpty())));
  EXPECT_THAT(Run({"nope"}), Exits(2));
  EXPECT_THAT(Run({"ls"}), Exits(2));
  EXPECT_THAT(Run({"ls", store(), "--nope"}), Exits(2));
}

TEST_F(ReadingTest, ControlCharactersOfTheLogAreMadeVisible) {
  ASSERT_THAT(Run({"exec", store(), "--author", "a\x1b[31mb", "--message", "two\nlines\x07", "-c",
                   "CREATE SCHEMA z"}),
              Exits(0));
  for (const RunResult& result :
       {Run({"log", store(), "-n", "1"}), Run({"show", store(), "latest"}),
        Run({"log", store(), "-n", "1", "--oneline"})}) {
    EXPECT_THAT(result.out, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07"))));
  }
  const json log = json::parse(Run({"log", store(), "-n", "1", "-o", "json"}).out);
  EXPECT_EQ(log[0]["author"], "a\x1b[31mb");
}

TEST_F(ReadingTest, TextThatIsNoUtf8IsStillValidJson) {
  ASSERT_THAT(Run({"exec", store(), "--message", "a\xffz", "-c", "CREATE SCHEMA z"}), Exits(0));
  const json log = json::parse(Run({"log", store(), "-n", "1", "-o", "json"}).out);
  EXPECT_EQ(log[0]["message"], "a\uFFFDz");
  EXPECT_THAT(Run({"log", store(), "-n", "1"}), Prints(HasSubstr("a\\xffz")));
}

}  // namespace
}  // namespace annals
