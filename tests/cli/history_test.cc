// What the log tells of an object: its life, who touched its columns, its versions.

#include <nlohmann/json.hpp>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// 2: schema SHOP. 3: SHOP.ORDERS. 4: a column more. 5: it becomes SALES. 6: another
// ORDERS. 7: SALES is dropped. 8: the other's column is another.
class HistoryTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Execute("CREATE SCHEMA shop;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2));"
                        "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16);"
                        "ALTER TABLE shop.orders RENAME TO sales;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, note VARCHAR(8));"
                        "DROP TABLE shop.sales;"
                        "ALTER TABLE shop.orders ALTER COLUMN note SET DATA TYPE VARCHAR(9)"),
                Exits(0));
  }

  json HistoryOf(const std::string& object) {
    return json::parse(Run({"history", store(), object, "-o", "json"}).out);
  }
  std::string VersionsOf(const std::vector<std::string>& filter) {
    std::vector<std::string> words{"log", store(), "-o", "json"};
    words.insert(words.end(), filter.begin(), filter.end());
    std::string versions;
    for (const json& version : json::parse(Run(words).out)) {
      versions += version["version"].dump() + " ";
    }
    return versions;
  }
};

TEST_F(HistoryTest, AnObjectIsFollowedThroughItsNames) {
  const json lives = HistoryOf("shop.sales");
  ASSERT_EQ(lives.size(), 1u);
  EXPECT_EQ(lives[0]["name"], "SHOP.SALES");
  EXPECT_EQ(lives[0]["dropped"], true);
  std::string steps;
  for (const json& step : lives[0]["steps"]) {
    steps += step["version"].dump() + " " + step["change"].get<std::string>() + "; ";
  }
  EXPECT_EQ(steps, "3 created; 4 altered; 5 renamed; 7 dropped; ");
  EXPECT_THAT(Run({"history", store(), "shop.sales"}),
              AllOf(Exits(0), Prints(HasSubstr("rename table SHOP.ORDERS to SHOP.SALES\n"))));
}

TEST_F(HistoryTest, ANameThatTwoObjectsHadTellsBothLives) {
  const json lives = HistoryOf("shop.orders");
  ASSERT_EQ(lives.size(), 2u);
  EXPECT_EQ(lives[0]["name"], "SHOP.SALES");
  EXPECT_EQ(lives[1]["name"], "SHOP.ORDERS");
  EXPECT_EQ(lives[1]["dropped"], false);
  const std::string id = "#" + lives[1]["id"].dump();
  EXPECT_EQ(HistoryOf(id), json::array({lives[1]}));
}

TEST_F(HistoryTest, WhatASnapshotKeptIsToldAsSuch) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "6"}), Exits(0));
  const json lives = HistoryOf("shop.sales");
  EXPECT_EQ(lives[0]["steps"][0]["change"], "kept");
  EXPECT_EQ(lives[0]["steps"][0]["version"], 5);
  EXPECT_EQ(lives[0]["steps"][1]["version"], 7);
  EXPECT_THAT(Run({"history", store(), "shop.sales"}), Prints(HasSubstr("  <=5 ")));
}

TEST_F(HistoryTest, AnObjectThatNeverWasExitsWithSix) {
  EXPECT_THAT(Run({"history", store(), "shop.nope"}),
              AllOf(Exits(6), Complains(HasSubstr("OBJECT_NOT_FOUND"))));
  EXPECT_THAT(Run({"history", store(), "index", "shop.orders"}),
              AllOf(Exits(6), Complains(HasSubstr("INDEX_NOT_FOUND"))));
  EXPECT_THAT(Run({"history", store(), "#999"}), Exits(6));
  EXPECT_THAT(Run({"history", store(), "shop.sales", "--at", "4"}), Exits(6));
  EXPECT_THAT(Run({"history", store(), "gadget", "shop.sales"}), Exits(2));
  EXPECT_THAT(Run({"history", store(), "a.b.c"}), Exits(2));
}

TEST_F(HistoryTest, BlameNamesTheVersionThatTouchedEachColumnLast) {
  const json lines = json::parse(Run({"blame", store(), "shop.orders", "-o", "json"}).out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["column"], "ID");
  EXPECT_EQ(lines[0]["version"], 6);
  EXPECT_EQ(lines[1]["type"], "VARCHAR(9)");
  EXPECT_EQ(lines[1]["version"], 8);
  EXPECT_THAT(lines[1]["statement"].get<std::string>(), HasSubstr("SET DATA TYPE"));
  const json earlier =
      json::parse(Run({"blame", store(), "shop.orders", "--at", "4", "-o", "json"}).out);
  ASSERT_EQ(earlier.size(), 3u);
  EXPECT_EQ(earlier[2]["version"], 4);
}

TEST_F(HistoryTest, BlameSaysWhereASnapshotIsAllThatIsKnown) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "7"}), Exits(0));
  const json lines = json::parse(Run({"blame", store(), "shop.orders", "-o", "json"}).out);
  EXPECT_EQ(lines[0]["version"], 6);
  EXPECT_EQ(lines[0]["exact"], false);
  EXPECT_EQ(lines[1]["version"], 8);
  EXPECT_EQ(lines[1]["exact"], true);
}

TEST_F(HistoryTest, BlameOfWhatHasNoColumnsIsRefused) {
  EXPECT_THAT(Run({"blame", store(), "shop"}), AllOf(Exits(6), Complains(HasSubstr("no columns"))));
  EXPECT_THAT(Run({"blame", store(), "shop.sales"}), Exits(6));
}

TEST_F(HistoryTest, LogOfAnObjectHasTheVersionsThatChangedIt) {
  EXPECT_EQ(VersionsOf({"--object", "shop.sales"}), "7 5 4 3 ");
  EXPECT_EQ(VersionsOf({"--object", "shop.sales", "-n", "2"}), "7 5 ");
  EXPECT_EQ(VersionsOf({"--object", "shop.sales", "-n", "2", "--reverse"}), "5 7 ");
  EXPECT_EQ(VersionsOf({"--object", "shop.sales", "-n", "0"}), "");
  EXPECT_EQ(VersionsOf({"--object", "shop.orders"}), "8 7 6 5 4 3 ");
  EXPECT_THAT(Run({"log", store(), "--object", "nope"}), Exits(6));
}

TEST_F(HistoryTest, LogSinceAndUntilHaveTheVersionsOfThatTime) {
  const json all = json::parse(Run({"log", store(), "-o", "json", "--reverse"}).out);
  std::string first_of_five;  // More than one version may have been made in its millisecond.
  std::string last_of_five;
  const std::string moment = all[4]["timestamp"];
  for (const json& version : all) {
    const std::string word = version["version"].dump() + " ";
    if (version["timestamp"] >= moment) first_of_five = word + first_of_five;
    if (version["timestamp"] <= moment) last_of_five = word + last_of_five;
  }
  EXPECT_EQ(VersionsOf({"--since", moment}), first_of_five);
  EXPECT_EQ(VersionsOf({"--until", moment}), last_of_five);
  EXPECT_EQ(VersionsOf({"--since", "2001-01-01"}), "8 7 6 5 4 3 2 1 ");
  EXPECT_EQ(VersionsOf({"--until", "2001-01-01"}), "");
  EXPECT_EQ(VersionsOf({"--since", "2100-01-01"}), "");
  EXPECT_EQ(VersionsOf({"--until", "2100-01-01", "-n", "1"}), "8 ");
  EXPECT_THAT(Run({"log", store(), "--since", "yesterday"}),
              AllOf(Exits(2), Complains(HasSubstr("--since"))));
}

TEST_F(HistoryTest, LogStatTellsEachEntry) {
  EXPECT_THAT(Run({"log", store(), "--stat", "-n", "1"}),
              Prints(AllOf(HasSubstr("    change column NOTE VARCHAR(9) of table #"),
                           HasSubstr("    1 entry, "))));
}

}  // namespace
}  // namespace annals
