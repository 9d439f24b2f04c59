// What the inspector tells of catalogs, connections, secrets, sources and sinks, and of
// objects of a kind that a host registered and the program does not know.

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "annals/annals.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/commands/rename_table.h"
#include "annals/tests/cli/program.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr ObjectKind kGadget{200};  // Of this process alone, in schemas.
constexpr ObjectKind kEngine{201};  // Likewise, at the root.

void RegisterHostKinds() {
  static const bool once = [] {
    OptionDefinition on{.name = "on", .type = OptionType::kObject, .required = true};
    on.to = {{ObjectKind::kConnection}};
    const OptionDefinition pin{.name = "pin", .sensitive = true};
    EXPECT_THAT(RegisterKind({.kind = kGadget,
                              .name = "gadget",
                              .plural = "gadgets",
                              .options = {on, pin, {.name = "size"}}}),
                IsOk());
    EXPECT_THAT(RegisterKind({.kind = kEngine,
                              .name = "engine",
                              .plural = "engines",
                              .at_root = true,
                              .options = {{.name = "power"}}}),
                IsOk());
    return true;
  }();
  (void)once;
}

OptionSetting Refers(std::string key, ObjectKind kind, std::string name) {
  return {std::move(key), ObjectName{.kind = kind, .name = std::move(name)}};
}

class KindsTest : public ProgramTest {
 protected:
  // 2: secret P. 3: connection T. 4: connection C by T, with P. 5: source S of C, with a
  // column. 6: catalog L. 7: engine L. 8: gadget G on C. 9: C is altered. 10: T becomes T2.
  // 11: C gets a comment and labels. 12: G is dropped.
  void SetUp() override {
    ProgramTest::SetUp();
    RegisterHostKinds();
    auto opened = CatalogManager::Open({.path = store()});
    ASSERT_THAT(opened, IsOk());
    manager_ = *std::move(opened);
    Do(CreateConfigured{
        .kind = ObjectKind::kSecret, .name = "P", .options = {{"env", "KAFKA_PASSWORD"}}});
    Do(CreateConfigured{.kind = ObjectKind::kConnection,
                        .name = "T",
                        .type = "ssh-tunnel",
                        .options = {{"host", "jump"}, {"user", "ann"}}});
    Do(CreateConfigured{.kind = ObjectKind::kConnection,
                        .name = "C",
                        .type = "kafka",
                        .options = {{"broker", "h1:9092"},
                                    {"sasl-user", "it's me"},
                                    Refers("sasl-password", ObjectKind::kSecret, "P"),
                                    Refers("ssh-tunnel", ObjectKind::kConnection, "T")}});
    Do(CreateConfigured{.kind = ObjectKind::kSource,
                        .name = "S",
                        .options = {Refers("connection", ObjectKind::kConnection, "C")},
                        .columns = {{.name = "ID", .type = Int64()}}});
    Do(CreateConfigured{.kind = ObjectKind::kCatalog,
                        .name = "L",
                        .type = "hive",
                        .options = {{"hive.uri", "thrift://m:9083"}}});
    Do(CreateConfigured{.kind = kEngine, .name = "L", .options = {{"power", "7"}}});
    Do(CreateConfigured{.kind = kGadget,
                        .name = "G",
                        .options = {Refers("on", ObjectKind::kConnection, "C"), {"size", "3"}}});
    Do(AlterConfigured{.kind = ObjectKind::kConnection,
                       .name = "C",
                       .set = {{{"broker", "h2:9092"}, {"security-protocol", "SSL"}}},
                       .reset = {{"sasl-user"}}});
    Do(AlterConfigured{.kind = ObjectKind::kConnection, .name = "T", .new_name = "T2"});
    Do(AlterConfigured{.kind = ObjectKind::kConnection,
                       .name = "C",
                       .comment = "the \"first\"",
                       .labels = {{{"managed-by", "ops"}}}});
    manager_ = nullptr;
  }

  void Do(CatalogCommand command) {
    const auto done = manager_->Execute(std::move(command), {.author = "ann"});
    EXPECT_THAT(done, IsOk());
  }
  json JsonOf(std::vector<std::string> words) const {
    words.insert(words.begin() + 1, store());
    words.insert(words.end(), {"-o", "json"});
    return json::parse(Run(words).out, nullptr, false);
  }

  std::unique_ptr<CatalogManager> manager_;
};

// --- What there is.

TEST_F(KindsTest, LsListsObjectsOfAllKinds) {
  EXPECT_THAT(Run({"ls", store()}),
              AllOf(Exits(0),
                    Prints("KIND        NAME       VERSION  DETAILS\n"
                           "schema      PUBLIC     1\n"
                           "schema      SYSTEM     1\n"
                           "catalog     L          6        hive, hive.uri=thrift://m:9083\n"
                           "connection  PUBLIC.C   11       kafka, broker=h2:9092, "
                           "sasl-password=PUBLIC.P, security-protocol=SSL, ...\n"
                           "connection  PUBLIC.T2  10       ssh-tunnel, host=jump, user=ann\n"
                           "secret      PUBLIC.P   2        env=KAFKA_PASSWORD\n"
                           "source      PUBLIC.S   5        kafka, connection=PUBLIC.C, 1 column\n"
                           "kind 200    PUBLIC.G   8        on=PUBLIC.C, size=3\n"
                           "kind 201    L          7        power=7\n")));
}

TEST_F(KindsTest, CanonicalLinesHaveALineForEach) {
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}),
              Prints("catalog L type=hive option.\"hive.uri\"='thrift://m:9083'\n"
                     "column PUBLIC.S.ID pos=1 BIGINT not_null default=-\n"
                     "connection PUBLIC.C type=kafka comment='the \"first\"' "
                     "option.broker='h2:9092' option.sasl-password=@PUBLIC.P "
                     "option.security-protocol='SSL' option.ssh-tunnel=@PUBLIC.T2 "
                     "label.managed-by='ops'\n"
                     "connection PUBLIC.T2 type=ssh-tunnel option.host='jump' option.user='ann'\n"
                     "kind 200 PUBLIC.G option.on=@PUBLIC.C option.size='3'\n"
                     "kind 201 L option.power='7'\n"
                     "secret PUBLIC.P option.env='KAFKA_PASSWORD'\n"
                     "source PUBLIC.S type=kafka option.connection=@PUBLIC.C\n"));
}

TEST_F(KindsTest, JsonNamesWhatAnOptionRefersTo) {
  const json objects = JsonOf({"ls"});
  ASSERT_EQ(objects.size(), 9u);
  const json& connection = objects[4];
  EXPECT_EQ(connection["object"], "connection");
  EXPECT_EQ(connection["type"], "kafka");
  EXPECT_EQ(connection["options"]["broker"], "h2:9092");
  EXPECT_EQ(connection["options"]["ssh-tunnel"],
            (json{{"kind", "connection"}, {"schema", "PUBLIC"}, {"name", "T2"}, {"id", 3}}));
  EXPECT_EQ(connection["labels"], (json{{"managed-by", "ops"}}));
  EXPECT_EQ(objects[5]["columns"][0]["type"], "INT64");
  EXPECT_EQ(objects[7]["object"], "kind_201");
  EXPECT_EQ(objects[8]["options"]["on"]["name"], "C");
  EXPECT_EQ(JsonOf({"describe", "connection", "c"})["comment"], "the \"first\"");
}

TEST_F(KindsTest, DescribeTellsTypeOptionsAndWhoUsesIt) {
  EXPECT_THAT(
      Run({"describe", store(), "connection", "c"}),
      Prints(AllOf(StartsWith("connection PUBLIC.C\n  id                        4\n"),
                   HasSubstr("  type                      kafka\n"
                             "  option:broker             h2:9092\n"
                             "  option:sasl-password      secret PUBLIC.P\n"
                             "  option:security-protocol  SSL\n"
                             "  option:ssh-tunnel         connection PUBLIC.T2\n"
                             "  label:managed-by          ops\n"
                             "  comment                   the \"first\"\n"
                             "  used by                   source PUBLIC.S, kind 200 PUBLIC.G\n"))));
  EXPECT_THAT(Run({"describe", store(), "source", "public.s"}),
              Prints(HasSubstr("  column ID          BIGINT NOT NULL\n")));
}

TEST_F(KindsTest, AnAmbiguousNameListsTheKinds) {
  EXPECT_THAT(Run({"describe", store(), "l"}),
              AllOf(Exits(2), Prints(IsEmpty()),
                    Complains(HasSubstr("l may mean catalog L or kind 201 L; write the kind"))));
  EXPECT_THAT(Run({"describe", store(), "catalog", "l"}), Prints(StartsWith("catalog L\n")));
  EXPECT_THAT(Run({"describe", store(), "kind 201", "l"}), Prints(StartsWith("kind 201 L\n")));
  EXPECT_THAT(Run({"describe", store(), "gadget", "g"}),
              AllOf(Exits(2), Complains(HasSubstr("is no kind; there are schema, table, index, "
                                                  "zone, view, catalog, connection, secret, "
                                                  "source, sink"))));
  EXPECT_THAT(Run({"describe", store(), "connection", "cc"}),
              AllOf(Exits(6), Complains(HasSubstr("did you mean C?"))));
  EXPECT_THAT(Run({"describe", store(), "secret", "c"}), Exits(6));
}

TEST_F(KindsTest, ViewsHaveObjectsOptionsAndLabels) {
  const json objects = JsonOf({"query", "objects"});
  ASSERT_EQ(objects.size(), 9u);
  EXPECT_EQ(objects[4]["object_type"], "kafka");
  EXPECT_EQ(objects[4]["comment"], "the \"first\"");
  EXPECT_EQ(objects[4]["fingerprint"], JsonOf({"describe", "c"})["fingerprint"]);
  EXPECT_EQ(objects[8]["kind"], "KIND_200");
  EXPECT_EQ(objects[8]["schema_name"], "PUBLIC");
  const json options = JsonOf({"query", "options"});
  ASSERT_EQ(options.size(), 12u);
  EXPECT_EQ(options[3], (json{{"object_id", 4},
                              {"kind", "CONNECTION"},
                              {"schema_name", "PUBLIC"},
                              {"object_name", "C"},
                              {"option_name", "broker"},
                              {"option_value", "h2:9092"},
                              {"is_sensitive", false},
                              {"reference_id", nullptr},
                              {"reference_kind", nullptr},
                              {"reference_schema_name", nullptr},
                              {"reference_name", nullptr}}));
  EXPECT_EQ(options[4]["option_value"], nullptr);
  EXPECT_EQ(options[4]["is_sensitive"], true);
  EXPECT_EQ(options[4]["reference_kind"], "SECRET");
  EXPECT_EQ(options[4]["reference_name"], "P");
  EXPECT_EQ(JsonOf({"query", "labels"}), (json::array({{{"object_id", 4},
                                                        {"kind", "CONNECTION"},
                                                        {"schema_name", "PUBLIC"},
                                                        {"object_name", "C"},
                                                        {"label_name", "managed-by"},
                                                        {"label_value", "ops"}}})));
}

TEST_F(KindsTest, StatCountsThemAndVerifyFindsThemSound) {
  EXPECT_THAT(Run({"stat", store()}),
              Prints(HasSubstr("2 schema, 1 catalog, 2 connection, 1 secret, 1 source, 1 kind 200, "
                               "1 kind 201\n")));
  EXPECT_THAT(Run({"verify", store()}), AllOf(Exits(0), Prints(HasSubstr("sound"))));
}

// --- What became of it.

TEST_F(KindsTest, DiffTellsWhichOptionsWereSetAndReset) {
  EXPECT_THAT(Run({"diff", store(), "8..9"}), Prints("~ connection PUBLIC.C\n"
                                                     "    ~ option:broker: h1:9092 -> h2:9092\n"
                                                     "    - option:sasl-user it's me\n"
                                                     "    + option:security-protocol SSL\n"));
  EXPECT_THAT(Run({"diff", store(), "9..11"}),
              Prints(AllOf(HasSubstr("~ connection PUBLIC.T2\n    ~ name: T -> T2\n"),
                           HasSubstr("    + label:managed-by ops\n"
                                     "    + comment the \"first\"\n"))));
  EXPECT_THAT(Run({"diff", store(), "6..8"}), Prints("+ kind 201 L: power=7\n"
                                                     "+ kind 200 PUBLIC.G: on=PUBLIC.C, size=3\n"));
  const json changes = JsonOf({"diff", "8..9"});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["kind"], "connection");
  EXPECT_EQ(changes[0]["details"][0], (json{{"change", "changed"},
                                            {"before_name", "option:broker"},
                                            {"after_name", "option:broker"},
                                            {"before", "h1:9092"},
                                            {"after", "h2:9092"}}));
}

TEST_F(KindsTest, BlameTellsWhichVersionSetEachOption) {
  std::map<std::string, int> versions;
  for (const json& piece : JsonOf({"blame", "connection", "c"})) {
    versions[piece["piece"]] = piece["version"];
  }
  EXPECT_EQ(versions, (std::map<std::string, int>{{"option:broker", 9},
                                                  {"option:sasl-password", 4},
                                                  {"option:security-protocol", 9},
                                                  {"option:ssh-tunnel", 4},
                                                  {"label:managed-by", 11},
                                                  {"comment", 11}}));
  EXPECT_THAT(Run({"blame", store(), "s"}),
              Prints(AllOf(StartsWith("PIECE "), HasSubstr("\ncolumn ID "))));
  ASSERT_THAT(Run({"snapshot", store(), "--at", "10"}), Exits(0));
  EXPECT_THAT(Run({"blame", store(), "c"}),
              Prints(AllOf(HasSubstr("h2:9092               <=9 "), HasSubstr(" 11 "))));
}

TEST_F(KindsTest, HistoryFollowsAnObjectAndTellsAllThatAreCalledSo) {
  EXPECT_THAT(
      Run({"history", store(), "connection", "c"}),
      Prints(AllOf(HasSubstr("create connection PUBLIC.C (kafka)\n"),
                   HasSubstr("alter connection PUBLIC.C: option:broker: h1:9092 -> h2:9092, "
                             "drop option:sasl-user, add option:security-protocol SSL\n"))));
  EXPECT_THAT(Run({"history", store(), "t"}),
              Prints(HasSubstr("rename connection PUBLIC.T to PUBLIC.T2\n")));
  EXPECT_THAT(Run({"history", store(), "l"}),
              Prints(AllOf(HasSubstr("catalog L (id 6)\n"), HasSubstr("kind 201 L (id 7)\n"))));
  EXPECT_THAT(Run({"log", store(), "--oneline", "--object", "c"}),
              Prints(AllOf(StartsWith("11 "), HasSubstr("\n9 "), HasSubstr("\n4 "))));
}

TEST_F(KindsTest, LogTellsWhatEntriesDo) {
  EXPECT_THAT(Run({"show", store(), "9"}),
              Prints(HasSubstr("  change object #4: set option:broker 'h2:9092', set "
                               "option:security-protocol 'SSL', reset option:sasl-user\n")));
  EXPECT_THAT(Run({"log", store(), "--stat"}),
              Prints(AllOf(HasSubstr("create kind 200 G\n"),
                           HasSubstr("create connection T (ssh-tunnel)\n"))));
  const json entries = JsonOf({"query", "update_entries"});
  EXPECT_EQ(entries[9]["op"], "SetOptions");
  EXPECT_EQ(entries[9]["detail"],
            "change connection PUBLIC.C: option:broker 'h1:9092' -> 'h2:9092', set "
            "option:security-protocol 'SSL', reset option:sasl-user");
  EXPECT_EQ(entries[11]["detail"],
            "change connection PUBLIC.C: comment 'the \"first\"', label:managed-by 'ops'");
}

// --- Elsewhere.

TEST_F(KindsTest, AnExportIsTheSameWhateverIsRegisteredWhereItIsReadAndWritten) {
  const RunResult text = Run({"export", store()});
  EXPECT_THAT(text, Prints(HasSubstr(R"("kind":"kind 200")")));
  ASSERT_THAT(Run({"import", Path("copy")}, text.out), Exits(0));
  for (const char* const output : {"state", "lines"}) {
    EXPECT_EQ(Run({"ls", Path("copy"), "-o", output}).out, Run({"ls", store(), "-o", output}).out);
  }
  const auto copy = CatalogManager::Open({.path = Path("copy")});
  ASSERT_THAT(copy, IsOk());
  const Catalog catalog = (*copy)->Latest();
  const auto object = catalog.Get<ConfiguredDescriptor>({4});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->FindLabel("managed-by"), "ops");
  EXPECT_EQ(object->comment(), "the \"first\"");
  EXPECT_EQ(KindName(catalog.Find({8}).kind()), "gadget");
}

TEST_F(KindsTest, TheReportHasObjectsOfAllKinds) {
  ASSERT_THAT(Run({"report", store(), "-o", Path("report.html")}), Exits(0));
  const std::string page = Read(Path("report.html"));
  const size_t from = page.find("id=\"data\">") + 10;
  const json data = json::parse(page.substr(from, page.find("</script>", from) - from));
  EXPECT_THAT(data["kinds"],
              ElementsAre("schema", "table", "index", "system view", "zone", "secret", "connection",
                          "source", "catalog", "kind 201", "kind 200"));
  EXPECT_EQ(data["plurals"][6], "connections");
  EXPECT_EQ(data["objects"].size(), 9u);
  std::set<std::string> texts;
  for (const json& text : data["texts"]) texts.insert(text);
  for (const char* const text : {"option:broker", "h2:9092", "secret PUBLIC.P", "PUBLIC.G"}) {
    EXPECT_TRUE(texts.contains(text)) << text;
  }
}

TEST_F(KindsTest, AShellCompletesTheirNamesAndKinds) {
  const RunResult shown = Run({"shell", store(), "--read-only"},
                              ".describe connection c\n.blame c\n.describe l\n.ls\n");
  EXPECT_THAT(shown, AllOf(Prints(HasSubstr("option:broker")), Prints(HasSubstr("kind 200")),
                           Complains(HasSubstr("l may mean"))));
  EXPECT_THAT(Run({"completion", "bash"}),
              Prints(HasSubstr("catalog connection secret source sink' -- \"$word\"")));
}

}  // namespace
}  // namespace annals
