// `annals apply`: a store becomes what files say.

#include <filesystem>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ApplyTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    std::filesystem::create_directory(files());
  }
  std::string files() const { return Path("files"); }
  void WriteFile(const std::string& name, std::string_view text) { Write("files/" + name, text); }
  RunResult Apply(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"apply", store(), "-f", files()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
};

TEST_F(ApplyTest, M29_PrintsTheLeastThatMakesItSoAndThenIsUpToDate) {
  WriteFile("A.yaml", "type: hive\nuri: u1\nx: 1\ncomment: one\n");
  WriteFile("PUBLIC.C.yaml",
            "kind: connection\ntype: postgres\nhost: h1\nuser: u\ndatabase: d\nport: 5433\n");
  EXPECT_THAT(Apply(),
              AllOf(Exits(0), Complains(IsEmpty()),
                    Prints(AllOf(HasSubstr("CREATE CATALOG A "), HasSubstr("CREATE CONNECTION "),
                                 HasSubstr("\nversion 2\n")))));
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("up to date\n"), Complains(IsEmpty())));
  WriteFile("A.yaml", "type: hive\nuri: u2\ny: it's\ncomment: one\n");
  WriteFile("PUBLIC.C.yaml", "kind: connection\ntype: postgres\nhost: h2\nuser: u\ndatabase: d\n");
  const std::string plan =
      "ALTER CATALOG A SET ('uri' = 'u2', 'y' = 'it''s'), RESET ('x');\n"
      "ALTER CONNECTION PUBLIC.C SET (HOST 'h2'), RESET (PORT);\n";
  EXPECT_THAT(Apply({"--dry-run"}), AllOf(Exits(0), Prints(plan)));
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints(plan + "version 3\n")));
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("up to date\n")));
  EXPECT_THAT(Run({"log", store(), "--oneline"}), Prints(Not(HasSubstr("\n4"))));
}

TEST_F(ApplyTest, DropsWhatItMadeAndHasNoFileAnyMore) {
  WriteFile("A.yaml", "type: hive\n");
  Apply();
  std::filesystem::remove(files() + "/A.yaml");
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("DROP CATALOG A;\nversion 3\n")));
}

TEST_F(ApplyTest, PlanIsSqlThatExecReads) {
  WriteFile("A.yaml", "type: hive\nuri: u1\n\"a.b\": \"x\\ny\"\ncomment: one\n");
  WriteFile("PUBLIC.P.yaml", "kind: secret\nenv: HOME\n");
  WriteFile(
      "PUBLIC.C.yaml",
      "kind: connection\ntype: postgres\nhost: h\nuser: u\ndatabase: d\npassword: ${SECRET:P}\n");
  Execute("CREATE SCHEMA s");
  const RunResult plan = Apply({"--dry-run"});
  EXPECT_EQ(plan.exit, 0) << plan.err;
  EXPECT_THAT(Execute(plan.out), AllOf(Exits(0), Complains(IsEmpty())));
  WriteFile("PUBLIC.C.yaml",
            "kind: connection\ntype: postgres\nhost: h2\nuser: ${SECRET:P}\ndatabase: d\n");
  WriteFile("A.yaml", "type: hive\nuri: u1\n\"a.b\": \"z\"\ncomment: \"it's two\"\n");
  const RunResult second = Apply({"--dry-run"});
  EXPECT_THAT(Execute(second.out), AllOf(Exits(0), Complains(IsEmpty()))) << second.out;
  EXPECT_THAT(Apply(), Prints("up to date\n"));
}

TEST_F(ApplyTest, NamesWhatIsBrokenAndDoesTheRest) {
  WriteFile("A.yaml", "type: hive\n");
  WriteFile("B.yaml", "type: hive\npassword: hunter2\n");
  WriteFile("C.yaml", "type: [\n");
  EXPECT_THAT(Apply(),
              AllOf(Exits(1), Prints(HasSubstr("version 2\n")),
                    Complains(AllOf(HasSubstr(files() + "/B.yaml:2: "), HasSubstr("C.yaml:"),
                                    HasSubstr("(INVALID_VALUE)"), Not(HasSubstr("hunter2"))))));
  EXPECT_THAT(Everything(store()), Not(HasSubstr("hunter2")));
}

TEST_F(ApplyTest, LooksAtTheKindsThatItIsToldAlone) {
  WriteFile("A.yaml", "type: hive\n");
  WriteFile("PUBLIC.P.yaml", "kind: secret\nenv: HOME\n");
  EXPECT_THAT(Apply({"--kind", "secret"}), Prints(Not(HasSubstr("CATALOG"))));
  EXPECT_THAT(Apply({"--kind", "secret", "--kind", "catalog"}), Prints(HasSubstr("CATALOG")));
  EXPECT_THAT(Apply({"--kind", "table"}),
              AllOf(Exits(2), Complains(HasSubstr("catalog, connection"))));
}

TEST_F(ApplyTest, MakesNoStoreForADirectoryThatIsNotThere) {
  EXPECT_THAT(Run({"apply", store(), "-f", Path("nope")}),
              AllOf(Exits(2), Complains(HasSubstr("nope"))));
  EXPECT_THAT(Run({"apply", store()}), Exits(2));
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ApplyTest, OfADryRunWritesNothing) {
  WriteFile("A.yaml", "type: hive\n");
  Execute("CREATE SCHEMA s");
  const std::string before = Everything(store());
  EXPECT_THAT(Apply({"--dry-run"}), AllOf(Exits(0), Prints(HasSubstr("CREATE CATALOG A "))));
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(ApplyTest, OfADryRunPlansForANewStoreWhereThereIsNone) {
  WriteFile("A.yaml", "type: hive\n");
  WriteFile("B.yaml", "type: [\n");
  EXPECT_THAT(Apply({"--dry-run"}),
              AllOf(Exits(1), Prints("CREATE CATALOG A USING HIVE;\n"),
                    Complains(AllOf(HasSubstr("there is no store at " + store()),
                                    HasSubstr("B.yaml:1: ")))));
  EXPECT_FALSE(std::filesystem::exists(store()));
  std::filesystem::remove(files() + "/B.yaml");
  EXPECT_THAT(Apply({"--dry-run"}), Exits(0));
  // Another thing in its place is none to plan on.
  Write("store", "a file");
  EXPECT_THAT(Apply({"--dry-run"}), AllOf(Exits(3), Prints(IsEmpty())));
}

TEST_F(ApplyTest, M29_BringsInLineWhatSqlMadeAndNeverDropsIt) {
  Execute("CREATE CATALOG a USING hive WITH ('uri' = 'u1', 'x' = '1')");
  WriteFile("A.yaml", "type: hive\nuri: u2\n");
  const std::string alter = "ALTER CATALOG A SET ('uri' = 'u2'), RESET ('x');\n";
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints(alter + "version 3\n")));
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("up to date\n")));
  std::filesystem::remove(files() + "/A.yaml");
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("up to date\n")));
  WriteFile("A.yaml", "type: hive\nuri: u2\nlabel:managed-by: " + files() + "\n");
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("-- the labels of CATALOG A change\nversion 4\n")));
  std::filesystem::remove(files() + "/A.yaml");
  EXPECT_THAT(Apply(), AllOf(Exits(0), Prints("DROP CATALOG A;\nversion 5\n")));
}

TEST_F(ApplyTest, TellsOfAGenerationThatSqlHasNoWordFor) {
  WriteFile("PUBLIC.P.yaml", "kind: secret\nenv: HOME\nobject:generation: 2\n");
  EXPECT_THAT(Apply(), Prints("CREATE SECRET PUBLIC.P FROM ENV 'HOME';\n"
                              "-- the generation of SECRET PUBLIC.P becomes 2\nversion 2\n"));
  EXPECT_THAT(Apply(), Prints("up to date\n"));
  WriteFile("PUBLIC.P.yaml", "kind: secret\nenv: HOME\nobject:generation: 3\n");
  EXPECT_THAT(Apply(), Prints("-- the generation of SECRET PUBLIC.P becomes 3\nversion 3\n"));
}

TEST_F(ApplyTest, SaysWhoDidItUnlessItIsTold) {
  WriteFile("A.yaml", "type: hive\n");
  Apply();
  EXPECT_THAT(Run({"log", store(), "-o", "jsonl"}), Prints(HasSubstr("intake:" + files())));
  WriteFile("A.yaml", "type: hive\nx: 1\n");
  Apply({"--author", "me", "--message", "why"});
  EXPECT_THAT(Run({"log", store(), "-o", "jsonl"}),
              Prints(AllOf(HasSubstr("me"), HasSubstr("why"))));
}

}  // namespace
}  // namespace annals
