// What secrets stand for is planted wherever somebody could put it, and must not be found
// anywhere: in no file and in nothing that any verb prints.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/cli/verb.h"
#include "annals/engine/mirror/intake.h"
#include "annals/engine/mirror/mirror.h"
#include "annals/tests/cli/program.h"
#include "annals/tests/cli/terminal.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMarker = "Xq7SecretMarkerZ";
// Of what may be seen: where this is not found, nothing is proved by the other one.
constexpr const char* kSeen = "Wp3OpenMarkerY";

class SecretsTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ::setenv("ANNALS_TEST_SECRET", kMarker, 1);
    fs::create_directories(Path("given"));
    Write("given/password", kMarker);
  }

  // annals ARGUMENTS..., and nothing of it is told.
  RunResult Told(const std::vector<std::string>& words, std::string_view input = "") {
    const RunResult result = Run(words, input);
    EXPECT_THAT(result, AllOf(Prints(Not(HasSubstr(kMarker))), Complains(Not(HasSubstr(kMarker)))))
        << json(words).dump() << "\n"
        << input;
    return result;
  }

  std::vector<std::string> FilesWith(const std::string& text) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(Path(""))) {
      const std::string path = entry.path().string();
      if (!entry.is_regular_file() || path.starts_with(Path("given"))) continue;
      if (Read(path).find(text) != std::string::npos) files.push_back(path);
    }
    return files;
  }

  // What may be said of passwords; all of it holds kSeen.
  static std::string Right() {
    const std::string seen = kSeen;
    return "CREATE SECRET env_secret FROM ENV 'ANNALS_TEST_SECRET' COMMENT '" + seen +
           "';\nCREATE SECRET file_secret FROM FILE 'given/password';\n"
           "CREATE CONNECTION t TO ssh tunnel (HOST '" +
           seen +
           "', USER 'u');\n"
           "CREATE CONNECTION c TO postgres (HOST '" +
           seen +
           "', USER 'u', DATABASE 'd', PASSWORD SECRET env_secret, SSH TUNNEL t);\n"
           "CREATE CONNECTION k TO kafka (BROKER 'b', SASL PASSWORD '${ENV:ANNALS_TEST_SECRET}');\n"
           "CREATE CATALOG l USING hive WITH ('uri' = '" +
           seen + "', 'password' = '${ENV:ANNALS_TEST_SECRET}');\n" +
           "CREATE SOURCE s FROM CONNECTION k (TOPIC '" + seen + "');\n" +
           "ALTER CONNECTION c SET (USER 'v'), RESET (PORT);\nREFRESH SECRET env_secret;\n";
  }

  // Statements that give away what nobody is to see. All are refused.
  static std::vector<std::string> Wrong() {
    const std::string m = kMarker;
    std::vector<std::string> wrong;
    for (const std::string key : {"PASSWORD", "PASSWRD", "SSL KEY", "API TOKEN", "my-secret"}) {
      const std::string given = absl::StrCat(key, " '", m, "'");
      wrong.push_back("CREATE CONNECTION x TO postgres (HOST 'h', USER 'u', DATABASE 'd', " +
                      given + ")");
      wrong.push_back(absl::StrCat("ALTER CONNECTION c SET (", key, " = '", m, "')"));
      wrong.push_back("ALTER CONNECTION c SET (" + given + "), SET (HOST 'h')");
      wrong.push_back("CREATE SOURCE x FROM CONNECTION k (" + given + ")");
    }
    for (const std::string key : {"password", "db.passwd", "s3.secret_key", "TOKEN", "passwrd"}) {
      const std::string given = absl::StrCat("'", key, "' = '", m, "'");
      wrong.push_back("CREATE CATALOG x USING hive WITH (" + given + ")");
      wrong.push_back("ALTER CATALOG l SET (" + given + ")");
      wrong.push_back("EXPLAIN ALTER CATALOG l SET (" + given + ")");
    }
    for (const std::string& broken :
         {"CREATE SECRET x FROM '" + m + "'", "CREATE SECRET x FROM VALUE '" + m + "'",
          "CREATE SECRET x AS '" + m + "'", "ALTER SECRET env_secret FROM '" + m + "'",
          "CREATE CONNECTION x TO postgres (PASSWORD '" + m + "',, HOST 'h')",
          "CREATE CONNECTION x TO postgres (PASSWORD '" + m,
          "CREATE CATALOG x WITH ('password' '" + m + "')",
          "CREATE CATALOG x WITH ('password' = '" + m + "'",
          "BEGIN; CREATE CATALOG x WITH ('token' = '" + m + "'); CREATE SCHEMA y; COMMIT",
          "EXPLAIN CREATE CONNECTION x TO kafka (BROKER 'b', SASL PASSWORD '" + m + "')",
          "EXPLAIN ALTER CONNECTION c SET (PASSWORD '" + m + "') oops",
          "SHOW CREATE CONNECTION c (PASSWORD '" + m + "')",
          "DESCRIBE CATALOG l WITH ('token' = '" + m + "')",
          "ROLLBACK TO VERSION 1 WITH (PASSWORD '" + m + "')",
          "CREATE CONNECTION x TO kafka (SASL PASSWORD = \"" + m + "\" 'y')"}) {
      wrong.push_back(broken);
    }
    return wrong;
  }

  // Requests that do the same.
  static std::string WrongRequests() {
    const std::string m = kMarker;
    std::string lines;
    for (const std::string key : {"password", "passwrd", "api-token"}) {
      const json options = {{"host", "h"}, {"user", "u"}, {"database", "d"}, {key, m}};
      const json connection = {
          {"kind", "connection"}, {"schema", "PUBLIC"}, {"name", "X"}, {"type", "postgres"}};
      for (const json& given : {json(m), json::array({m, 1}), json{{"name", m}, {"x", m}}}) {
        json create = connection;
        create["options"] = options;
        create["options"][key] = given;
        lines += json{{"create_object", create}}.dump() + "\n";
      }
      lines +=
          json{{"alter_object", {{"kind", "catalog"}, {"name", "L"}, {"set", {{key, m}}}}}}.dump() +
          "\n";
      absl::StrAppend(&lines, R"({"create_object": {"kind": "catalog", "name": "X", "options": {")",
                      key, R"(" ")", m, "\"}}}\n");
      lines += R"({"create_object": {"options": {"password": ")" + m + "\n";
      lines +=
          json{{"create_object", {{"kind", "catalog"}, {"name", "X"}, {key, m}}}}.dump() + "\n";
    }
    return lines;
  }

  // A mirror of all that there is, in the directory `mirror`.
  void MirrorAll() {
    const auto manager = CatalogManager::Open({.path = store(), .read_only = true});
    ASSERT_THAT(manager, IsOk());
    std::vector<ObjectKind> kinds;
    for (const KindDefinition* const kind : AllKinds()) kinds.push_back(kind->kind);
    const auto mirror = NewMirror({.directory = Path("mirror"), .kinds = kinds});
    ASSERT_THAT(mirror, IsOk());
    ASSERT_THAT((*manager)->AddFollower(*mirror), IsOk());
    const CatalogVersion latest = (*manager)->Latest().version();
    for (int i = 0; i < 1000 && (*manager)->GetStats().followers.at(0).reached < latest; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ((*manager)->GetStats().followers.at(0).reached, latest);
  }

  // What intake says of the directory `given/edited`.
  std::string IntakeReport() {
    const auto manager = CatalogManager::Open({.path = store()});
    EXPECT_THAT(manager, IsOk());
    if (!manager.ok()) return "";
    const auto done = Intake({.directory = Path("given/edited")}).Run(**manager);
    EXPECT_THAT(done, IsOk());
    if (!done.ok()) return "";
    std::string report;
    for (const IntakeProblem& problem : done->problems) {
      absl::StrAppend(&report, problem.ToString(), "\n", problem.status.ToString(), "\n");
    }
    return report;
  }

  // Every call that reads, in each form.
  void TellAll() {
    for (const cli::Verb& verb : cli::AllVerbs()) {
      for (const auto& arguments : ArgumentsOf(verb.name)) {
        std::vector<std::string> words{std::string(verb.name), store()};
        words.insert(words.end(), arguments.begin(), arguments.end());
        Told(words);
        for (const cli::Parameter& parameter : verb.parameters) {
          if (parameter.name != "-o,--output") continue;
          for (const std::string_view output : parameter.choices) {
            auto formed = words;
            formed.insert(formed.end(), {"-o", std::string(output)});
            Told(formed);
          }
        }
      }
    }
  }
  static std::vector<std::vector<std::string>> ArgumentsOf(std::string_view verb) {
    if (verb == "describe" || verb == "history" || verb == "blame") {
      return {{"c"}, {"k"}, {"l"}, {"s"}, {"env_secret"}, {"file_secret"}};
    }
    if (verb == "show") return {{"2"}, {"5"}, {"latest"}};
    if (verb == "diff") return {{"1..latest"}, {"latest..1"}};
    if (verb == "query") return {{"objects"}, {"options"}, {"versions"}, {"update_entries"}};
    if (verb == "log") return {{}, {"--stat"}};
    if (verb == "raw") {
      std::vector<std::vector<std::string>> keys = {{}};
      for (const char* const version : {"2", "4", "5", "6", "7", "8", "9"}) {
        keys.push_back({absl::StrCat("catalog.update.0000000000000000000", version)});
      }
      return keys;
    }
    if (verb == "ls" || verb == "stat" || verb == "verify" || verb == "export") return {{}};
    return {};
  }
};

TEST_F(SecretsTest, F21_WhatSecretsStandForIsNowhere) {
  ASSERT_THAT(Told({"exec", store(), "--author", "ann"}, Right()), Exits(0));
  std::string script;
  for (const std::string& sql : Wrong()) {
    EXPECT_THAT(Told({"exec", store(), "-c", sql}), Not(Exits(0))) << sql;
    const bool whole = std::ranges::count(sql, '\'') % 2 == 0;
    if (whole) absl::StrAppend(&script, sql, ";\n");
    if (!whole) Told({"shell", store()}, sql + ";\n");
  }
  Told({"exec", store()}, script);
  const RunResult answers = Told({"exec", store(), "--format", "jsonl"}, WrongRequests());
  EXPECT_THAT(answers, Prints(AllOf(HasSubstr("INVALID_VALUE"), HasSubstr("INVALID_REQUEST"))));
  EXPECT_THAT(answers, Prints(Not(HasSubstr("\"version\""))));
  Told({"shell", store()}, script + ".log --stat\n");
  TellAll();
  ASSERT_THAT(Told({"report", store(), "-o", Path("report.html")}), Exits(0));
  ASSERT_THAT(Told({"backup", store(), Path("backup")}), Exits(0));
  Write("export.jsonl", Told({"export", store()}).out);
  Write("export.sql", Told({"export", store(), "-o", "ddl"}).out);
  ASSERT_THAT(Told({"import", Path("copy"), "-f", Path("export.jsonl")}), Exits(0));
  Told({"shell", store()},
       "SHOW CREATE CONNECTION c; SHOW CREATE CATALOG l; SHOW CREATE SECRET env_secret;\n"
       "DESCRIBE CATALOG EXTENDED l; SHOW SECRETS; SHOW DEPENDENTS OF SECRET env_secret;\n"
       "EXPLAIN REFRESH SECRET env_secret;\n.mode json\nDESCRIBE CATALOG EXTENDED l;\n");
  EXPECT_THAT(FilesWith(kMarker), ::testing::IsEmpty());
  EXPECT_THAT(FilesWith(kSeen), ::testing::SizeIs(::testing::Ge(4u)));
}

TEST_F(SecretsTest, F21_NeitherAMirrorNorWhatIsSaidOfItsFilesGivesAnythingAway) {
  ASSERT_THAT(Told({"exec", store()}, Right()), Exits(0));
  MirrorAll();
  EXPECT_THAT(Told({"apply", store(), "-f", Path("mirror")}), Prints("up to date\n"));
  EXPECT_THAT(FilesWith(kSeen), ::testing::Contains(Path("mirror/L.yaml")));
  // Somebody puts it into each of the files, in one way or another.
  const std::string m = kMarker;
  const std::vector<std::string> lines = {"password: " + m,
                                          "\"passwrd\": \"" + m + "\"",
                                          "label:api-token: " + m,
                                          "object:generation: " + m,
                                          "column:000:default: " + m + "\ncolumn:x: " + m,
                                          "password: \"" + m,
                                          "password: [" + m + "]",
                                          "password: {x: " + m + "}",
                                          "password: &a " + m,
                                          "password: " + m + ": " + m,
                                          "option:secret-key: " + m + "\x01"};
  for (size_t line = 0; line < lines.size(); ++line) {
    fs::copy(Path("mirror"), Path("given/edited"),
             fs::copy_options::overwrite_existing | fs::copy_options::recursive);
    for (const auto& file : fs::directory_iterator(Path("mirror"))) {
      const std::string name = "given/edited/" + file.path().filename().string();
      Write(name, Read(Path(name)) + lines[line] + "\n");
    }
    Told({"apply", store(), "-f", Path("given/edited"), "--dry-run"});
    Told({"apply", store(), "-f", Path("given/edited")});
    const std::string report = IntakeReport();
    EXPECT_THAT(report, AllOf(HasSubstr("L.yaml"), Not(HasSubstr(kMarker)))) << lines[line];
  }
  MirrorAll();
  TellAll();
  EXPECT_THAT(FilesWith(kMarker), ::testing::IsEmpty());
}

TEST_F(SecretsTest, F21_TheHistoryOfAShellHasNoneOfIt) {
  Terminal terminal({"shell", store()}, {{"XDG_STATE_HOME", Path("state")}, {"LC_ALL", "C.UTF-8"}});
  ASSERT_TRUE(terminal.Shows("annals 1> "));
  terminal.Type("CREATE SCHEMA " + std::string(kSeen) + ";\r");
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  for (const std::string& sql : Wrong()) {
    if (std::ranges::count(sql, '\'') % 2 != 0) continue;  // It goes on in the next line.
    terminal.Type(sql + ";\r");
    ASSERT_TRUE(terminal.Shows("annals 2> ")) << sql;
  }
  // One that is given up, one that is left unfinished, and one over lines.
  const std::string begun = "CREATE CATALOG x WITH ('password' = '" + std::string(kMarker);
  terminal.Type(begun + "\r");
  ASSERT_TRUE(terminal.Shows("...> "));
  terminal.Type("\x03");
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type(begun + "\r");
  ASSERT_TRUE(terminal.Shows("...> "));
  terminal.Type(std::string(kMarker) + "');\r");
  ASSERT_TRUE(terminal.Shows("annals 2> "));
  terminal.Type(begun + "\r");
  ASSERT_TRUE(terminal.Shows("...> "));
  terminal.Type("\x04");
  terminal.Finish();
  EXPECT_THAT(terminal.shown(), HasSubstr("(INVALID_VALUE)"));
  EXPECT_THAT(FilesWith(kSeen), ::testing::Contains(Path("state/annals/history")));
  EXPECT_THAT(Read(Path("state/annals/history")), HasSubstr("PASSWORD '**"));
  EXPECT_THAT(FilesWith(kMarker), ::testing::IsEmpty());
}

TEST_F(SecretsTest, F21_FilesThatAreAppliedGiveNothingAway) {
  ASSERT_THAT(Told({"exec", store()}, Right()), Exits(0));
  const std::string m = kMarker;
  Write("given/a.yaml", "type: hive\nuri: " + std::string(kSeen) + "\npassword: " + m + "\n");
  Write("given/b.yaml", "type: hive\npasswrd: \"" + m + "\"\n");
  Write("given/c.yaml", "type: hive\npassword: \"" + m + "\n");
  Write("given/d.properties", "connector.name=hive\ndb.password=" + m + "\n");
  Write("given/e.properties", "connector.name=hive\nsecret-token " + m + "\n");
  Write("given/f.properties", "connector.name=hive\nuri=" + std::string(kSeen) + "\n");
  for (const bool dry : {true, false}) {
    std::vector<std::string> words{"apply", store(), "-f", Path("given")};
    if (dry) words.emplace_back("--dry-run");
    Told(words);
  }
  TellAll();
  EXPECT_THAT(Run({"ls", store()}), Prints(HasSubstr("catalog     \"f\"")));
  EXPECT_THAT(FilesWith(kMarker), ::testing::IsEmpty());
}

}  // namespace
}  // namespace annals
