// Every form of the statements about catalogs, connections, secrets, sources and sinks.

#include <string_view>

#include "annals/ddl/expected.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "annals/tests/ddl/dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

struct ConfiguredForm {
  std::string_view sql;
  std::string_view says;
};

void ExpectConfigured(std::initializer_list<ConfiguredForm> forms) {
  for (const ConfiguredForm& form : forms) EXPECT_EQ(Dump(form.sql), form.says) << form.sql;
}

// The first line of an error, which has to have this reason.
std::string ConfiguredError(std::string_view sql, Reason reason = Reason::SYNTAX_ERROR) {
  const auto statements = Parse(sql);
  if (statements.ok()) return "no error";
  EXPECT_EQ(ReasonOf(statements.status()), reason) << statements.status();
  const std::string message(statements.status().message());
  return message.substr(0, message.find('\n'));
}

TEST(ConfiguredStatementTest, CatalogsAreMade) {
  ExpectConfigured({
      {"CREATE CATALOG c", "Create catalog PUBLIC.C"},
      {"create catalog if not exists c using Test",
       "Create catalog PUBLIC.C of test if_not_exists"},
      {"CREATE CATALOG c1 COMMENT 'it''s' WITH ('type'='test','default-database'='db')",
       "Create catalog PUBLIC.C1 of test (default-database='db') comment='it's'"},
      {"CREATE CATALOG c WITH ('k' = 'v') COMMENT 's'",
       "Create catalog PUBLIC.C (k='v') comment='s'"},
      {"CREATE CATALOG c USING hive-hadoop2 WITH (VALIDATE = FALSE, INITIALIZE = false)",
       "Create catalog PUBLIC.C of hive-hadoop2 validate=no lazy"},
      {"CREATE CATALOG c USING \"My Type\" WITH ()", "Create catalog PUBLIC.C of my-type"},
      {"CREATE CATALOG c USING comment COMMENT 'x'",
       "Create catalog PUBLIC.C of comment comment='x'"},
      {"CREATE CATALOG \"TABLE\" WITH ('validate' = 'yes', 'p' = SECRET p, 'q' SECRET s.q)",
       "Create catalog PUBLIC.TABLE (validate='yes', p=secret PUBLIC.P, q=secret S.Q)"},
      {"CREATE CATALOG \"x/..\\y.yaml\"", "Create catalog PUBLIC.x/..\\y.yaml"},
  });
}

TEST(ConfiguredStatementTest, ConnectionsAreMade) {
  ExpectConfigured({
      {"CREATE CONNECTION s.c TO kafka (BROKER 'h:9092')",
       "Create connection S.C of kafka (broker='h:9092')"},
      {"CREATE CONNECTION c TO confluent schema registry (URL 'http://h')",
       "Create connection PUBLIC.C of confluent-schema-registry (url='http://h')"},
      {"CREATE CONNECTION c TO postgres (host = 'h', Port 5432, SSL  MODE 'require', a b TRUE, "
       "PASSWORD SECRET p, SSH TUNNEL t, PRIVATELINK s.l, AWS CONNECTION = a)",
       "Create connection PUBLIC.C of postgres (host='h', port='5432', ssl-mode='require', "
       "a-b='true', password=secret PUBLIC.P, ssh-tunnel=PUBLIC.T, privatelink=S.L, "
       "aws-connection=PUBLIC.A)"},
      {"CREATE CONNECTION c TO kafka (BROKERS ('a', 'b'), CLIENT SECRET SECRET \"s\".\"p\", "
       "SECRET x, PUBLIC KEY 1 'k', N -1.5, DEFAULT SET 'd', T \"t\", O /* x */ P /* y */ 'z')",
       "Create connection PUBLIC.C of kafka (brokers=['a', 'b'], client-secret=secret s.p, "
       "secret=PUBLIC.X, public-key-1='k', n='-1.5', default-set='d', t=PUBLIC.t, o-p='z')"},
      {"CREATE CONNECTION c TO kafka (BROKER 'h', 'Any Key' = U&'a\\0041') WITH (VALIDATE = "
       "DEPENDENTS) COMMENT 'x'",
       "Create connection PUBLIC.C of kafka (broker='h', Any Key='aA') comment='x' "
       "validate=dependents"},
  });
}

TEST(ConfiguredStatementTest, SecretsSourcesAndSinksHaveClauses) {
  ExpectConfigured({
      {"CREATE SECRET s FROM ENV 'NAME'", "Create secret PUBLIC.S (env='NAME')"},
      {"CREATE SECRET s FROM FILE '/run/p' COMMENT 'x'",
       "Create secret PUBLIC.S (file='/run/p') comment='x'"},
      {"CREATE SOURCE n FROM CONNECTION s.c (TOPIC 't')",
       "Create source PUBLIC.N (connection=S.C, topic='t')"},
      {"CREATE SOURCE n FROM CONNECTION c (TOPIC 't') (id INT NOT NULL, v VARCHAR(20))",
       "Create source PUBLIC.N (connection=PUBLIC.C, topic='t') columns=(ID INT32 NOT NULL, V "
       "STRING(20))"},
      {"CREATE SOURCE n FROM CONNECTION c (id INT, topic VARCHAR)",
       "Create source PUBLIC.N (connection=PUBLIC.C) columns=(ID INT32, TOPIC STRING(65536)~)"},
      {"CREATE SINK k FROM x INTO CONNECTION c (TOPIC 't')",
       "Create sink PUBLIC.K (input=PUBLIC.X, connection=PUBLIC.C, topic='t')"},
  });
}

TEST(ConfiguredStatementTest, ActionsOfAlterAreOneCommand) {
  ExpectConfigured({
      {"ALTER CATALOG c RENAME TO d, SET ('k'='2'), COMMENT 'x'",
       "Alter catalog PUBLIC.C set=(k='2') comment='x' -> D"},
      {"ALTER CONNECTION c SET (HOST 'h2'), RESET (PORT), SET (USER = 'u'), DROP (SSL MODE, 'x')",
       "Alter connection PUBLIC.C set=(host='h2', user='u') reset=(port, ssl-mode, x)"},
      {"ALTER CONNECTION IF EXISTS s.c RESET (PUBLIC KEY 1) WITH (VALIDATE = dependents)",
       "Alter connection S.C reset=(public-key-1) if_exists validate=dependents"},
      {"ALTER CONNECTION c SET (), RESET ()", "Alter connection PUBLIC.C set=() reset=()"},
      {"ALTER SOURCE s SET CONNECTION c2", "Alter source PUBLIC.S set=(connection=PUBLIC.C2)"},
      {"ALTER SOURCE s SET CONNECTION c2 WITH (INITIALIZE FALSE, VALIDATE TRUE)",
       "Alter source PUBLIC.S set=(connection=PUBLIC.C2) validate=object lazy"},
      {"ALTER SOURCE s FROM CONNECTION c2, SET 'k' = 'v', SET SSL MODE 'x'",
       "Alter source PUBLIC.S set=(connection=PUBLIC.C2, k='v', ssl-mode='x')"},
      {"ALTER SECRET s FROM ENV 'X'", "Alter secret PUBLIC.S set=(env='X') refresh"},
      {"REFRESH SECRET s.p", "Alter secret S.P refresh"},
      {"REFRESH SECRET IF EXISTS p", "Alter secret PUBLIC.P refresh if_exists"},
      {"ALTER CATALOG c SET ('type' = 'x')", "Alter catalog PUBLIC.C set=(type='x')"},
      {"ALTER CONNECTION c ROTATE KEYS", "RotateKeys connection PUBLIC.C"},
  });
}

TEST(ConfiguredStatementTest, TheRestIsDroppedValidatedRolledBackAndLookedAt) {
  ExpectConfigured({
      {"DROP CATALOG IF EXISTS c RESTRICT", "Drop catalog PUBLIC.C if_exists"},
      {"DROP SECRET s.p CASCADE", "Drop secret S.P cascade"},
      {"VALIDATE CONNECTION s.c", "Validate connection S.C"},
      {"ROLLBACK TO VERSION 12", "Rollback 12"},
      {"EXPLAIN ROLLBACK TO VERSION 1", "Explain Rollback 1"},
      {"EXPLAIN ALTER CONNECTION c SET (HOST 'h')",
       "Explain Alter connection PUBLIC.C set=(host='h')"},
      {"EXPLAIN REFRESH SECRET p", "Explain Alter secret PUBLIC.P refresh"},
      {"SHOW CATALOGS LIKE 'a%' AS OF VERSION 3", "Show catalogs like 'a%' @3"},
      {"SHOW SECRETS", "Show secrets"},
      {"SHOW CREATE CONNECTION c", "ShowCreate connection PUBLIC.C"},
      {"SHOW CREATE CATALOG \"a.b\" AS OF VERSION 2", "ShowCreate catalog .a.b @2"},
      {"DESCRIBE CATALOG c", "Describe catalog .C"},
      {"DESCRIBE CATALOG EXTENDED c", "Describe catalog .C extended"},
      {"DESCRIBE EXTENDED s.c", "Describe any S.C extended"},
      {"DESCRIBE extended", "Describe any PUBLIC.EXTENDED"},
      {"DESCRIBE connection", "Describe any PUBLIC.CONNECTION"},
      {"DESCRIBE connection extended", "Describe connection PUBLIC.EXTENDED"},
      {"SHOW DEPENDENTS OF c", "ShowDependents any PUBLIC.C"},
      {"SHOW DEPENDENTS OF CONNECTION s.c AS OF VERSION 4", "ShowDependents connection S.C @4"},
      {"SHOW DEPENDENTS OF TABLE t", "ShowDependents table PUBLIC.T"},
  });
}

TEST(ConfiguredStatementTest, WordsOfKindsAreStillNamesOfTables) {
  ExpectConfigured({
      {"DROP TABLE catalog", "DropTable PUBLIC.CATALOG"},
      {"ALTER TABLE secret RENAME TO sink", "RenameTable PUBLIC.SECRET -> SINK"},
      {"DROP TABLE source.connection", "DropTable SOURCE.CONNECTION"},
  });
}

TEST(ConfiguredStatementTest, ErrorsTellThePlaceAndWhatWasExpected) {
  EXPECT_EQ(ConfiguredError("CREATE CATALOG a.b"),
            "line 1, column 18: a catalog lives in no schema, so its name has one part; a name "
            "with a dot needs double quotes");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG \"\""),
            "line 1, column 16: a name has at least one character");
  EXPECT_EQ(ConfiguredError("CREATE CONNECTION c TO kafka (BROKER)"),
            "line 1, column 37: found `)`, expected `=` or a value");
  EXPECT_EQ(ConfiguredError("CREATE CONNECTION c TO (BROKER 'h')"),
            "line 1, column 24: found `(`, expected a type");
  EXPECT_EQ(ConfiguredError("CREATE SOURCE s FROM CONNECTION 'c'"),
            "line 1, column 33: found `'c'`, expected a name");
  EXPECT_EQ(ConfiguredError("CREATE SECRET s FROM ENV x"),
            "line 1, column 26: found `*`, expected a string");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING a WITH ('type' = 'b')"),
            "line 1, column 32: the type is given twice");
  EXPECT_EQ(ConfiguredError("ALTER CONNECTION c TO postgres"),
            "line 1, column 20: found `TO`, expected SET, RESET, DROP, COMMENT, RENAME TO or "
            "ROTATE KEYS");
  EXPECT_THAT(ConfiguredError("CREATE CONECTION c"),
              HasSubstr("ZONE, CATALOG, CONNECTION, SECRET"));
}

TEST(ConfiguredStatementTest, WordsInWithAreSettingsAndNothingElse) {
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING x WITH (VALIDATE = 'flase')"),
            "line 1, column 43: found `'flase'`, expected TRUE, FALSE or DEPENDENTS");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING x WITH (INITIALIZE = 0)"),
            "line 1, column 45: found `0`, expected TRUE or FALSE");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING x WITH ('a' = 'b', URI 'c')"),
            "line 1, column 43: found `URI`, expected VALIDATE, INITIALIZE or an option in quotes");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING x WITH (INITIALIZE TRUE, INITIALIZE TRUE)"),
            "line 1, column 49: INITIALIZE is given twice");
  EXPECT_EQ(ConfiguredError("CREATE CATALOG c USING x WITH (VALIDATE TRUE, VALIDATE FALSE)"),
            "line 1, column 47: VALIDATE is given twice");
  EXPECT_EQ(ConfiguredError("ALTER CATALOG c COMMENT 'x' WITH (INITIALIZE 0)"),
            "line 1, column 46: found `0`, expected `=`, TRUE or FALSE");
  ExpectConfigured({{"CREATE CATALOG c USING x WITH ('validate' = 'flase')",
                     "Create catalog PUBLIC.C of x (validate='flase')"}});
}

TEST(ConfiguredStatementTest, AnEmptyListIsAnEmptyListWhateverTheOthersHold) {
  ExpectConfigured({
      {"ALTER CONNECTION c SET (), SET (X 'y')", "Alter connection PUBLIC.C set=()"},
      {"ALTER CONNECTION c SET (X 'y'), SET ()", "Alter connection PUBLIC.C set=()"},
      {"ALTER CONNECTION c RESET (X), DROP ()", "Alter connection PUBLIC.C reset=()"},
      {"CREATE CONNECTION c TO kafka (BROKERS ())",
       "Create connection PUBLIC.C of kafka (brokers=[''])"},
  });
  EXPECT_EQ(ConfiguredError("ALTER CONNECTION c COMMENT 'x' WITH ()", Reason::EMPTY_LIST),
            "line 1, column 32: WITH says nothing");
}

TEST(ConfiguredStatementTest, ActionsThatDoNotGoTogetherAreRefused) {
  const auto conflict = [](std::string_view sql) {
    return ConfiguredError(sql, Reason::CONFLICTING_ACTIONS);
  };
  EXPECT_EQ(conflict("ALTER CATALOG c COMMENT 'a', COMMENT 'b'"),
            "line 1, column 30: COMMENT is given twice; expected it once");
  EXPECT_EQ(conflict("ALTER CATALOG c RENAME TO a, RENAME TO b"),
            "line 1, column 30: RENAME is given twice; expected it once");
  constexpr std::string_view kAlone = "ROTATE KEYS goes with no other action and without WITH";
  EXPECT_THAT(conflict("ALTER CONNECTION c ROTATE KEYS, COMMENT 'x'"), HasSubstr(kAlone));
  EXPECT_THAT(conflict("ALTER CONNECTION c COMMENT 'x', ROTATE KEYS"), HasSubstr(kAlone));
  EXPECT_THAT(conflict("ALTER CONNECTION c ROTATE KEYS WITH (VALIDATE = FALSE)"),
              HasSubstr(kAlone));
}

TEST(ConfiguredStatementTest, CompletionKnowsTheKinds) {
  EXPECT_THAT(Expect("CREATE ").keywords, IsSupersetOf({"CATALOG", "CONNECTION", "SINK"}));
  EXPECT_THAT(Expect("SHOW ").keywords, IsSupersetOf({"CATALOGS", "SECRETS", "DEPENDENTS OF"}));
  EXPECT_THAT(Expect("CREATE SECRET s ").keywords, IsSupersetOf({"FROM ENV", "FROM FILE"}));
  EXPECT_THAT(Expect("CREATE SECRET s FROM ").keywords, IsSupersetOf({"ENV", "FILE"}));
  EXPECT_THAT(Expect("ALTER CONNECTION c ").keywords, Contains("ROTATE KEYS"));
  EXPECT_TRUE(Expect("SHOW CREATE CATALOG ").name);
}

}  // namespace
}  // namespace annals::ddl
