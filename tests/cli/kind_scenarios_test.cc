// What the program answers about catalogs, connections, secrets, sources and sinks. A test
// that begins with a letter and a number is that scenario's.

#include "absl/strings/str_join.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

class KindProgramScenarios : public ProgramTest {
 protected:
  // What `sql` prints, with blanks in a row as one.
  std::string Answer(const std::string& sql) {
    const RunResult result = Execute(sql);
    EXPECT_THAT(result, Exits(0)) << sql;
    std::string text;
    for (const char c : result.out) {
      if (c != ' ' || !text.ends_with(' ')) text += c;
    }
    return text;
  }
  void MakeKinds() {
    ASSERT_THAT(Execute("CREATE CONNECTION t TO ssh tunnel (HOST 'bastion', USER 'u');"
                        "CREATE CONNECTION c TO postgres (HOST 'h', USER 'u', DATABASE 'd', SSH "
                        "TUNNEL t) COMMENT 'main';"
                        "CREATE SOURCE s FROM CONNECTION c (TOPIC 'x');"
                        "CREATE SINK k FROM s INTO CONNECTION c (TOPIC 'y');"
                        "CREATE CONNECTION d TO kafka (BROKER 'b');"
                        "CREATE SOURCE s2 FROM CONNECTION d ()"),
                Exits(0));
  }
};

TEST_F(KindProgramScenarios, F01_DescribeTellsTypeAndCommentAndExtendedTheOptions) {
  Execute("CREATE CATALOG c1 COMMENT 'it''s' WITH ('type'='test','default-database'='db')");
  const std::string plain = Answer("DESCRIBE CATALOG c1");
  EXPECT_THAT(plain, AllOf(HasSubstr("catalog C1\n"), HasSubstr(" type test\n"),
                           HasSubstr(" comment it's\n"), Not(HasSubstr("option:"))));
  EXPECT_THAT(
      Answer("DESCRIBE CATALOG EXTENDED c1"),
      AllOf(HasSubstr(" option:default-database db\n"), HasSubstr(" effective fingerprint ")));
}

TEST_F(KindProgramScenarios, F21_WhatNobodyIsToSeeIsShownNowhere) {
  EXPECT_THAT(
      Execute("CREATE CATALOG c USING x WITH ('passwrd' = 'hunter2')"),
      AllOf(Exits(1), Complains(AllOf(HasSubstr("INVALID_VALUE"), Not(HasSubstr("hunter2"))))));
  EXPECT_THAT(Execute("CREATE CATALOG c USING x WITH ('token' = 'hunter2' oops)"),
              Complains(AllOf(HasSubstr("SYNTAX_ERROR"), Not(HasSubstr("hunter2")))));
  const RunResult json = Run({"exec", "--log", "memory", "--format", "jsonl"},
                             R"({"create_object": {"kind": "catalog", "name": "C", "type": "x", )"
                             R"("options": {"password": "hunter2)");
  EXPECT_THAT(json, Prints(AllOf(HasSubstr("INVALID_REQUEST"), Not(HasSubstr("hunter2")))));
  EXPECT_THAT(Everything(store()), Not(HasSubstr("hunter2")));
}

TEST_F(KindProgramScenarios, F28_CatalogsAreListedByNameAsTheyWere) {
  Execute(
      "CREATE CATALOG b USING x; CREATE CATALOG a1 USING y COMMENT 'one'; CREATE CATALOG a2 USING "
      "z");
  EXPECT_EQ(Answer("SHOW CATALOGS"), "NAME TYPE VERSION COMMENT\nA1 y 3 one\nA2 z 4\nB x 2\n");
  EXPECT_EQ(Answer("SHOW CATALOGS LIKE 'A%'"), "NAME TYPE VERSION COMMENT\nA1 y 3 one\nA2 z 4\n");
  EXPECT_EQ(Answer("SHOW CATALOGS LIKE 'Z%'"), "NAME TYPE VERSION COMMENT\n");
  EXPECT_EQ(Answer("SHOW CATALOGS AS OF VERSION 2"), "NAME TYPE VERSION COMMENT\nB x 2\n");
}

TEST_F(KindProgramScenarios, M04_IfExistsOnWhatIsMissingIsNoted) {
  EXPECT_THAT(Execute("ALTER CONNECTION IF EXISTS c SET (HOST 'h'); DROP SECRET IF EXISTS p"),
              AllOf(Exits(0), Prints(IsEmpty()), Complains(HasSubstr("nothing to do"))));
}

TEST_F(KindProgramScenarios, M23_ExplainListsEntriesValidationAndWhoWouldRestart) {
  MakeKinds();
  const std::string versions = Answer("SHOW VERSIONS");
  const std::string text =
      Answer("EXPLAIN ALTER CONNECTION t SET (HOST 'h2') WITH (VALIDATE = TRUE)");
  EXPECT_THAT(text, HasSubstr("SetOptions"));
  EXPECT_THAT(text,
              HasSubstr("EFFECT OBJECT WHY\n"
                        "not validated connection PUBLIC.T nobody here can ask whether it works\n"
                        "restart connection PUBLIC.C what it refers to is another one\n"
                        "restart source PUBLIC.S what it refers to is another one\n"
                        "restart sink PUBLIC.K what it refers to is another one\n"));
  EXPECT_THAT(text, Not(HasSubstr("PUBLIC.S2")));
  EXPECT_THAT(Answer("EXPLAIN ALTER CONNECTION c COMMENT 'x' WITH (VALIDATE = FALSE)"),
              Not(HasSubstr("EFFECT")));
  EXPECT_EQ(Answer("SHOW VERSIONS"), versions);
}

TEST_F(KindProgramScenarios, M18_ExplainListsAllThatWouldGoDependentsFirst) {
  MakeKinds();
  EXPECT_THAT(Answer("EXPLAIN DROP CONNECTION c CASCADE"),
              HasSubstr("EFFECT OBJECT WHY\n"
                        "drop sink PUBLIC.K before what it refers to\n"
                        "drop source PUBLIC.S before what it refers to\n"
                        "drop connection PUBLIC.C before what it refers to\n"));
  EXPECT_THAT(Answer("EXPLAIN DROP SINK k"), Not(HasSubstr("EFFECT")));
  Execute("CREATE TABLE u (id INT PRIMARY KEY)");
  EXPECT_THAT(Answer("EXPLAIN DROP TABLE u"), Not(HasSubstr("EFFECT")));
}

TEST_F(KindProgramScenarios, DependentsComeAfterWhatTheyDependOn) {
  MakeKinds();
  const std::string text = Answer("SHOW DEPENDENTS OF CONNECTION t");
  EXPECT_THAT(text, MatchesRegex("KIND NAME VERSION DETAILS\nconnection PUBLIC.C .*\nsource "
                                 "PUBLIC.S .*\nsink PUBLIC.K .*\n"));
  EXPECT_EQ(Answer("SHOW DEPENDENTS OF s2"), "KIND NAME VERSION DETAILS\n");
}

TEST_F(KindProgramScenarios, ARollbackMakesTheCatalogWhatItWas) {
  MakeKinds();
  Execute("DROP CONNECTION t CASCADE; CREATE CATALOG x USING y");
  EXPECT_THAT(Execute("ROLLBACK TO VERSION 7"), Exits(0));
  EXPECT_THAT(Answer("SHOW CREATE SINK k"),
              "CREATE SINK PUBLIC.K FROM PUBLIC.S INTO CONNECTION PUBLIC.C (TOPIC 'y');\n");
  EXPECT_EQ(Answer("SHOW CATALOGS"), "NAME TYPE VERSION COMMENT\n");
}

TEST_F(KindProgramScenarios, ASecondRollbackHasNothingToDo) {
  MakeKinds();
  Execute("DROP CONNECTION t CASCADE");
  EXPECT_EQ(Answer("ROLLBACK TO VERSION 7").substr(0, 1), "9");
  EXPECT_THAT(Execute("ROLLBACK TO VERSION 7"),
              AllOf(Exits(0), Prints(IsEmpty()), Complains(HasSubstr("nothing to do"))));
}

TEST_F(KindProgramScenarios, F21_LabelsThatSoundLikeSecretsAreHidden) {
  const RunResult made = Run({"exec", store(), "--format", "jsonl"},
                             R"({"create_object": {"kind": "catalog", "name": "C", "type": "x", )"
                             R"("labels": {"api-token": "hunter2", "team": "blue"}}})");
  EXPECT_THAT(made, Exits(0));
  const std::vector<std::vector<std::string>> verbs = {
      {"describe", store(), "catalog", "C"},
      {"describe", store(), "catalog", "C", "-o", "json"},
      {"ls", store(), "-o", "json"},
      {"ls", store(), "-o", "lines"},
      {"ls", store(), "-o", "state"},
      {"log", store(), "--stat"},
      {"log", store(), "-o", "jsonl"},
      {"show", store(), "2"},
      {"show", store(), "2", "-o", "json"},
      {"diff", store(), "1..2"},
      {"diff", store(), "1..2", "-o", "json"},
      {"diff", store(), "1..2", "-o", "ddl"},
      {"history", store(), "catalog", "C"},
      {"blame", store(), "catalog", "C"},
      {"query", store(), "LABELS"},
      {"export", store()},
      {"export", store(), "-o", "ddl"},
      {"report", store(), "-o", Path("report.html")}};
  size_t shown = 0;
  for (const std::vector<std::string>& verb : verbs) {
    const RunResult result = Run(verb);
    const std::string command = absl::StrJoin(verb, " ");
    EXPECT_THAT(result, AllOf(Exits(0), Prints(Not(HasSubstr("hunter2"))),
                              Complains(Not(HasSubstr("hunter2")))))
        << command;
    shown += result.out.find("blue") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(shown, 4) << "labels are shown nowhere";
  EXPECT_THAT(Read(Path("report.html")), AllOf(HasSubstr("blue"), Not(HasSubstr("hunter2"))));
}

TEST_F(KindProgramScenarios, AScriptOfDifferencesMakesTheOtherVersion) {
  MakeKinds();
  Execute("ALTER CONNECTION c SET (HOST 'h2'), RENAME TO c2; DROP SINK k");
  const RunResult back = Run({"diff", store(), "7..", "-o", "ddl", "--reverse"});
  EXPECT_THAT(back, Exits(0));
  EXPECT_THAT(Execute(back.out), Exits(0));
  EXPECT_THAT(Answer("SHOW CREATE CONNECTION c"), HasSubstr("HOST 'h'"));
  EXPECT_THAT(Answer("SHOW CREATE SINK k"), HasSubstr("INTO CONNECTION PUBLIC.C "));
}

}  // namespace
}  // namespace annals
