// What is said about text that cannot be understood.

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view sql, Reason reason = Reason::SYNTAX_ERROR) {
  const auto statements = Parse(sql);
  if (statements.ok()) return "no error";
  EXPECT_EQ(ReasonOf(statements.status()), reason) << statements.status();
  return std::string(statements.status().message());
}

struct Mistake {
  std::string_view sql;
  std::string_view error;  // Its first line.
};

void ExpectErrors(std::initializer_list<Mistake> mistakes, Reason reason = Reason::SYNTAX_ERROR) {
  for (const Mistake& mistake : mistakes) {
    const std::string error = ErrorOf(mistake.sql, reason);
    EXPECT_EQ(error.substr(0, error.find('\n')), mistake.error) << mistake.sql;
  }
}

TEST(SyntaxErrorTest, ShowsPlaceLineAndCaret) {
  EXPECT_EQ(ErrorOf("-- a script\nCREATE SCHEMA s;\n  CREATE TABEL t (...)"),
            "line 3, column 10: found `TABEL`, expected TABLE, SCHEMA, INDEX, UNIQUE INDEX, ZONE, "
            "CATALOG, CONNECTION, SECRET, SOURCE or SINK\n"
            "    CREATE TABEL t (...)\n"
            "           ^");
}

TEST(SyntaxErrorTest, TabsAndWideCharactersKeepTheCaretInStep) {
  EXPECT_EQ(ErrorOf("CREATE TABLE t (\r\n\ta\tINT,\r\n\t\"ÄÖ\"\tINTT NOT NULL,\r\n  c INT)"),
            "line 3, column 7: found `INTT`, expected a type\n"
            "    \t\"ÄÖ\"\tINTT NOT NULL,\n"
            "    \t    \t^");
}

TEST(SyntaxErrorTest, ALongLineIsCutAroundThePlace) {
  const std::string names = std::string(40, 'a') + "," + std::string(100, 'b') + " INT, ";
  const std::string error = ErrorOf("CREATE INDEX i ON t (" + names + std::string(200, 'c') + ")");
  EXPECT_EQ(error,
            "line 1, column 164: found `INT`, expected ASC, DESC, NULLS FIRST, NULLS LAST, `,` or "
            "`)`\n    ..." +
                std::string(59, 'b') + " INT, " + std::string(55, 'c') + "...\n    " +
                std::string(63, ' ') + "^");
}

TEST(SyntaxErrorTest, ALongLineIsCutBetweenCharacters) {
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "表";
  for (int shift = 0; shift < 3; ++shift) {
    const std::string name = std::string(shift, 'x') + wide;
    const std::string error = ErrorOf(absl::StrCat("DROP TABLE \"", name, "\" \"", name, "\""));
    const std::string caret_line = error.substr(error.rfind('\n') + 1);
    EXPECT_THAT(error, HasSubstr("\n    ...表"));
    EXPECT_THAT(error, HasSubstr("表...\n"));
    EXPECT_EQ(caret_line.find_first_not_of(' '), caret_line.size() - 1);
    EXPECT_LT(caret_line.size(), 40u);
  }
}

TEST(SyntaxErrorTest, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(ErrorOf("DROP TABLE t \x1b[2J"),
            "line 1, column 14: found ` `, expected CASCADE, RESTRICT or `;`\n"
            "    DROP TABLE t ?[2J\n"
            "                 ^");
}

TEST(SyntaxErrorTest, SaysWhatWasExpectedInItsPlace) {
  ExpectErrors({
      {"FROB",
       "line 1, column 1: found `FROB`, expected CREATE, ALTER, DROP, REFRESH SECRET, "
       "VALIDATE, ROLLBACK TO VERSION, SHOW, DESCRIBE, "
       "EXPLAIN, BEGIN or COMMIT"},
      {"CREATE TABLE",
       "line 1, column 13: found the end of the input, expected IF NOT EXISTS or "
       "a name"},
      {"CREATE TABLE;", "line 1, column 13: found `;`, expected IF NOT EXISTS or a name"},
      {"CREATE TABLE IF NOT EXIST t (a INT)", "line 1, column 21: found `EXIST`, expected EXISTS"},
      {"CREATE TABLE t (a FOO)", "line 1, column 19: found `FOO`, expected a type"},
      {"CREATE TABLE t (a INT b INT)",
       "line 1, column 23: found `b`, expected NULL, NOT NULL, DEFAULT, PRIMARY KEY, `,` or `)`"},
      {"CREATE TABLE t (a INT,)",
       "line 1, column 23: found `)`, expected CONSTRAINT, PRIMARY KEY or a name"},
      {"CREATE TABLE t (a INT) ZONES z",
       "line 1, column 24: found `ZONES`, expected COLOCATE BY, ZONE, STORAGE PROFILE, WITH or "
       "`;`"},
      {"CREATE TABLE t (a INT DEFAULT)",
       "line 1, column 30: found `)`, expected a literal or a function"},
      {"CREATE TABLE t (a INT DEFAULT 5abc)",
       "line 1, column 31: found `5abc`, expected a literal or a function"},
      {"CREATE TABLE t (a VARCHAR(-1))", "line 1, column 27: found `-1`, expected a whole number"},
      {"CREATE TABLE t (a DECIMAL(1,2,3))", "line 1, column 30: found `,`, expected `)`"},
      {"CREATE TABLE t (a TIMESTAMP WITH TIME ZONE)",
       "line 1, column 34: found `TIME`, expected LOCAL TIME ZONE"},
      {"CREATE TABLE t (PRIMARY KEY USING TREE (a))",
       "line 1, column 35: found `TREE`, expected HASH or SORTED"},
      {"ALTER TABLE t DROP COLUMN",
       "line 1, column 26: found the end of the input, expected IF "
       "EXISTS, a name or `(`"},
      {"ALTER TABLE a.b.c RENAME TO d",
       "line 1, column 16: found `.`, expected RENAME TO, RENAME COLUMN, ADD, DROP PRIMARY KEY, "
       "DROP, ALTER or SET"},
      {"ALTER TABLE t ALTER a SET",
       "line 1, column 26: found the end of the input, expected DATA TYPE, NOT NULL or DEFAULT"},
      {"ALTER TABLE t ALTER a SET DEFAULT rand_uuid",
       "line 1, column 35: found `rand_uuid`, expected a literal"},
      {"ALTER TABLE t ADD (a INT PRIMARY KEY)",
       "line 1, column 26: found `PRIMARY`, expected NULL, NOT NULL, DEFAULT, `,` or `)`"},
      {"ALTER INDEX IF EXISTS i REMOVE", "line 1, column 25: found `REMOVE`, expected RENAME TO"},
      {"CREATE INDEX i ON t a", "line 1, column 21: found `a`, expected USING or `(`"},
      {"SHOW FROB",
       "line 1, column 6: found `FROB`, expected SCHEMAS, TABLES, INDEXES, ZONES, "
       "VERSIONS, CATALOGS, CONNECTIONS, SECRETS, SOURCES, SINKS, CREATE or DEPENDENTS OF"},
      {"SHOW TABLES AS OF 7", "line 1, column 19: found `7`, expected VERSION or TIMESTAMP"},
      {"DESCRIBE",
       "line 1, column 9: found the end of the input, expected TABLE, INDEX, "
       "CATALOG, CONNECTION, SECRET, SOURCE, SINK, SCHEMA, ZONE, EXTENDED or a name"},
      {"EXPLAIN SHOW TABLES",
       "line 1, column 9: found `SHOW`, expected CREATE, ALTER, DROP, "
       "REFRESH SECRET, VALIDATE or ROLLBACK TO VERSION"},
      {"DROP TABLE t 'abc'", "line 1, column 14: found `'abc'`, expected CASCADE, RESTRICT or `;`"},
  });
}

TEST(SyntaxErrorTest, TellsHowToWriteAName) {
  ExpectErrors({
      {"DROP TABLE table",
       "line 1, column 12: found `table`, expected IF EXISTS or a name (TABLE "
       "is reserved: as a name it needs double quotes)"},
      {"DROP TABLE 2nd",
       "line 1, column 12: found `2nd`, expected IF EXISTS or a name (a name "
       "that begins like this needs double quotes)"},
      {"DROP TABLE Äpfel",
       "line 1, column 12: found `Ä`, expected IF EXISTS or a name (a name "
       "that begins like this needs double quotes)"},
  });
}

TEST(SyntaxErrorTest, ALongTokenIsCut) {
  const std::string error = ErrorOf("DROP '" + std::string(100, 'x') + "'");
  EXPECT_THAT(error, HasSubstr("found `'" + std::string(39, 'x') + "...`, expected TABLE"));
}

TEST(SyntaxErrorTest, RefusesWhatTheGrammarCannot) {
  ExpectErrors({
      {"CREATE TABLE t (a VARCHAR(99999999999999999999))",
       "line 1, column 27: 99999999999999999999 is out of range, at most 9223372036854775807 "
       "fits"},
      {"SHOW TABLES AS OF VERSION 18446744073709551616",
       "line 1, column 27: 18446744073709551616 is out of range, at most 18446744073709551615 "
       "fits"},
      {"ALTER TABLE t SET (STALE ROWS FRACTION 1e999)", "line 1, column 40: 1e999 is out of range"},
      {"ALTER TABLE t SET (MIN STALE ROWS 1.5)", "line 1, column 35: 1.5 is no whole number"},
      {"ALTER TABLE t SET (MIN STALE ROWS 1,\nMIN STALE ROWS 2)",
       "line 2, column 1: MIN STALE ROWS is given twice"},
      {"CREATE TABLE t (a INT NULL NOT NULL)",
       "line 1, column 28: NULL or NOT NULL is given twice"},
      {"CREATE TABLE t (a INT DEFAULT 1 DEFAULT 1)", "line 1, column 33: DEFAULT is given twice"},
      {"CREATE TABLE t (a INT PRIMARY KEY PRIMARY KEY)",
       "line 1, column 35: PRIMARY KEY is given twice"},
      {"CREATE TABLE t (a INT PRIMARY KEY, PRIMARY KEY (a))",
       "line 1, column 36: PRIMARY KEY is given twice"},
      {"CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY)",
       "line 1, column 42: PRIMARY KEY is given twice"},
      {"CREATE TABLE t (a INT, PRIMARY KEY (a DESC))",
       "line 1, column 39: a hash index has no order: say USING SORTED, or no direction"},
      {"CREATE INDEX i ON t USING HASH (a, b NULLS LAST)",
       "line 1, column 38: a hash index has no order: say USING SORTED, or no direction"},
      {"CREATE TABLE \"\" (a INT)", "line 1, column 14: a name has at least one character"},
      {"CREATE TABLE t (a BINARY DEFAULT X'0')",
       "line 1, column 34: X'..' takes pairs of hexadecimal digits"},
      {"CREATE TABLE t (a BINARY DEFAULT X'0g')",
       "line 1, column 34: X'..' takes pairs of hexadecimal digits"},
  });
}

TEST(SyntaxErrorTest, ACommentBetweenStatementsIsShownToo) {
  const auto script = Parse("CREATE SCHEMA s;\n  /* not closed\n * at all");
  EXPECT_THAT(script.status().message(),
              ::testing::HasSubstr("line 2, column 3: comment is not closed\n"
                                   "    /* not closed\n"
                                   "    ^"));
}

TEST(SyntaxErrorTest, ALongNumberIsCut) {
  const auto script = Parse("CREATE ZONE z (REPLICAS " + std::string(5000, '9') + ")");
  EXPECT_LT(script.status().message().size(), 500u);
}

TEST(SyntaxErrorTest, WhatIsOpenedMustBeClosed) {
  EXPECT_EQ(ErrorOf("CREATE SCHEMA s;\n\nDROP TABLE 'abc;\nDROP"),
            "line 3, column 12: string is not closed\n    DROP TABLE 'abc;\n               ^");
  EXPECT_EQ(ErrorOf("DROP TABLE \"a\"\"b;"),
            "line 1, column 15: quoted name is not closed\n"
            "    DROP TABLE \"a\"\"b;\n                  ^");
  EXPECT_EQ(ErrorOf("DROP TABLE /* /* t;\n"),
            "line 1, column 12: comment is not closed\n"
            "    DROP TABLE /* /* t;\n               ^");
  ExpectErrors({{"DROP TABLE t; /* the end", "line 1, column 15: comment is not closed"},
                {"DROP TABLE t /*/", "line 1, column 14: comment is not closed"},
                {"BEGIN; /*", "line 1, column 8: comment is not closed"},
                {"'", "line 1, column 1: string is not closed"}});
}

TEST(SyntaxErrorTest, TheTextIsUtf8WithoutNul) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(ErrorOf("DROP TABLE \"Ä\xC3(\""),
            "line 1, column 14: the text is not UTF-8\n    DROP TABLE \"Ä\n                 ^");
  EXPECT_EQ(ErrorOf("DROP\0TABLE"sv),
            "line 1, column 5: the text holds a NUL byte\n    DROP\n        ^");
  const std::string_view kBad[] = {
      "\x80",              // A continuation of nothing.
      "\xC0\x80",          // Overlong, as are the next ones.
      "\xC1\xBF",          //
      "\xE0\x9F\xBF",      //
      "\xF0\x8F\xBF\xBF",  //
      "\xED\xA0\x80",      // A surrogate.
      "\xF4\x90\x80\x80",  // Above U+10FFFF.
      "\xF5\x80\x80\x80",  //
      "\xFF",              //
      "\xE2\x82",          // Cut.
  };
  for (const std::string_view bad : kBad) {
    for (const std::string_view before : {"", "-- ", "DROP TABLE \"", "/* ", "BEGIN; ; "}) {
      const std::string error = ErrorOf(std::string(before).append(bad));
      EXPECT_THAT(error, HasSubstr("the text is not UTF-8"));
      EXPECT_THAT(error, HasSubstr("column " + std::to_string(before.size() + 1)));
      EXPECT_EQ(error.find(bad), std::string::npos);
    }
  }
  for (const std::string_view good : {"\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                      "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(Parse(std::string("DROP TABLE \"").append(good) + "\"").ok());
  }
}

TEST(SyntaxErrorTest, NothingOfTheTextIsGivenAfterAnError) {
  EXPECT_FALSE(Parse("CREATE SCHEMA a; CREATE SCHEMA b; CREATE").ok());
}

}  // namespace
}  // namespace annals::ddl
