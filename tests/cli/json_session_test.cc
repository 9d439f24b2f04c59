// `annals exec --format jsonl`: a session of requests and replies.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class JsonSessionTest : public ProgramTest {
 protected:
  // The reply to `line`.
  json Ask(const std::string& line) {
    EXPECT_TRUE(session_.Send(line + "\n"));
    return json::parse(session_.ReadLine());
  }

  // What a line that is no request is answered with.
  void ExpectRefused(const std::string& line, const std::string& part) {
    const json reply = Ask(line);
    ASSERT_TRUE(reply.contains("error")) << reply;
    EXPECT_EQ(reply["error"]["code"], "INVALID_ARGUMENT");
    EXPECT_EQ(reply["error"]["reason"], "INVALID_REQUEST");
    EXPECT_THAT(reply["error"]["message"].get<std::string>(), HasSubstr(part));
  }

  json Schema(size_t index) { return Ask(R"({"describe": {}})")["catalog"]["schemas"][index]; }

  RunningProgram session_{{"exec", "--log", "memory", "--format", "jsonl", "--policy", "relaxed"}};
};

constexpr const char* kCreateTable =
    R"({"create_table": {"schema": "PUBLIC", "name": "T", "columns": [)"
    R"({"name": "A", "type": "INT32", "default": {"constant": 5}},)"
    R"({"name": "B", "type": "DOUBLE", "default": {"constant": 1.50}},)"
    R"({"name": "C", "type": "BOOLEAN", "default": {"constant": true}},)"
    R"({"name": "D", "type": "STRING", "length": 10, "default": {"constant": ""}},)"
    R"({"name": "E", "type": "DECIMAL", "precision": 5, "scale": 2, "default": {"constant": "1.50"}},)"
    R"({"name": "F", "type": "UUID", "default": {"function": "rand_uuid"}},)"
    R"({"name": "G", "type": "DATE", "nullable": true, "default": {"constant": null}}],)"
    R"("primary_key": {"kind": "sorted", "columns": ["A", "F"],)"
    R"( "collations": ["desc_nulls_first", "asc_nulls_last"]}}})";

TEST_F(JsonSessionTest, AnswersEachRequestBeforeTheNext) {
  EXPECT_EQ(Ask(R"({"create_schema": {"name": "S"}})"),
            json({{"version", 2}, {"applied", {true}}}));
  EXPECT_EQ(Ask(R"([{"create_schema": {"name": "S", "if_not_exists": true}},)"
                R"( {"create_schema": {"name": "T"}}])"),
            json({{"version", 3}, {"applied", {false, true}}}));
  EXPECT_EQ(Ask(R"({"drop_schema": {"name": "X", "if_exists": true}})"),
            json({{"version", 3}, {"applied", {false}}}));
}

TEST_F(JsonSessionTest, EndsWithZeroAtTheEndOfItsInput) {
  const RunResult result = session_.Finish("{\"describe\": {}}\r\nnonsense");
  EXPECT_EQ(result.exit, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
}

TEST_F(JsonSessionTest, DescribesDefaultsAsRequestsWriteThem) {
  ASSERT_EQ(Ask(kCreateTable)["version"], 2);
  const json table = Schema(0)["tables"][0];
  std::vector<json> defaults;
  for (const json& column : table["columns"]) defaults.push_back(column["default"]);
  EXPECT_THAT(defaults, ::testing::ElementsAre(json({{"constant", 5}}), json({{"constant", 1.5}}),
                                               json({{"constant", true}}), json({{"constant", ""}}),
                                               json({{"constant", "1.50"}}),
                                               json({{"function", "rand_uuid"}}), json(nullptr)));
  EXPECT_EQ(table["primary_key"], json({"A", "F"}));
  EXPECT_EQ(table["columns"][3]["length"], 10);
  EXPECT_EQ(table["columns"][0]["length"], 0);
  EXPECT_EQ(Schema(0)["indexes"][0]["columns"],
            json({{{"name", "A"}, {"collation", "desc_nulls_first"}},
                  {{"name", "F"}, {"collation", "asc_nulls_last"}}}));
}

TEST_F(JsonSessionTest, TakesEveryCommandOfTablesAndIndexes) {
  Ask(kCreateTable);
  for (
      const char* request :
      {R"({"alter_table_add_column": {"schema": "PUBLIC", "table": "T", "columns": [{"name": "X", "type": "INT32", "nullable": true}]}})",
       R"({"alter_table_alter_column": {"schema": "PUBLIC", "table": "T", "column": "X", "type": "INT64"}})",
       R"({"alter_table_alter_column": {"schema": "PUBLIC", "table": "T", "column": "C", "default": null}})",
       R"({"alter_table_drop_column": {"schema": "PUBLIC", "table": "T", "columns": ["X"]}})",
       R"({"alter_table_set_property": {"schema": "PUBLIC", "table": "T", "stale_rows_fraction": 1, "min_stale_rows_count": 7}})",
       R"({"rename_table": {"schema": "PUBLIC", "name": "T", "new_name": "U"}})",
       R"({"create_hash_index": {"schema": "PUBLIC", "name": "H", "table": "U", "columns": ["A"]}})",
       R"({"create_sorted_index": {"schema": "PUBLIC", "name": "I", "table": "U", "columns": ["A"], "collations": ["asc_nulls_first"], "unique": true}})",
       R"({"rename_index": {"schema": "PUBLIC", "name": "H", "new_name": "J"}})",
       R"({"start_building_index": {"id": 5}})", R"({"make_index_available": {"id": 5}})",
       R"({"drop_index": {"schema": "PUBLIC", "name": "I"}})",
       R"({"drop_table": {"schema": "PUBLIC", "name": "U"}})"}) {
    EXPECT_EQ(Ask(request).value("applied", json()), json({true})) << request;
  }
}

TEST_F(JsonSessionTest, LooksAtOldVersionsAndSnapshots) {
  Ask(R"({"create_schema": {"name": "S"}})");
  Ask(R"({"create_schema": {"name": "T"}})");
  EXPECT_EQ(Ask(R"({"describe": {"version": 2}})")["catalog"]["schemas"].size(), 3u);
  EXPECT_EQ(Ask(R"({"snapshot": {"version": 2}})"), json({{"snapshot", true}}));
  EXPECT_EQ(Ask(R"({"snapshot": {"version": 2}})"), json({{"snapshot", false}}));
  EXPECT_EQ(Ask(R"({"describe": {"version": 1}})")["error"]["reason"], "VERSION_TRUNCATED");
  EXPECT_EQ(Ask(R"({"describe": {"version": 9}})")["error"]["code"], "NOT_FOUND");
}

TEST_F(JsonSessionTest, ErrorsTellTheCommandOfTheBatch) {
  const json refused =
      Ask(R"([{"create_schema": {"name": "S"}}, {"create_schema": {"name": "S"}}])");
  EXPECT_EQ(refused["error"]["reason"], "SCHEMA_EXISTS");
  EXPECT_EQ(refused["error"]["command"], 1);
  const json malformed = Ask(R"([{"create_schema": {"name": "S"}}, {"create_schema": {}}])");
  EXPECT_EQ(malformed["error"]["command"], 1);
  EXPECT_FALSE(Ask("7")["error"].contains("command"));
  EXPECT_EQ(Ask(R"({"describe": {}})")["catalog"]["version"], 1);
}

TEST_F(JsonSessionTest, RefusesWhatIsNoRequestAndGoesOn) {
  ExpectRefused("", "no JSON");
  ExpectRefused("{", "no JSON");
  ExpectRefused("nonsense", "no JSON");
  ExpectRefused("{} {}", "no JSON");
  ExpectRefused("\"\xff\xfe\"", "no JSON");
  ExpectRefused("7", "a request is an object");
  ExpectRefused("[7]", "a request is an object");
  ExpectRefused("[]", "the batch is empty");
  ExpectRefused("{}", "one field");
  ExpectRefused(R"({"create_schema": {"name": "A"}, "drop_schema": {"name": "A"}})", "one field");
  ExpectRefused(R"({"make_coffee": {}})", "no command \"make_coffee\"");
  ExpectRefused(R"({"create_schema": 7})", "must be an object");
  ExpectRefused(R"([{"describe": {}}])", "no command \"describe\"");
  ExpectRefused(R"({"describe": {"version": "3"}})", "describe.version must be a whole number");
  ExpectRefused(R"({"snapshot": {}})", "snapshot.version is missing");
  EXPECT_EQ(Ask(R"({"create_schema": {"name": "S"}})")["version"], 2);
}

TEST_F(JsonSessionTest, ChecksFieldsStrictly) {
  ExpectRefused(R"({"create_schema": {"name": "A", "nmae": 1}})",
                "no field \"nmae\"; it takes name");
  ExpectRefused(R"({"create_schema": {"name": "A", "name": "B"}})", "is there twice");
  ExpectRefused(R"({"create_schema": {"name": 7}})",
                "create_schema.name must be a string, not a whole number");
  ExpectRefused(R"({"create_schema": {"name": "A", "if_not_exists": "yes"}})",
                "must be true or false");
  ExpectRefused(R"({"start_building_index": {"id": 1.5}})", "must be a whole number");
  ExpectRefused(R"({"start_building_index": {"id": 1e3}})", "must be a whole number");
  ExpectRefused(R"({"start_building_index": {"id": 18446744073709551615}})", "beyond 64 bits");
  ExpectRefused(R"({"start_building_index": {"id": 99999999999999999999}})", "beyond 64 bits");
  ExpectRefused(
      R"({"alter_table_drop_column": {"schema": "S", "table": "T", "columns": ["A", 1]}})",
      "alter_table_drop_column.columns[1] must be a string");
  ExpectRefused(
      R"({"create_table": {"schema": "S", "name": "T", "columns": [{"name": "A", "type": "INT"}]}})",
      "create_table.columns[0].type \"INT\" is no type; there are BOOLEAN INT8");
  ExpectRefused(
      R"({"create_table": {"schema": "S", "name": "T", "columns": [{"name": "A", "type": "INT"}]}})",
      "STRUCT");
  ExpectRefused(
      R"({"create_table": {"schema": "S", "name": "T", "columns": [{"name": "A", "type": "INT32", "default": 5}]}})",
      "create_table.columns[0].default");
  ExpectRefused(
      R"({"create_sorted_index": {"schema": "S", "name": "I", "table": "T", "columns": ["A"], "collations": ["up"]}})",
      "asc_nulls_first");
}

TEST_F(JsonSessionTest, NumbersThatNoVersionOrIndexHasAreNotFound) {
  for (const char* request :
       {R"({"describe": {"version": -1}})", R"({"snapshot": {"version": -1}})",
        R"({"describe": {"version": 9223372036854775807}})"}) {
    const json error = Ask(request)["error"];
    EXPECT_EQ(error["code"], "NOT_FOUND") << request;
    EXPECT_EQ(error["reason"], "CATALOG_VERSION_NOT_FOUND") << request;
  }
  for (const char* command : {"start_building_index", "make_index_available", "remove_index"}) {
    for (const int64_t id : {int64_t{-1}, int64_t{4294967295}, INT64_MAX}) {
      const json error = Ask(json({{command, {{"id", id}}}}).dump())["error"];
      EXPECT_EQ(error["reason"], "INDEX_NOT_FOUND") << command << id;
      EXPECT_EQ(error["command"], 0) << command << id;
    }
  }
}

// Rules are looked at in their order: what is not found comes after what is malformed.
TEST_F(JsonSessionTest, AnIdThatNoIndexHasIsLookedUpInItsTurn) {
  const json error =
      Ask(R"([{"remove_index": {"id": -1}}, {"create_schema": {"name": ""}}])")["error"];
  EXPECT_EQ(error["reason"], "BLANK_IDENTIFIER");
  EXPECT_EQ(error["command"], 1);
}

TEST_F(JsonSessionTest, WhatIsQuotedFromARequestIsCut) {
  const std::string much(5000, 'x');
  const std::string table = R"({"create_table": {"schema": "PUBLIC", "name": "T", "columns": )"
                            R"([{"name": "A", "type": "INT32"DEFAULT}], "primary_key": )"
                            R"({"kind": "hash", "columns": ["KEY"]}MORE}})";
  const auto with = [&](const std::string& value, const std::string& key, const std::string& more) {
    std::string text = table;
    text.replace(text.find("DEFAULT"), 7, value);
    text.replace(text.find("KEY"), 3, key);
    text.replace(text.find("MORE"), 4, more);
    return text;
  };
  std::string fields = "{\"x\": 1";
  for (int i = 0; i < 60; ++i) fields += ", \"" + std::to_string(i) + much + "\": 1";
  for (const std::string& request :
       {"{\"create_schema\": {\"name\": \"" + much + "\"}}",
        "{\"create_schema\": {\"" + much + "\": 1}}", "{\"" + much + "\": {}}", fields + "}",
        with("", "A", ", \"zone\": \"" + much + "\""),
        with("", "A", ", \"storage_profile\": \"" + much + "\""),
        with("", "A", ", \"colocation_columns\": [\"" + much + "\"]"), with("", much, ""),
        with(", \"default\": {\"function\": \"" + much + "\"}", "A", ""),
        with(", \"type\": \"" + much + "\"", "A", "")}) {
    const json reply = Ask(request);
    ASSERT_TRUE(reply.contains("error")) << request.substr(0, 200);
    EXPECT_LT(reply["error"]["message"].get<std::string>().size(), 700u)
        << reply["error"]["message"];
  }
}

TEST_F(JsonSessionTest, NullIsTheSameAsNotGiven) {
  ASSERT_TRUE(
      Ask(R"({"create_table": {"schema": "PUBLIC", "name": "N", "if_not_exists": null, "columns": [)"
          R"({"name": "A", "type": "UUID", "nullable": null, "length": null, "precision": null,)"
          R"( "scale": null, "default": {"constant": null, "function": "rand_uuid"}},)"
          R"({"name": "B", "type": "INT32", "default": {"constant": 1, "function": null}}],)"
          R"("primary_key": {"kind": "hash", "name": null, "columns": ["A"], "collations": null},)"
          R"("colocation_columns": null, "zone": null, "storage_profile": null,)"
          R"("stale_rows_fraction": null, "min_stale_rows_count": null,)"
          R"("allow_system_schema": null}})")
          .contains("applied"));
  EXPECT_EQ(Schema(0)["tables"][0]["columns"][0]["default"], json({{"function", "rand_uuid"}}));
  EXPECT_EQ(Schema(0)["tables"][0]["columns"][1]["default"], json({{"constant", 1}}));
  ASSERT_TRUE(Ask(R"({"create_hash_index": {"schema": "PUBLIC", "name": "I", "table": "N",)"
                  R"("columns": ["B"], "collations": null, "unique": null}})")
                  .contains("applied"));
  ASSERT_TRUE(Ask(R"({"drop_index": {"schema": "PUBLIC", "name": "I", "if_exists": null}})")
                  .contains("applied"));
  ASSERT_TRUE(Ask(R"({"drop_table": {"schema": "PUBLIC", "name": "N"}})").contains("applied"));
  ExpectRefused(R"({"create_hash_index": {"schema": "PUBLIC", "name": "I", "table": "N",)"
                R"("columns": ["B"], "collations": ["asc_nulls_last"]}})",
                "create_hash_index.collations");
  EXPECT_EQ(Ask(R"({"create_schema": {"name": "S", "if_not_exists": null}})")["version"], 6);
  ExpectRefused(R"({"create_schema": {"name": null}})", "create_schema.name is missing");
}

TEST_F(JsonSessionTest, SurvivesDeepNestingAndManyFields) {
  ExpectRefused(std::string(1'000'000, '['), "nested deeper than 64");
  std::string many = "{\"create_schema\": {";
  for (int i = 0; i < 100'000; ++i) many += "\"f" + std::to_string(i) + "\": 1,";
  ExpectRefused(many + "\"name\": \"S\"}}", "more than 64 fields");
}

TEST_F(JsonSessionTest, SurvivesALineThatIsTooLong) {
  const std::string part(1 << 20, ' ');
  for (int i = 0; i < 65; ++i) ASSERT_TRUE(session_.Send(part));
  ExpectRefused("", "longer than 67108864 bytes");
  EXPECT_EQ(Ask(R"({"create_schema": {"name": "S"}})")["version"], 2);
}

TEST_F(JsonSessionTest, TakesEveryCommandOfZonesAndTheSystem) {
  for (
      const char* request :
      {R"({"create_zone": {"name": "Z", "partitions": 3, "replicas": 3, "quorum_size": 2, "auto_scale_up": 1, "auto_scale_down": 2, "filter": "$.a", "consistency_mode": "high_availability", "storage_profiles": ["a", "b"]}})",
       R"({"alter_zone": {"name": "Z", "replicas": 5, "storage_profiles": ["b"]}})",
       R"({"rename_zone": {"name": "Z", "new_name": "Y"}})",
       R"({"set_default_zone": {"name": "Y"}})",
       R"({"create_zone": {"name": "X", "storage_profiles": ["a"]}})",
       R"({"drop_zone": {"name": "X"}})",
       R"({"create_system_schema": {"name": "DEFINITION_SCHEMA"}})",
       R"({"create_system_view": {"name": "V", "kind": "node", "columns": [{"name": "A", "type": "PERIOD", "precision": 2}]}})"}) {
    EXPECT_EQ(Ask(request).value("applied", json()), json({true})) << request;
  }
  json zone = Ask(R"({"describe": {}})")["catalog"]["zones"][0];
  for (const char* field : {"from", "updated_at"}) zone.erase(field);
  EXPECT_EQ(zone, json({{"id", 2},
                        {"name", "Y"},
                        {"partitions", 3},
                        {"replicas", 5},
                        {"quorum_size", 2},
                        {"auto_scale_up", 1},
                        {"auto_scale_down", 2},
                        {"filter", "$.a"},
                        {"storage_profiles", {"b"}},
                        {"consistency_mode", "high_availability"}}));
}

TEST_F(JsonSessionTest, AZoneNeedsAListOfStorageProfiles) {
  EXPECT_EQ(Ask(R"({"create_zone": {"name": "Z"}})")["error"]["reason"], "STORAGE_PROFILES_NULL");
  EXPECT_EQ(Ask(R"({"create_zone": {"name": "Z", "storage_profiles": null}})")["error"]["reason"],
            "STORAGE_PROFILES_NULL");
  EXPECT_EQ(Ask(R"({"create_zone": {"name": "Z", "storage_profiles": []}})")["error"]["reason"],
            "STORAGE_PROFILES_EMPTY");
  ExpectRefused(R"({"create_zone": {"name": "Z", "storage_profiles": "a"}})",
                "create_zone.storage_profiles must be a list of strings");
}

TEST_F(JsonSessionTest, WordsOfAZoneAndAViewAreChecked) {
  const auto reason_of = [&](const char* request) { return Ask(request)["error"]["reason"]; };
  EXPECT_EQ(reason_of(R"({"create_zone": {"name": "Z"}})"), "STORAGE_PROFILES_NULL");
  EXPECT_EQ(reason_of(R"({"create_zone": {"name": "Z", "storage_profiles": []}})"),
            "STORAGE_PROFILES_EMPTY");
  EXPECT_EQ(
      reason_of(
          R"({"create_zone": {"name": "Z", "storage_profiles": ["p"],  "consistency_mode": "weak"}})"),
      "INVALID_REQUEST");
  EXPECT_EQ(
      reason_of(
          R"({"create_system_view": {"name": "V", "columns": [ {"name": "A", "type": "INT8"}], "kind": "galaxy"}})"),
      "INVALID_REQUEST");
  EXPECT_EQ(
      reason_of(
          R"({"create_system_view": {"name": "V", "columns": [ {"name": "A", "type": "INT8"}]}})"),
      "SYSTEM_VIEW_TYPE_MISSING");
}

TEST_F(JsonSessionTest, NamesAreJsonEscapedAsNeeded) {
  ASSERT_EQ(Ask(R"({"create_schema": {"name": "a\"b\\c\u00e9\u2028"}})")["version"], 2);
  EXPECT_EQ(Schema(2)["name"], "a\"b\\c\u00e9\u2028");
}

}  // namespace
}  // namespace annals
