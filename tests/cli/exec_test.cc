// `annals exec` with SQL: what it prints, how it stops, what stays.

#include <filesystem>

#include "annals/tests/cli/program.h"
#include "gmock/gmock.h"

namespace annals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ExecTest : public ProgramTest {};

TEST_F(ExecTest, PrintsOneLineAVersion) {
  EXPECT_THAT(Execute("CREATE SCHEMA s; CREATE TABLE s.t (id INT PRIMARY KEY, v VARCHAR(9))"),
              AllOf(Exits(0),
                    Prints("2\tcreate schema S\n"
                           "3\t2 changes: create zone \"Default\", create table S.T (2 "
                           "columns)\n"),
                    Complains(IsEmpty())));
}

TEST_F(ExecTest, SaysWhatEachChangeChanged) {
  Execute("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9))");
  EXPECT_THAT(Execute("ALTER TABLE t ADD COLUMN w INT; ALTER TABLE t ALTER COLUMN v SET DATA TYPE "
                      "VARCHAR(20); ALTER TABLE t RENAME TO u; DROP TABLE u"),
              Prints("3\talter table PUBLIC.T: add column W INTEGER\n"
                     "4\talter table PUBLIC.T: column V: VARCHAR(9) -> VARCHAR(20)\n"
                     "5\trename table PUBLIC.T to PUBLIC.U\n"
                     "6\tdrop table PUBLIC.U\n"));
}

TEST_F(ExecTest, SaysSoWhereNothingChanged) {
  Execute("CREATE TABLE t (id INT PRIMARY KEY)");
  const std::string same = "ALTER TABLE t SET (MIN STALE ROWS 500)";
  EXPECT_THAT(Execute(same + ";" + same), AllOf(Exits(0), Prints(HasSubstr("\tno changes\n"))));
}

TEST_F(ExecTest, ShortensWhatChangedMuch) {
  EXPECT_THAT(Execute("BEGIN; CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c; CREATE SCHEMA d; "
                      "COMMIT"),
              Prints("2\t4 changes: create schema A, create schema B, create schema C, ...\n"));
}

TEST_F(ExecTest, NotesWhatHadNothingToDoOnStandardError) {
  EXPECT_THAT(Execute("DROP SCHEMA IF EXISTS nope"),
              AllOf(Exits(0), Prints(IsEmpty()), Complains(HasSubstr("nothing to do"))));
}

TEST_F(ExecTest, ReadsAFileAndStandardInput) {
  const std::string file = Write("a.sql", "CREATE SCHEMA a;\n");
  EXPECT_THAT(Run({"exec", store(), "-f", file}), Prints("2\tcreate schema A\n"));
  EXPECT_THAT(Run({"exec", store()}, "CREATE SCHEMA b"), Prints("3\tcreate schema B\n"));
  EXPECT_THAT(Run({"exec", store(), "-f", "-"}, "CREATE SCHEMA c"), Prints("4\tcreate schema C\n"));
}

TEST_F(ExecTest, StopsAtTheFirstErrorAndKeepsWhatCameBefore) {
  const std::string file =
      Write("a.sql", "CREATE SCHEMA a;\n  DROP TABLE nope;\nCREATE SCHEMA b;\n");
  EXPECT_THAT(Run({"exec", store(), "-f", file}),
              AllOf(Exits(1), Prints("2\tcreate schema A\n"),
                    Complains(AllOf(HasSubstr("a.sql:2:3: "), HasSubstr("(TABLE_NOT_FOUND)")))));
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}), Prints("schema A\n"));
}

TEST_F(ExecTest, NamesThePlaceOfTheCommandWithinABlock) {
  EXPECT_THAT(Execute("BEGIN;\nCREATE SCHEMA a;\n CREATE SCHEMA a;\nCOMMIT;"),
              AllOf(Exits(1), Complains(StartsWith("annals: command:3:2: "))));
  EXPECT_THAT(Run({"ls", store(), "-o", "lines"}), Prints(IsEmpty()));
}

TEST_F(ExecTest, PointsAtASyntaxError) {
  const std::string file = Write("a.sql", "CREATE SCHEMA a;\nCREATE TABEL t;\n");
  EXPECT_THAT(Run({"exec", store(), "-f", file}),
              AllOf(Exits(2), Prints("2\tcreate schema A\n"),
                    Complains(AllOf(HasSubstr("a.sql:2:8: found `TABEL`"),
                                    HasSubstr("\n    CREATE TABEL t\n           ^\n")))));
}

TEST_F(ExecTest, AFileThatIsNotThereMakesNoStore) {
  EXPECT_THAT(Run({"exec", store(), "-f", Path("nope.sql")}),
              AllOf(Exits(2), Complains(HasSubstr("nope.sql: No such file"))));
  EXPECT_THAT(Run({"exec", store(), "-f", Path("")}),
              AllOf(Exits(2), Complains(HasSubstr("Is a directory"))));
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ExecTest, ContradictionsAreUsageErrors) {
  EXPECT_THAT(Run({"exec", store(), "-c", "", "-f", "x"}), Exits(2));
  EXPECT_THAT(Run({"exec"}), AllOf(Exits(2), Complains(HasSubstr("needs a STORE"))));
  EXPECT_THAT(Run({"exec", store(), "--log", "memory"}), Exits(2));
  EXPECT_THAT(Run({"exec", store(), "--delay", "soon"}), Exits(2));
  EXPECT_THAT(Run({"exec", store(), "--policy", "lax"}), Exits(2));
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ExecTest, AMemoryLogNeedsNoStore) {
  EXPECT_THAT(Run({"exec", "--log", "memory", "-c", "CREATE SCHEMA a"}),
              AllOf(Exits(0), Prints("2\tcreate schema A\n")));
}

TEST_F(ExecTest, RefusesUnderStrictWhatRelaxedAllows) {
  const std::string sql = "CREATE TABLE t (a INT PRIMARY KEY); ALTER TABLE t RENAME COLUMN a TO b";
  EXPECT_THAT(Execute(sql), AllOf(Exits(1), Complains(HasSubstr("(NEEDS_RELAXED_POLICY)"))));
  EXPECT_THAT(Run({"exec", Path("other"), "--policy", "relaxed", "-c", sql}),
              AllOf(Exits(0), Prints(HasSubstr("rename column A to B"))));
}

TEST_F(ExecTest, RecordsWhoAndWhy) {
  Run({"exec", store(), "--author", "ann", "--message", "a start", "-c",
       "CREATE SCHEMA a; BEGIN; CREATE SCHEMA b; COMMIT MESSAGE 'and on'"});
  const RunResult log = Run({"log", store(), "-n", "2"});
  EXPECT_THAT(log.out, AllOf(HasSubstr("ann     and on   create schema B"),
                             HasSubstr("ann     a start  create schema A")));
  EXPECT_THAT(Run({"show", store(), "2"}), Prints(HasSubstr("\nstatement\n  CREATE SCHEMA a\n")));
}

TEST_F(ExecTest, NamesThatAreTooLongOrNoUtf8AreRefused) {
  const std::string name(200, 'N');
  EXPECT_THAT(Execute("CREATE SCHEMA " + name),
              AllOf(Not(Exits(0)), Complains(HasSubstr("INVALID_NAME"))));
  const RunResult bad = Execute("CREATE SCHEMA \"a\xff\"");
  EXPECT_THAT(bad, Not(Exits(0)));
  EXPECT_THAT(bad.err, Not(HasSubstr("\xff")));
}

TEST_F(ExecTest, LookingStatementsPrintTables) {
  Execute("CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE other (id INT PRIMARY KEY)");
  const RunResult shown = Execute("SHOW TABLES LIKE 'OR%'");
  EXPECT_THAT(shown, AllOf(Exits(0), Prints(HasSubstr("PUBLIC.ORDERS"))));
  EXPECT_THAT(shown.out, Not(HasSubstr("OTHER")));
  EXPECT_THAT(Execute("SHOW TABLES AS OF VERSION 1"), Prints("KIND  NAME  VERSION  DETAILS\n"));
  EXPECT_THAT(Execute("DESCRIBE orders"), Prints(HasSubstr("column ID")));
  EXPECT_THAT(Execute("SHOW CREATE TABLE orders"),
              Prints(StartsWith("CREATE TABLE PUBLIC.ORDERS")));
  EXPECT_THAT(Execute("SHOW VERSIONS"), Prints(HasSubstr("\n3  ")));
  EXPECT_THAT(Execute("SHOW SCHEMAS AS OF TIMESTAMP '2100-01-01'"), Prints(HasSubstr("PUBLIC")));
}

TEST_F(ExecTest, ExplainTellsTheEntriesAndWritesNothing) {
  Execute("CREATE TABLE orders (id INT PRIMARY KEY)");
  EXPECT_THAT(
      Execute("EXPLAIN ALTER TABLE orders ADD COLUMN x INT"),
      AllOf(Exits(0),
            Prints(HasSubstr("NewColumns  alter table PUBLIC.ORDERS: add column X INTEGER"))));
  EXPECT_THAT(Run({"log", store(), "-n", "1", "--oneline"}), Prints(StartsWith("2  ")));
}

TEST_F(ExecTest, ExplainTellsWhatBecomesOfWhat) {
  ASSERT_THAT(Execute("CREATE SCHEMA s; CREATE TABLE s.t (a INT PRIMARY KEY, b INT);"
                      "CREATE ZONE z STORAGE PROFILES ['default']"),
              Exits(0));
  const auto explains = [&](const std::string& sql, const std::string& what) {
    EXPECT_THAT(Execute("EXPLAIN " + sql), AllOf(Exits(0), Prints(HasSubstr(what))));
  };
  explains("CREATE INDEX i ON s.t (b, a DESC)", "create index S.I: on S.T (B, A DESC), sorted");
  explains("ALTER TABLE s.t ADD COLUMN c INT DEFAULT 5", "S.T: add column C INTEGER DEFAULT 5");
  explains("ALTER TABLE s.t SET (MIN STALE ROWS 7)", "S.T: min stale rows: 500 -> 7");
  explains("ALTER ZONE z SET (REPLICAS 3)", "zone Z: replicas: 1 -> 3");
  explains("ALTER ZONE z SET DEFAULT", "make zone Z the default zone");
  explains("DROP SCHEMA s CASCADE", "drop schema S and what depends on it");
}

TEST_F(ExecTest, ARefusalShowsTheLineOfTheStatement) {
  EXPECT_THAT(
      Execute("BEGIN; CREATE SCHEMA s;\n  CREATE TABLE t (a INT, a INT); COMMIT"),
      AllOf(Exits(1), Complains(AllOf(HasSubstr("(COLUMN_DUPLICATED)\n"),
                                      HasSubstr("\n      CREATE TABLE t (a INT, a INT); COMMIT\n"
                                                "      ^\n")))));
}

TEST_F(ExecTest, LookingAtWhatIsNotThereExitsAsTheReadingVerbsDo) {
  EXPECT_THAT(Execute("DESCRIBE nope"), Exits(6));
  EXPECT_THAT(Execute("SHOW TABLES AS OF VERSION 77"), Exits(6));
  EXPECT_THAT(Execute("SHOW TABLES AS OF TIMESTAMP '2001-01-01'"),
              AllOf(Exits(6), Complains(HasSubstr("(CATALOG_TIMESTAMP_NOT_FOUND)"))));
  EXPECT_THAT(Execute("SHOW TABLES AS OF TIMESTAMP 'yesterday'"), Exits(2));
  EXPECT_THAT(Execute("EXPLAIN DROP TABLE nope"), Exits(1));
}

TEST_F(ExecTest, ADelayedVersionIsWaitedFor) {
  EXPECT_THAT(Run({"exec", store(), "--delay", "50", "-c", "CREATE SCHEMA a"}),
              AllOf(Exits(0), Prints("2\tcreate schema A\n")));
}

}  // namespace
}  // namespace annals
