// What lies under a key, and how large a store is.

#include <memory>
#include <nlohmann/json.hpp>

#include "annals/cli/stat.h"
#include "annals/log/keys.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"
#include "rocksdb/db.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Version 2: schema SHOP. 3: SHOP.ORDERS. 4: a column more. 5: an index.
class RawTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_THAT(Execute("CREATE SCHEMA shop;"
                        "CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2));"
                        "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16) DEFAULT 'new';"
                        "CREATE INDEX by_total ON shop.orders (total DESC)"),
                Exits(0));
  }
  void Put(const std::string& key, const std::string& value) {
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, store(), &database).ok());
    EXPECT_TRUE(database->Put({}, key, value).ok());
    delete database;
  }
  json Raw(const std::string& key) {
    const RunResult result = Run({"raw", store(), key});
    EXPECT_THAT(result, Exits(0));
    return json::parse(result.out);
  }
};

TEST_F(RawTest, WithoutAKeyTheKeysAreListed) {
  EXPECT_THAT(Run({"raw", store()}),
              AllOf(Exits(0), Prints(HasSubstr(UpdateKey({5}))), Prints(HasSubstr("the newest"))));
  const json keys = json::parse(Run({"raw", store(), "-o", "json"}).out);
  ASSERT_EQ(keys.size(), 7u);
  EXPECT_EQ(keys[0]["key"], "catalog.product");
  EXPECT_EQ(keys[0]["size"], 40);
  EXPECT_EQ(keys[1], json({{"key", UpdateKey({1})},
                           {"size", keys[1]["size"]},
                           {"what", "the record of version 1"}}));
}

TEST_F(RawTest, ARecordIsItsEnvelopeAndItsFields) {
  const json raw = Raw(UpdateKey({4}));
  const json log = json::parse(Run({"show", store(), "4", "-o", "json"}).out);
  EXPECT_EQ(raw["envelope"]["kind"], "update");
  EXPECT_EQ(raw["envelope"]["version"], 4);
  EXPECT_EQ(raw["envelope"]["hash"], log["hash"]);
  EXPECT_EQ(raw["envelope"]["previous"], log["previous_hash"]);
  EXPECT_EQ(raw["envelope"]["commit_id"], log["commit_id"]);
  EXPECT_EQ(std::to_string(raw["payload"]["timestamp"].get<uint64_t>()), log["hlc"]);
  EXPECT_EQ(raw["payload"]["policy"], "Strict");
  EXPECT_EQ(raw["payload"]["entries_type"], json({"NewColumns"}));
  const json& column = raw["payload"]["entries"][0]["columns"][0];
  EXPECT_EQ(column["name"], "STATE");
  EXPECT_EQ(column["type"], "String");
  EXPECT_EQ(column["length"], 16);
  EXPECT_EQ(column["default_text"], "new");
}

TEST_F(RawTest, AnObjectInARecordIsShownFieldByField) {
  const json raw = Raw(UpdateKey({2}));
  EXPECT_EQ(raw["payload"]["entries"][0]["object"]["name"], "SHOP");
  EXPECT_EQ(raw["payload"]["entries"][0]["object"]["kind"], "Schema");
}

TEST_F(RawTest, ASnapshotIsShownDownToItsObjects) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
  const json root = Raw(UpdateKey({4}));
  EXPECT_EQ(root["envelope"]["kind"], "root");
  EXPECT_EQ(root["payload"]["update"]["envelope"]["kind"], "update");
  EXPECT_EQ(root["payload"]["update"]["payload"]["statement"],
            "ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16) DEFAULT 'new'");
  const std::string attempt = root["payload"]["attempt"];
  const json chunk = Raw(ChunkKey({4}, attempt, 0));
  EXPECT_EQ(chunk["envelope"]["kind"], "chunk");
  EXPECT_THAT(chunk["payload"]["objects"], SizeIs(root["payload"]["object_count"]));
  EXPECT_THAT(chunk.dump(), HasSubstr("ORDERS"));
  EXPECT_EQ(Raw("catalog.snapshot.version")["version"], 4);
}

TEST_F(RawTest, TheOtherKeysAreWhatTheySay) {
  EXPECT_EQ(Raw("catalog.version")["version"], 5);
  EXPECT_EQ(Raw("catalog.product")["store"], Raw(UpdateKey({1}))["envelope"]["store"]);
  Put("zebra", "\x01\xff");
  EXPECT_EQ(Raw("zebra")["hex"], "01ff");
}

TEST_F(RawTest, WhatIsDamagedIsHexAndSaysWhatIsWrong) {
  Put(UpdateKey({3}), "short");
  const RunResult result = Run({"raw", store(), UpdateKey({3})});
  EXPECT_THAT(result, AllOf(Exits(4), Complains(HasSubstr("is damaged: size"))));
  const json raw = json::parse(result.out);
  EXPECT_EQ(raw["hex"], "73686f7274");
  EXPECT_THAT(raw["damage"].get<std::string>(), HasSubstr("expected at least 144 bytes"));
  Put("catalog.version", "\x1b[2J");
  EXPECT_THAT(Run({"raw", store(), "catalog.version"}), Exits(4));
  EXPECT_THAT(Run({"raw", store(), UpdateKey({2})}), Exits(0));
}

TEST_F(RawTest, AKeyThatIsNotThereExitsWithSix) {
  EXPECT_THAT(Run({"raw", store(), "catalog.updat"}), AllOf(Exits(6), Prints(IsEmpty())));
  EXPECT_THAT(Run({"raw", store(), UpdateKey({6})}), Exits(6));
  EXPECT_THAT(Run({"raw", Path("nope")}), Exits(3));
}

TEST_F(RawTest, AHostileKeyMovesNoCursor) {
  Put("catalog.\x1b[2J", "x");
  EXPECT_THAT(Run({"raw", store()}),
              AllOf(Prints(HasSubstr("\\x1b[2J")), Prints(::testing::Not(HasSubstr("\x1b")))));
}

TEST_F(RawTest, StatCountsWhatThereIs) {
  const json stat = json::parse(Run({"stat", store(), "-o", "json"}).out);
  EXPECT_EQ(stat["earliest"], 1);
  EXPECT_EQ(stat["latest"], 5);
  EXPECT_EQ(stat["snapshot"], json());
  EXPECT_EQ(stat["objects"], json({{"schema", 3}, {"table", 1}, {"index", 2}, {"zone", 1}}));
  EXPECT_EQ(stat["records"]["count"], 5);
  EXPECT_THAT(stat["largest"], SizeIs(5));
  EXPECT_GE(stat["largest"][0]["bytes"], stat["largest"][1]["bytes"]);
  EXPECT_THAT(stat["advice"], IsEmpty());
  EXPECT_THAT(Run({"stat", store()}),
              AllOf(Exits(0), Prints(HasSubstr("objects    3 schema, 1 table, 2 index, 1 zone\n")),
                    Prints(HasSubstr("replay     0."))));
}

TEST_F(RawTest, StatTellsOfASnapshotAndOfDamage) {
  ASSERT_THAT(Run({"snapshot", store(), "--at", "4"}), Exits(0));
  const json sound = json::parse(Run({"stat", store(), "-o", "json"}).out);
  EXPECT_EQ(sound["snapshot"]["version"], 4);
  EXPECT_EQ(sound["snapshot"]["chunks"], 1);
  EXPECT_EQ(sound["replay"]["records"], 1);
  Put(UpdateKey({5}), "short");
  const RunResult result = Run({"stat", store()});
  EXPECT_THAT(result, AllOf(Exits(4), Prints(HasSubstr("of version 4, the newest that can be "
                                                       "made"))));
  EXPECT_THAT(result.out, HasSubstr("annals verify "));
}

TEST(AdviceTest, SaysWhatCouldBeDone) {
  EXPECT_THAT(cli::AdviceFor({}, "s"), IsEmpty());
  cli::StoreHealth health{.replay = absl::Seconds(3), .records_to_replay = 9};
  EXPECT_THAT(cli::AdviceFor(health, "s"), ElementsAre(HasSubstr("annals snapshot s")));
  health.records_to_replay = 0;  // It is a snapshot already.
  EXPECT_THAT(cli::AdviceFor(health, "s"), IsEmpty());
  health = {.damage = "bad", .mark_problem = "CATALOG-HEAD is absent", .leftover_chunks = 2};
  EXPECT_THAT(cli::AdviceFor(health, "s"),
              ElementsAre(HasSubstr("annals verify s"), HasSubstr("--rebuild-mark"),
                          HasSubstr("2 chunks")));
}

}  // namespace
}  // namespace annals
