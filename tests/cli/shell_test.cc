// `annals shell` as a reader of scripts: statements, commands with a dot, errors.

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ShellTest : public ProgramTest {
 protected:
  RunResult Shell(const std::string& script, std::vector<std::string> options = {}) const {
    std::vector<std::string> words{"shell", store()};
    words.insert(words.end(), options.begin(), options.end());
    return Run(words, script);
  }
  static RunResult InMemory(const std::string& script) {
    return Run({"shell", "--log", "memory"}, script);
  }
};

TEST_F(ShellTest, AScriptIsReadWithoutPrompts) {
  EXPECT_THAT(Shell("CREATE SCHEMA\n  a;\n\n.tables\nCREATE SCHEMA b"),
              AllOf(Exits(0), Complains(IsEmpty()),
                    Prints("2\tcreate schema A\nKIND  NAME  VERSION  DETAILS\n"
                           "3\tcreate schema B\n")));
  EXPECT_THAT(Run({"log", store(), "--oneline"}), Prints(HasSubstr("CREATE SCHEMA b")));
}

TEST_F(ShellTest, SemicolonsAndDotsWithinAStatementAreItsOwn) {
  EXPECT_THAT(Shell("CREATE TABLE \"a;\n.quit\" ( -- ;\n/* ;\n.quit\n*/ c VARCHAR DEFAULT ';\n'\n"
                    ".b INT);\n"),
              Complains(HasSubstr("standard input:7:1: found `.`")));
  EXPECT_THAT(Shell("BEGIN; CREATE SCHEMA a;\n\nCREATE SCHEMA b; COMMIT; SHOW SCHEMAS LIKE 'A';\n"),
              AllOf(Exits(0), Prints(AllOf(StartsWith("2\t2 changes"), HasSubstr("schema  A ")))));
}

TEST_F(ShellTest, ARefusedStatementDoesNotEndTheSession) {
  EXPECT_THAT(
      Shell("CREATE SCHEMA a;\n  DROP TABLE nope; CREATE SCHEMA b;\nCREATE TABEL t; CREATE SCHEMA "
            "c;"),
      AllOf(Exits(1), Prints("2\tcreate schema A\n3\tcreate schema B\n4\tcreate schema C\n"),
            Complains(AllOf(StartsWith("annals: standard input:2:3: "),
                            HasSubstr("(TABLE_NOT_FOUND)"),
                            HasSubstr("annals: standard input:3:8: found `TABEL`")))));
}

TEST_F(ShellTest, AWrongBlockIsNotDoneInParts) {
  EXPECT_THAT(Shell("BEGIN;\nCREATE TABEL t;\nCREATE SCHEMA a;\nCOMMIT;\nCREATE SCHEMA b;\n"),
              AllOf(Exits(2), Prints("2\tcreate schema B\n")));
}

TEST_F(ShellTest, NothingIsDoneAfterABlockThatIsCutOff) {
  const std::string ending = "annals: nothing more of standard input is run";
  for (const std::string inside : {"BEGIN;\nCREATE SCHEMA b;\nCOMMIT", "BEGIN WORK", "COMIT"}) {
    EXPECT_THAT(
        Shell("BEGIN;\nCREATE SCHEMA a;\n" + inside + ";\nCREATE SCHEMA c;\n.log\nSHOW SCHEMAS;\n"),
        AllOf(Exits(2), Prints(IsEmpty()),
              Complains(AllOf(StartsWith("annals: standard input:3:1: "), HasSubstr(ending)))))
        << inside;
  }
  EXPECT_THAT(Shell("BEGIN WORK;\nCREATE SCHEMA a;\nCOMMIT;\n"),
              AllOf(Exits(2), Prints(IsEmpty()),
                    Complains(AllOf(StartsWith("annals: standard input:1:7: found `WORK`"),
                                    HasSubstr(ending)))));
}

TEST_F(ShellTest, WhatIsNotClosedIsToldAtTheEnd) {
  EXPECT_THAT(Shell("CREATE SCHEMA a;\nCREATE SCHEMA \"b;\n"),
              AllOf(Exits(2), Prints("2\tcreate schema A\n"),
                    Complains(HasSubstr("standard input:2:15: quoted name is not closed"))));
}

TEST_F(ShellTest, AnOldVersionCanBeLookedAtButNotChanged) {
  const RunResult result = Shell(
      "CREATE SCHEMA a; CREATE SCHEMA b;\n.at 2\nSHOW SCHEMAS LIKE '_';\n"
      "SHOW SCHEMAS LIKE '_' AS OF VERSION 3;\nDROP SCHEMA a;\n.at latest\nDROP SCHEMA a;\n");
  EXPECT_THAT(result,
              AllOf(Exits(1), Complains(HasSubstr("version 2 is looked at")),
                    Complains(HasSubstr("(READ_ONLY)")), Prints(EndsWith("\n4\tdrop schema A\n"))));
  EXPECT_THAT(result.out, HasSubstr("schema  A     2\nKIND    NAME  VERSION  DETAILS\n"
                                    "schema  A     2\nschema  B     3\n"));
  EXPECT_THAT(Shell(".tables\n.describe a\n", {"--at", "1"}),
              AllOf(Exits(6), Complains(HasSubstr("does not exist in version 1"))));
  EXPECT_THAT(Shell("", {"--at", "77"}), Exits(6));
  EXPECT_THAT(Shell(".at 77\n"), Exits(6));
  EXPECT_THAT(Shell(".at nowhere\n"), Exits(2));
  EXPECT_THAT(Shell("", {"--at", "nowhere"}), Exits(2));
}

TEST_F(ShellTest, ReadingVerbsAreCommandsOnTheSameStore) {
  const std::string make =
      "CREATE SCHEMA s; CREATE TABLE s.t (a INT PRIMARY KEY); ALTER TABLE s.t ADD COLUMN b INT;\n";
  const auto shows = [&](const std::string& line, const std::string& text) {
    EXPECT_THAT(InMemory(make + line + "\n"), AllOf(Exits(0), Prints(HasSubstr(text)))) << line;
  };
  shows(".log --oneline", "\n4  ");
  shows(".log -n 1 -o json", "\"version\":4");
  shows(".show", "version    4");
  shows(".show 2", "create schema S");
  shows(".diff", "~ table S.T\n    + column B INTEGER\n");
  shows(".diff 1..2", "+ schema S\n");
  shows(".at 2\n.diff", "+ schema S\n");
  shows(".describe s.t", "column B");
  shows(".history s.t", "add column B INTEGER");
  shows(".blame s.t", "ALTER TABLE s.t ADD COLUMN b INT");
  shows(".query tables", "\nS ");
  shows(".query", "OBJECT_HISTORY");
  shows(".ls -o lines", "table S.T pk=A\n");
  shows(".schema s.t", "\nCREATE TABLE S.T (");
  shows(".schema", "CREATE SCHEMA S;\nCREATE TABLE S.T (");
  shows(".at 3\n.schema s.t", "A INTEGER NOT NULL,\n    PRIMARY KEY");
  EXPECT_THAT(InMemory(make + ".at 2\n.tables"),
              Prints(EndsWith("KIND  NAME  VERSION  DETAILS\n")));
  EXPECT_THAT(InMemory(make + ".tables 'T_'"), Prints(EndsWith("DETAILS\n")));
}

TEST_F(ShellTest, TheLogIsShortUnlessSomethingIsSaid) {
  std::string make;
  for (int i = 0; i < 30; ++i) make += "CREATE SCHEMA s" + std::to_string(i) + ";\n";
  const auto lines = [&](const std::string& command) {
    const std::string out = InMemory(make + ".mode json\n" + command + "\n").out;
    return json::parse(out.substr(out.find("\n["))).size();
  };
  EXPECT_EQ(lines(".log"), 20u);
  EXPECT_EQ(lines(".log -n 25"), 25u);
  EXPECT_EQ(lines(".log --since 2001-01-01"), 31u);
}

TEST_F(ShellTest, TheModeIsForAllListsThatHaveIt) {
  const std::string make = "CREATE SCHEMA s;\n";
  for (const std::string line : {".tables", "SHOW SCHEMAS;", "SHOW VERSIONS;", "DESCRIBE s;",
                                 ".query tables", ".log", ".diff", ".describe s", ".ls"}) {
    const std::string out = InMemory(absl::StrCat(make, ".mode json\n", line, "\n")).out;
    EXPECT_FALSE(json::parse(out.substr(out.find('\n')), nullptr, false).is_discarded()) << line;
  }
  EXPECT_THAT(InMemory(make + ".mode lines\n.ls\n"), Prints(EndsWith("\nschema S\n")));
  EXPECT_THAT(InMemory(make + ".mode json\n.mode table\n.ls\n"), Prints(HasSubstr("KIND ")));
  EXPECT_THAT(InMemory(".mode xml\n"), AllOf(Exits(2), Complains(HasSubstr("table | json"))));
}

TEST_F(ShellTest, AFileIsReadUpToItsFirstError) {
  const std::string file = Write(
      "my file.sql", "CREATE SCHEMA a;\nDROP SCHEMA nope; CREATE SCHEMA b;\nCREATE SCHEMA c;\n");
  EXPECT_THAT(Shell(".read '" + file + "'\nCREATE SCHEMA d;\n"),
              AllOf(Exits(1), Prints("2\tcreate schema A\n3\tcreate schema D\n"),
                    Complains(HasSubstr("my file.sql:2:1: "))));
  EXPECT_THAT(Shell(".read \"" + file + "\"\n"), Complains(HasSubstr("my file.sql:1:1: ")));
  EXPECT_THAT(Shell(".read nope.sql\n"), AllOf(Exits(2), Complains(HasSubstr("nope.sql"))));
}

TEST_F(ShellTest, AFileThatReadsItselfComesToAnEnd) {
  const std::string file = Write("a.sql", ".read " + Path("a.sql") + "\n");
  EXPECT_THAT(Shell(".read " + file + "\n"),
              AllOf(Exits(2), Complains(HasSubstr("reading itself"))));
}

TEST_F(ShellTest, TheTimerTellsHowLongThingsTake) {
  EXPECT_THAT(InMemory(".timer on\nSHOW SCHEMAS;\n.tables\n.timer off\n.tables\n"),
              Complains(::testing::MatchesRegex("(annals: note: took [0-9.]+ ms\n){3}")));
}

TEST_F(ShellTest, WhatIsNoCommandIsSaid) {
  EXPECT_THAT(InMemory(".tabels\n"),
              AllOf(Exits(2), Complains("annals: there is no command .tabels; did you mean "
                                        ".tables?\n")));
  EXPECT_THAT(InMemory(".log --onelin\n"), Complains(HasSubstr("did you mean --oneline?")));
  EXPECT_THAT(InMemory(".at\n"), Complains(HasSubstr(".at wants VERSION")));
  EXPECT_THAT(InMemory(".read 'a\n"), AllOf(Exits(2), Complains(HasSubstr("not closed"))));
}

TEST_F(ShellTest, HelpTellsOfAllAndOfEach) {
  EXPECT_THAT(InMemory("help\n"), AllOf(Exits(0), Prints(HasSubstr("  .tables"))));
  EXPECT_THAT(InMemory(".help log\n"), AllOf(Exits(0), Prints(HasSubstr("--oneline"))));
  EXPECT_THAT(InMemory(".help .mode\n"), AllOf(Exits(0), Prints(StartsWith(".mode table"))));
}

TEST_F(ShellTest, WhoLeavesDoesNoMore) {
  EXPECT_THAT(Shell("CREATE SCHEMA a;\n.quit\nCREATE SCHEMA b;\n"),
              AllOf(Exits(0), Prints("2\tcreate schema A\n")));
}

TEST_F(ShellTest, OnlyReadingChangesNothingAndMakesNoStore) {
  EXPECT_THAT(Shell("", {"--read-only"}), AllOf(Exits(3), Complains(HasSubstr("STORE_NOT_FOUND"))));
  EXPECT_FALSE(std::filesystem::exists(store()));
  ASSERT_THAT(Execute("CREATE SCHEMA a"), Exits(0));
  const std::string before = Everything(store());
  EXPECT_THAT(
      Shell(".schema\n.log\n.at 1\n.at latest\nCREATE SCHEMA b;\n", {"--read-only"}),
      AllOf(Exits(1), Complains(HasSubstr("(READ_ONLY)")), Prints(HasSubstr("CREATE SCHEMA A;"))));
  EXPECT_EQ(Everything(store()), before);
}

TEST_F(ShellTest, AStoreThatSomebodyWritesToIsOpenedToBeRead) {
  RunningProgram writer({"shell", store()});
  ASSERT_TRUE(writer.Send("CREATE SCHEMA a;\n"));
  ASSERT_EQ(writer.ReadLine(), "2\tcreate schema A");
  RunningProgram reader({"shell", store()});
  ASSERT_TRUE(reader.Send("SHOW SCHEMAS LIKE '_';\n"));
  EXPECT_THAT(reader.ReadLine(), StartsWith("KIND"));
  EXPECT_THAT(reader.ReadLine(), HasSubstr(" A "));
  ASSERT_TRUE(writer.Send("CREATE SCHEMA b;\n"));
  ASSERT_EQ(writer.ReadLine(), "3\tcreate schema B");
  EXPECT_THAT(
      reader.Finish(".at latest\nSHOW SCHEMAS LIKE 'B';\nCREATE SCHEMA c;\n"),
      AllOf(Exits(1), Prints(HasSubstr(" B ")),
            Complains(AllOf(HasSubstr("written by somebody else"), HasSubstr("(READ_ONLY)")))));
  EXPECT_THAT(writer.Finish(), Exits(0));
}

TEST_F(ShellTest, ContradictionsAreUsageErrors) {
  EXPECT_THAT(Run({"shell"}), AllOf(Exits(2), Complains(HasSubstr("needs a STORE"))));
  EXPECT_THAT(Run({"shell", store(), "--log", "memory"}), Exits(2));
  EXPECT_THAT(Run({"shell", "--log", "memory", "--read-only"}), Exits(2));
  EXPECT_THAT(Run({"shell", store(), "--delay", "soon"}), Exits(2));
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ShellTest, StatementsAreExecutedAsTheOptionsSay) {
  EXPECT_THAT(Shell("CREATE TABLE t (a INT PRIMARY KEY); ALTER TABLE t RENAME COLUMN a TO b;\n"
                    ".log -n 1\n",
                    {"--policy", "relaxed", "--author", "ann", "--message", "why"}),
              AllOf(Exits(0), Prints(AllOf(HasSubstr("rename column A to B"), HasSubstr("ann"),
                                           HasSubstr("why")))));
}

// A line of which 64 KiB were read comes in parts.
TEST_F(ShellTest, OnlyALinesBeginIsACommand) {
  std::string line = "CREATE SCHEMA a;";
  line.resize(64 << 10, ' ');
  const std::string file = Write("long.sql", line + ".quit\n");
  EXPECT_THAT(Shell(".read " + file + "\nCREATE SCHEMA b;\n"),
              AllOf(Exits(2), Prints("2\tcreate schema A\n3\tcreate schema B\n"),
                    Complains(HasSubstr("long.sql:1:1: found `.`"))));
}

TEST_F(ShellTest, ALineWithoutEndIsRefusedAndNotKept) {
  const std::string huge = "CREATE SCHEMA a" + std::string(3 << 20, 'x');
  EXPECT_THAT(Shell(huge), AllOf(Exits(2), Complains(HasSubstr("STATEMENT_TOO_LARGE"))));
}

}  // namespace
}  // namespace annals
