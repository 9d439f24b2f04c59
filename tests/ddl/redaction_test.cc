#include "annals/ddl/redaction.h"

#include <random>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Hiding {
  std::string_view written;
  std::string_view shown;
};

void ExpectHidden(std::initializer_list<Hiding> cases) {
  for (const Hiding& one : cases) EXPECT_EQ(Redacted(one.written), one.shown);
}

TEST(RedactionTest, WhatFollowsASensitiveKeyIsHidden) {
  ExpectHidden({
      {"CREATE CONNECTION c TO kafka (BROKER 'h', SASL PASSWORD 'abc', X 'y')",
       "CREATE CONNECTION c TO kafka (BROKER 'h', SASL PASSWORD '***', X 'y')"},
      {"CREATE CATALOG c WITH ('passwrd'='abc','b'='c')",
       "CREATE CATALOG c WITH ('passwrd'='***','b'='c')"},
      {"ALTER CATALOG c SET ('api-token' = U&'abc', 'k' = 'v')",
       "ALTER CATALOG c SET ('api-token' = U&'***', 'k' = 'v')"},
      {"ALTER CONNECTION c SET (PASSWORD 12345, PORT 12345), COMMENT 'token'",
       "ALTER CONNECTION c SET (PASSWORD *****, PORT 12345), COMMENT 'token'"},
      {"ALTER CONNECTION c SET PASSWORD = 'ab''cd'", "ALTER CONNECTION c SET PASSWORD = '******'"},
      {"ALTER CONNECTION c SET (PASSWORD ('ab', 'cd'), B ('x'))",
       "ALTER CONNECTION c SET (PASSWORD ('**', '**'), B ('x'))"},
      {"CREATE CATALOG c WITH ('password' = X'ab', 'a' = 'b')",
       "CREATE CATALOG c WITH ('password' = X'**', 'a' = 'b')"},
      {"EXPLAIN CREATE CONNECTION c TO x (AWS TOKEN 'ä表\nx', B 'ä')",
       "EXPLAIN CREATE CONNECTION c TO x (AWS TOKEN '**\n*', B 'ä')"},
  });
}

TEST(RedactionTest, NamesOfSecretsAndWhatIsNoValueStay) {
  for (const std::string_view sql :
       {"CREATE CONNECTION c TO kafka (SASL PASSWORD SECRET p, SSL KEY = SECRET \"s\".\"k\")",
        "CREATE CATALOG c WITH ('password' = SECRET s.p)",
        "ALTER CONNECTION c RESET (PASSWORD)",
        "ALTER CATALOG c RESET ('password', 'token')",
        "REFRESH SECRET p",
        "DROP SECRET p CASCADE",
        "CREATE SECRET p FROM ENV 'KAFKA_PASSWORD' COMMENT 'the token'",
        "ALTER SECRET p FROM FILE '/run/secrets/p', RENAME TO q",
        "CREATE TABLE t (password VARCHAR DEFAULT 'x', key INT DEFAULT 5, token INT)",
        "ALTER TABLE t ADD COLUMN secret VARCHAR(20) DEFAULT 'x'",
        "CREATE TABLE t (refresh INT, password VARCHAR DEFAULT 'x')",
        "ALTER TABLE t ALTER COLUMN password SET DEFAULT 'x'",
        "ALTER TABLE t ALTER password SET DEFAULT 'x'",
        "ALTER TABLE t ALTER secret SET DEFAULT 'x'",
        "ALTER TABLE t ALTER secret SET DATA TYPE VARCHAR DEFAULT 'x'",
        "ALTER TABLE t DROP COLUMN IF EXISTS password",
        "ALTER TABLE t DROP (password, secret)",
        "DROP TABLE secret.password CASCADE",
        "CREATE SCHEMA IF NOT EXISTS secret",
        "CREATE CONNECTION c TO ssh tunnel (HOST 'h', PUBLIC KEY 1 'ssh-ed25519 AAAA')",
        "ALTER CONNECTION c ROTATE KEYS",
        "COMMIT MESSAGE 'a new password'",
        "SHOW SECRETS LIKE '%token%'"}) {
    EXPECT_EQ(Redacted(sql), sql);
  }
}

TEST(RedactionTest, WhatIsWrittenWronglyIsHiddenToo) {
  ExpectHidden({
      {"CREATE SECRET p AS 'abc'", "CREATE SECRET p AS '***'"},
      {"CREATE SECRET p (VALUE 'abc')", "CREATE SECRET p (VALUE '***')"},
      {"CREAT CONNECTION c (PASSWORD 'abc'", "CREAT CONNECTION c (PASSWORD '***'"},
      {"ALTER CONNECTION c SET (PASSWORD 'abc", "ALTER CONNECTION c SET (PASSWORD '***"},
      {"ALTER CONNECTION c SET (PASSWORD abc, HOST h)",
       "ALTER CONNECTION c SET (PASSWORD ***, HOST h)"},
      {"ALTER CONNECTION c SET (PASSWORD = abc!?d)", "ALTER CONNECTION c SET (PASSWORD = ******)"},
      {"ALTER CONNECTION c SET (PASSWORD \"abc\")", "ALTER CONNECTION c SET (PASSWORD \"***\")"},
      {"ALTER CATALOG c SET ('host' = 'h' 'password' = 'abc')",
       "ALTER CATALOG c SET ('host' = 'h' 'password' = '***')"},
      {"ALTER CONNECTION c SET (HOST 'h' PASSWORD 'abc')",
       "ALTER CONNECTION c SET (HOST 'h' PASSWORD '***')"},
      {"CREATE CONNECTION c TO kafka PASSWORD 'abc'",
       "CREATE CONNECTION c TO kafka PASSWORD '***'"},
  });
}

TEST(RedactionTest, AllThatFollowsASensitiveKeyIsHiddenWhateverItIs) {
  ExpectHidden({
      {"ALTER CONNECTION c SET (PASSWORD `abc`, HOST `h`)",
       "ALTER CONNECTION c SET (PASSWORD *****, HOST `h`)"},
      {"ALTER CONNECTION c SET (PASSWORD $$abc$$, X $$y$$)",
       "ALTER CONNECTION c SET (PASSWORD *******, X $$y$$)"},
      {"ALTER CONNECTION c SET (PASSWORD@abc, X @y)",
       "ALTER CONNECTION c SET (PASSWORD****, X @y)"},
      {"ALTER CONNECTION c SET (PASSWORD abc def ghi)",
       "ALTER CONNECTION c SET (PASSWORD *** *** ***)"},
      {"ALTER CONNECTION c SET (PASSWORD 'abc' def, X y)",
       "ALTER CONNECTION c SET (PASSWORD '***' ***, X y)"},
      {"ALTER CONNECTION c SET (PASSWORD = = abc)", "ALTER CONNECTION c SET (PASSWORD = * ***)"},
      {"ALTER CONNECTION c SET (PASSWORD SECRET p abc)",
       "ALTER CONNECTION c SET (PASSWORD SECRET p ***)"},
      {"ALTER CONNECTION c SET (PASSWORD /* abc */ 'abc')",
       "ALTER CONNECTION c SET (PASSWORD ** *** ** '***')"},
      {"ALTER CONNECTION c SET PASSWORD abc def, COMMENT 'x'",
       "ALTER CONNECTION c SET PASSWORD *** ***, COMMENT 'x'"},
      {"ALTER CONNECTION c SET (PASSWORD {abc: (def, ghi)} jkl, X 'y')",
       "ALTER CONNECTION c SET (PASSWORD ***** (***, ***)* ***, X 'y')"},
      {"CREATE CONNECTION c TO kafka PASSWORD abc (BROKER 'b')",
       "CREATE CONNECTION c TO kafka PASSWORD *** (****** '*')"},
      {"CREATE CONNECTION c TO aws (SECRET ACCESS KEY abc, ACCESS KEY ID 'x', PUBLIC KEY 1 'y')",
       "CREATE CONNECTION c TO aws (SECRET ACCESS KEY ***, ACCESS KEY ID '*', PUBLIC KEY 1 'y')"},
      {"CREATE SECRET p AS abc", "CREATE SECRET p AS ***"},
      {"CREATE SECRET p abc", "CREATE SECRET p ***"},
      {"CREATE SECRET p ('abc') -- abc", "CREATE SECRET p ('***') ** ***"},
      {"ALTER SECRET p SET VALUE = abc", "ALTER SECRET p SET VALUE = ***"},
  });
}

TEST(RedactionTest, NamesMaySoundLikeAnything) {
  for (const std::string_view sql :
       {"CREATE CONNECTION token TO kafka (BROKER 'b')",
        "CREATE SINK k FROM s.tokens INTO CONNECTION \"password\" (TOPIC 'y')",
        "CREATE CATALOG IF NOT EXISTS keys USING secret-store WITH ('a' = 'b')",
        "ALTER SOURCE s RENAME TO token, COMMENT 'x'",
        "CREATE CONNECTION IF NOT EXISTS secret TO kafka (BROKER 'b')",
        "ALTER CONNECTION c SET AUTO CREATE CONNECTION 'x'",
        "ALTER CONNECTION c DROP (HOST), RENAME TO secret, COMMENT 'x'",
        "ALTER SECRET s.p RENAME TO q, FROM FILE 'x', COMMENT 'y'",
        "DESCRIBE CONNECTION EXTENDED token", "SHOW DEPENDENTS OF SECRET p", "SHOW CREATE SECRET p",
        "DESCRIBE SECRET p AS OF VERSION 3",
        "ALTER CONNECTION c SET PASSWORD SECRET p WITH (VALIDATE = FALSE)",
        "CREATE SECRET IF NOT EXISTS s.p FROM ENV 'X' WITH (VALIDATE = FALSE)",
        "ALTER CONNECTION c COMMENT 'the password', SET (HOST 'h') WITH (INITIALIZE FALSE)"}) {
    EXPECT_EQ(Redacted(sql), sql);
  }
}

TEST(RedactionTest, AStatementBeginsWhereTheSemicolonBeforeItIsMissing) {
  ExpectHidden({
      {"CREATE SCHEMA x\nCREATE CATALOG c USING x WITH ('password' = 'abc')",
       "CREATE SCHEMA x\nCREATE CATALOG c USING x WITH ('password' = '***')"},
      {"CREATE TABLE tt (id INT PRIMARY KEY)\nCREATE CONNECTION c TO postgres (PASSWORD 'abc')",
       "CREATE TABLE tt (id INT PRIMARY KEY)\nCREATE CONNECTION c TO postgres (PASSWORD '***')"},
      {"CREATE TABLE tt (id INT\nCREATE SECRET z AS 'abc'",
       "CREATE TABLE tt (id INT\nCREATE SECRET z AS '***'"},
      {"CREATE TABLE tt (id INT)\nALTER CATLOG c SET ('password' = 'abc')",
       "CREATE TABLE tt (id INT)\nALTER CATLOG c SET ('password' = '***')"},
      {"DROP TABLE x\nCREATE SECRET z AS 'abc'", "DROP TABLE x\nCREATE SECRET z AS '***'"},
      {"DROP TABLE x\nCREAT SECRET z AS 'abc'", "DROP TABLE x\nCREAT SECRET * ** '***'"},
      {"CREATE CONNECTION c TO kafka (BROKER 'a')\nCREATE SECRET z AS 'abc'",
       "CREATE CONNECTION c TO kafka (BROKER 'a')\nCREATE SECRET z AS '***'"},
      {"BEGIN CREATE SECRET z AS 'abc'", "BEGIN CREATE SECRET z AS '***'"},
      {"ALTER TABLE t RENAME TO u CREATE SECRET z FROM 'abc'",
       "ALTER TABLE t RENAME TO u CREATE SECRET z FROM '***'"},
      {"ALTER TABLE t RENAME TO u ALTER SECRET IF EXISTS z FROM 'abc'",
       "ALTER TABLE t RENAME TO u ALTER SECRET IF EXISTS z FROM '***'"},
      {"ALTER CONNECTION c SET HOST 'h' CREATE SECRET z AS x, 'abc'",
       "ALTER CONNECTION c SET HOST 'h' CREATE SECRET z AS *, '***'"},
      {"ALTER CONNECTION c SET PASSWORD SECRET p CREATE SECRET z AS x, B 'abc'",
       "ALTER CONNECTION c SET PASSWORD SECRET p ****** ****** * ** *, * '***'"},
      {"ALTER CONNECTION c SET AUTO CREATE TABLE TRUE, PASSWORD 'abc'",
       "ALTER CONNECTION c SET AUTO CREATE TABLE TRUE, PASSWORD '***'"},
      {"ALTER CONNECTION c SET X 'y', AUTO CREATE TABLE TRUE, PASSWORD 'abc'",
       "ALTER CONNECTION c SET X 'y', AUTO CREATE TABLE TRUE, PASSWORD '***'"},
      {"PASSWORD 'abc')", "PASSWORD '***')"},
  });
}

TEST(RedactionTest, OfASecretOnlyItsNameAndWhereItIsAreShown) {
  ExpectHidden({
      {"CREATE IF NOT EXISTS SECRET z AS 'abc'", "CREATE IF NOT EXISTS SECRET z AS '***'"},
      {"CREATE OR REPLACE SECRET z FROM 'abc'", "CREATE OR REPLACE SECRET z FROM '***'"},
      {"CREATE SECRETS z AS 'abc'", "CREATE SECRETS z AS '***'"},
      {"SECRET z 'abc'", "SECRET z '***'"},
      {"CREATE SECRET q FROM abc", "CREATE SECRET q FROM ***"},
      {"CREATE SECRET q FROM ENV abc", "CREATE SECRET q FROM ENV ***"},
      {"CREATE SECRET p2 TO abc", "CREATE SECRET p2 TO ***"},
      {"CREATE SECRET p2 USING abc", "CREATE SECRET p2 ***** ***"},
      {"CREATE SECRET env 'abc'", "CREATE SECRET env '***'"},
      {"CREATE SECRET comment 'abc'", "CREATE SECRET comment '***'"},
      {"ALTER SECRET q RENAME TO r, FROM abc", "ALTER SECRET q RENAME TO r, FROM ***"},
      {"ALTER SECRET q RENAME TO r.s, TO abc", "ALTER SECRET q RENAME TO r.s, TO ***"},
      {"ALTER SECRET q SET (ENV abc)", "ALTER SECRET q SET (ENV ***)"},
  });
}

// Whatever stands between a sensitive key and the end of its item.
TEST(RedactionTest, NothingBehindASensitiveKeyIsSeenWhateverTokensItIsMadeOf) {
  static constexpr std::string_view kStatements[] = {"ALTER CONNECTION c SET (HOST 'h', PASSWORD ",
                                                     "ALTER CONNECTION c SET (SASL PASSWORD = ",
                                                     "ALTER CONNECTION c SET SSL KEY ",
                                                     "CREATE CATALOG c WITH ('api-token' = ",
                                                     "CREATE CATALOG c WITH ('passwrd' ",
                                                     "CREATE CONNECTION c TO kafka PASSWORD ",
                                                     "CREATE SECRET p AS ",
                                                     "CREATE IF NOT EXISTS SECRET p AS ",
                                                     "CREATE SECRET p FROM ",
                                                     "CREATE SECRET p TO ",
                                                     "ALTER SECRET p RENAME TO r, FROM ",
                                                     "ALTER SECRET p SET VALUE ",
                                                     "CREATE SECRET p (",
                                                     "CREATE CONNECTION c (SECRET ACCESS KEY "};
  // Statements that lack their semicolons.
  static constexpr std::string_view kBefore[] = {"",
                                                 "BEGIN ",
                                                 "EXPLAIN ",
                                                 "CREATE SCHEMA x\n",
                                                 "CREATE TABLE tt (id INT PRIMARY KEY)\n",
                                                 "CREATE INDEX i ON t (id)\n",
                                                 "DROP TABLE x\n",
                                                 "CREATE CONNECTION c TO kafka (BROKER 'a')\n",
                                                 "ALTER TABLE t RENAME TO u ",
                                                 "ALTER CONNECTION c SET HOST 'h' ",
                                                 "SHOW SECRETS\n"};
  static constexpr std::string_view kTokens[] = {
      "'",    "''",   "\"",     "`",  "$$",  "@", "=", "-", "--", "\n", "/*",
      "*/",   "5",    "-1.5e3", "X'", "U&'", ".", "[", "]", "{",  "}",  "x",
      "TRUE", "NULL", "ä",      "\\", ":",   "!", "#", "%", "\t"};
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    std::string sql = absl::StrCat(ToAbsl(kBefore[random() % std::size(kBefore)]),
                                   ToAbsl(kStatements[random() % std::size(kStatements)]));
    for (size_t left = 1 + random() % 6; left > 0; --left) {
      const std::string_view blank = random() % 2 == 0 ? " " : "";
      absl::StrAppend(&sql, ToAbsl(blank), ToAbsl(kTokens[random() % std::size(kTokens)]),
                      random() % 2 == 0 ? "hunter" : "", ToAbsl(blank));
    }
    ASSERT_THAT(Redacted(sql), Not(HasSubstr("hunter"))) << sql;
    const auto statements = Parse(sql);
    if (!statements.ok()) {
      ASSERT_THAT(std::string(statements.status().message()), Not(HasSubstr("hunter"))) << sql;
      continue;
    }
    for (const Statement& statement : *statements) {
      ASSERT_THAT(statement.text, Not(HasSubstr("hunter"))) << sql;
    }
  }
}

TEST(RedactionTest, EachStatementOfAScriptIsLookedAtByItself) {
  EXPECT_EQ(Redacted("BEGIN; CREATE TABLE t (key INT DEFAULT 5); ALTER CATALOG c SET ('key'='5'); "
                     "COMMIT MESSAGE 'key';"),
            "BEGIN; CREATE TABLE t (key INT DEFAULT 5); ALTER CATALOG c SET ('key'='*'); "
            "COMMIT MESSAGE 'key';");
}

TEST(RedactionTest, StatementsAreKeptWithoutWhatNobodyIsToSee) {
  const auto statements = Parse(
      "ALTER CATALOG c SET ('password' = 'hunter2');"
      "BEGIN; ALTER CATALOG c SET ('passwd' = 'hunter2'); COMMIT;");
  ASSERT_TRUE(statements.ok());
  for (const Statement& statement : *statements) {
    EXPECT_THAT(statement.text, HasSubstr("= '*******'"));
    EXPECT_THAT(ExcerptAt(statement, {1, 5}), Not(HasSubstr("hunter2")));
  }
}

TEST(RedactionTest, ErrorsShowThePlaceWithoutTheValue) {
  const auto error = [](std::string_view sql) {
    return std::string(Parse(sql).status().message());
  };
  EXPECT_EQ(error("ALTER CONNECTION c SET (PASSWORD 'ähnter2' 'x')"),
            "line 1, column 44: found `'*'`, expected `,` or `)`\n"
            "    ALTER CONNECTION c SET (PASSWORD '*******' '*')\n"
            "                                               ^");
  for (const std::string_view sql :
       {"ALTER CONNECTION c SET (PASSWORD 'hunter2);", "ALTER CONNECTION c SET (PASSWORD 'hunter2'",
        "CREATE SECRET s AS 'hunter2'", "CREATE SECRET s FROM 'hunter2'",
        "CREATE SECRET q FROM hunter2", "ALTER SECRET q RENAME TO r, FROM hunter2",
        "CREATE SECRET p2 TO hunter2", "SECRET z 'hunter2'", "BEGIN CREATE SECRET z AS 'hunter2'",
        "CREATE SCHEMA x\nCREATE CATALOG c USING x WITH ('password' = 'hunter2')",
        "ALTER CATALOG c SET ('passwrd' = 'hunter2', 'x' 5 6)",
        "CREATE CONNECTION c TO kafka (PASSWORD = hunter2 y)",
        "CREATE CONNECTION c TO kafka PASSWORD 'hunter2'",
        "BEGIN; ALTER CATALOG c SET ('token' = 'hunter2') x; COMMIT",
        "ALTER CATALOG c SET ('token' = 'hunter2') \xff",
        "ALTER CATALOG c SET ('token' = 'hunter2', 'a' = NULL)"}) {
    EXPECT_NE(error(sql), "") << sql;
    EXPECT_THAT(error(sql), Not(HasSubstr("hunter2"))) << sql;
  }
}

// Cut anywhere, a statement shows nothing of the value, and no character more or less.
TEST(RedactionTest, AnyPartOfAStatementIsAsLongAsItWas) {
  const std::string sql =
      "ALTER CONNECTION c SET (HOST 'ä', PASSWORD = 'hunter2', SSL KEY SECRET k), COMMENT 'x'";
  for (size_t i = 0; i <= sql.size(); ++i) {
    if (i < sql.size() && (static_cast<unsigned char>(sql[i]) & 0xC0) == 0x80) continue;
    const std::string shown = Redacted(sql.substr(0, i));
    EXPECT_EQ(shown.size(), i) << shown;
    EXPECT_THAT(shown, Not(HasSubstr("unt"))) << shown;
  }
}

}  // namespace
}  // namespace annals::ddl
