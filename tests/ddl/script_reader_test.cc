#include "annals/ddl/script_reader.h"

#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Delivers `script` in chunks of `size` bytes.
ScriptReader::Source InChunks(std::string_view script, size_t size) {
  return [=]() mutable -> absl::StatusOr<std::string> {
    const std::string chunk(script.substr(0, size));
    script.remove_prefix(chunk.size());
    return chunk;
  };
}

std::string Told(const Statement& statement) {
  std::string told =
      absl::StrCat(statement.position.line, ":", statement.position.column, " ", statement.text);
  if (const auto* write = std::get_if<Write>(&statement.what)) {
    absl::StrAppend(&told, " #", write->commands.size());
    for (const Position& position : write->positions) {
      absl::StrAppend(&told, " ", position.line, ":", position.column);
    }
    if (!write->message.empty()) absl::StrAppend(&told, " '", write->message, "'");
  }
  return told;
}

// Every statement of the script, and the error's message if there is one.
std::vector<std::string> ToldIn(ScriptReader::Source source) {
  ScriptReader reader(std::move(source));
  std::vector<std::string> told;
  for (;;) {
    const auto statement = reader.Next();
    if (!statement.ok()) told.emplace_back(statement.status().message());
    if (!statement.ok() || !statement->has_value()) return told;
    told.push_back(Told(**statement));
  }
}

std::vector<std::string> ToldIn(std::string_view script) {
  return ToldIn(InChunks(script, script.size() + 1));
}

Reason ReasonIn(std::string_view script) {
  const auto statements = Parse(script);
  return ReasonOf(statements.status()).value_or(Reason::INTERNAL);
}

TEST(ScriptReaderTest, GivesStatementsWithTextAndPlace) {
  EXPECT_THAT(ToldIn("CREATE SCHEMA a; CREATE SCHEMA /* ; */ b\n  ;;\n\n  SHOW TABLES -- all\n;"
                     "DROP TABLE \"x;y\" -- that is it\n"),
              ElementsAre("1:1 CREATE SCHEMA a #1 1:1", "1:18 CREATE SCHEMA /* ; */ b #1 1:18",
                          "4:3 SHOW TABLES", "5:2 DROP TABLE \"x;y\" #1 5:2"));
}

TEST(ScriptReaderTest, ATextOfNothingHasNoStatements) {
  for (const std::string_view nothing :
       {"", ";", " \n\t; ;", "-- nothing", "/* nothing */;", "--"}) {
    EXPECT_THAT(ToldIn(nothing), IsEmpty()) << nothing;
  }
}

TEST(ScriptReaderTest, AByteOrderMarkIsNoText) {
  EXPECT_THAT(ToldIn("\xEF\xBB\xBFSHOW TABLES"), ElementsAre("1:1 SHOW TABLES"));
}

TEST(ScriptReaderTest, ABlockIsOneStatement) {
  EXPECT_THAT(
      ToldIn("BEGIN;\n  CREATE SCHEMA a; -- one\n  DROP SCHEMA b;\nCOMMIT MESSAGE 'why' ; BEGIN;"
             "COMMIT"),
      ElementsAre("1:1 BEGIN;\n  CREATE SCHEMA a; -- one\n  DROP SCHEMA b;\nCOMMIT MESSAGE 'why' "
                  "#2 2:3 3:3 'why'",
                  "4:24 BEGIN;COMMIT #0"));
}

TEST(ScriptReaderTest, ABlockIsClosedOnceAndHoldsOnlyWrites) {
  EXPECT_THAT(ToldIn("\n  BEGIN; DROP TABLE t;\n"),
              ElementsAre("line 2, column 3: BEGIN has no COMMIT\n    BEGIN\n    ^"));
  EXPECT_THAT(ToldIn("COMMIT;"),
              ElementsAre("line 1, column 1: COMMIT without BEGIN\n    COMMIT\n    ^"));
  for (const std::string inside :
       {"BEGIN", "SHOW TABLES", "DESCRIBE t", "SHOW CREATE TABLE t", "EXPLAIN DROP TABLE t"}) {
    EXPECT_THAT(ToldIn("BEGIN;\nDROP TABLE t; " + inside + "; COMMIT;"),
                ElementsAre(StartsWith("line 2, column 15: only writing statements may stand "
                                       "between BEGIN (line 1, column 1) and COMMIT")));
  }
}

TEST(ScriptReaderTest, WhereTheBytesAreCutDoesNotMatter) {
  const std::string_view kScripts[] = {
      "CREATE SCHEMA a; /* x **/ -- y\r\nBEGIN; DROP TABLE \"Ä--表\"; COMMIT MESSAGE 'it''s';\n"
      "SHOW TABLES LIKE '/*' ; ALTER INDEX i REMOVE",
      "DROP TABLE a; DROP TABLE \"\xC3\xC3\"",
      "DROP TABLE a; /* -- *",
      "BEGIN; DROP TABLE 'ü",
      "\xEF\xBB\xBF-- ü\n\nDROP TABEL",
      "\xEF\xBB",
  };
  for (const std::string_view script : kScripts) {
    const std::vector<std::string> whole = ToldIn(script);
    for (size_t size = 1; size <= script.size(); ++size) {
      EXPECT_EQ(ToldIn(InChunks(script, size)), whole) << size;
    }
  }
}

TEST(ScriptReaderTest, AStatementIsGivenAsSoonAsItsSemicolonIsRead) {
  std::vector<std::string> lines = {"SHOW TABLES;", "BEGIN; DROP", " TABLE t; COMMIT;", ""};
  size_t read = 0;
  ScriptReader reader([&]() -> absl::StatusOr<std::string> { return lines.at(read++); });
  EXPECT_TRUE(reader.Next().value().has_value());
  EXPECT_EQ(read, 1u);
  EXPECT_TRUE(reader.Next().value().has_value());
  EXPECT_EQ(read, 3u);
  EXPECT_FALSE(reader.Next().value().has_value());
  EXPECT_FALSE(reader.Next().value().has_value());
  EXPECT_EQ(read, 4u);
}

TEST(ScriptReaderTest, AStreamIsReadToItsEnd) {
  std::string script;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&script, "CREATE SCHEMA s", i, ";\n");
  std::istringstream stream(script);
  ScriptReader reader(stream);
  for (uint64_t i = 0; i < 20'000; ++i) {
    const auto statement = reader.Next();
    ASSERT_TRUE(statement.ok() && statement->has_value());
    ASSERT_EQ((*statement)->text, absl::StrCat("CREATE SCHEMA s", i));
    ASSERT_EQ((*statement)->position.line, i + 1);
  }
  EXPECT_FALSE(reader.Next().value().has_value());
}

TEST(ScriptReaderTest, AnErrorOfTheSourceIsTheReadersAndStays) {
  int calls = 0;
  ScriptReader reader([&]() -> absl::StatusOr<std::string> {
    if (++calls == 1) return "SHOW TABLES; SHOW '";
    return MakeError(Reason::IO_ERROR, "the disk is gone");
  });
  EXPECT_TRUE(reader.Next().ok());
  EXPECT_EQ(ReasonOf(reader.Next().status()), Reason::IO_ERROR);
  EXPECT_EQ(ReasonOf(reader.Next().status()), Reason::IO_ERROR);
  EXPECT_EQ(calls, 2);
}

TEST(ScriptReaderTest, AnErrorStays) {
  ScriptReader reader(InChunks("SHOW TABLES; SHOW; SHOW TABLES;", 5));
  EXPECT_TRUE(reader.Next().ok());
  const absl::Status error = reader.Next().status();
  EXPECT_EQ(ReasonOf(error), Reason::SYNTAX_ERROR);
  EXPECT_EQ(reader.Next().status(), error);
}

// A statement of `bytes` bytes.
std::string StatementOf(size_t bytes) {
  const std::string begin = "SHOW TABLES LIKE '";
  return begin + std::string(bytes - begin.size() - 1, 'x') + "'";
}

TEST(ScriptReaderTest, AWrongStatementCanBeSkipped) {
  ScriptReader reader(InChunks("CREATE TABEL t (';'); SHOW TABLES; DROP 'x", 7));
  EXPECT_FALSE(reader.Next().ok());
  ASSERT_TRUE(reader.SkipWrong());
  EXPECT_EQ(Told(**reader.Next()), "1:23 SHOW TABLES");
  EXPECT_FALSE(reader.Next().ok());
  EXPECT_FALSE(reader.SkipWrong());
}

// What follows an error in a block was meant to be done with it, or not at all.
TEST(ScriptReaderTest, AWrongBlockIsSkippedAsAWhole) {
  for (const std::string_view wrong : {"CREATE TABEL t", "SHOW TABLES"}) {
    const std::string text =
        absl::StrCat("BEGIN; ", ToAbsl(wrong), "; DROP SCHEMA a; COMMIT; CREATE SCHEMA b");
    ScriptReader reader(InChunks(text, 5));
    EXPECT_FALSE(reader.Next().ok());
    ASSERT_TRUE(reader.SkipWrong());
    EXPECT_THAT(Told(**reader.Next()), HasSubstr(" CREATE SCHEMA b #1"));
    EXPECT_FALSE(reader.Next()->has_value());
  }
}

TEST(ScriptReaderTest, ABlockThatIsCutOffAndAWrongBeginCannotBeSkipped) {
  const auto ends_with = [](std::string_view script, std::string_view error) {
    ScriptReader reader(InChunks(script, 5));
    const absl::Status status = reader.Next().status();
    EXPECT_TRUE(ToStd(status.message()).starts_with(error)) << status;
    EXPECT_FALSE(reader.SkipWrong()) << script;
    EXPECT_FALSE(reader.Next().ok()) << script;
  };
  ends_with("BEGIN; begin; DROP TABLE a; COMMIT; DROP TABLE b; COMMIT;",
            "line 1, column 8: only writing statements");
  ends_with("BEGIN; BEGIN WORK; DROP TABLE a; COMMIT;", "line 1, column 8: only writing");
  ends_with("BEGIN; DROP TABLE a; COMIT; DROP TABLE b;", "line 1, column 22: found `COMIT`");
  ends_with("BEGIN; DROP TABLE a; COMIT; BEGIN; DROP TABLE b; COMMIT;",
            "line 1, column 22: found `COMIT`");
  ends_with("BEGIN; DROP TABLE a;", "line 1, column 1: BEGIN has no COMMIT");
  ends_with("begin work; DROP TABLE a; COMMIT;", "line 1, column 7: found `work`");
  ends_with("BEGIN DROP TABLE a; DROP TABLE b; COMMIT;", "line 1, column 7: found `DROP`");
}

TEST(ScriptReaderTest, ASourceKnowsWhetherAStatementHasBegun) {
  const auto idle_after = [](std::string_view text) {
    bool idle = false;
    bool delivered = false;
    const ScriptReader* asked = nullptr;
    ScriptReader reader([&]() -> absl::StatusOr<std::string> {
      idle = asked->idle();
      return std::string(std::exchange(delivered, true) ? "" : text);
    });
    asked = &reader;
    for (;;) {
      const auto statement = reader.Next();
      if (!statement.ok() || !statement->has_value()) break;
    }
    return idle;
  };
  for (const std::string_view rest :
       {"", " \n", ";", "SHOW TABLES;", "SHOW TABLES; \n", "-- a\n", "/* a */"}) {
    EXPECT_TRUE(idle_after(rest)) << rest;
  }
  for (const std::string_view begun :
       {"S", "SHOW TABLES; S", "'", "/* ", "-- a", "BEGIN;", "BEGIN; DROP TABLE t; "}) {
    EXPECT_FALSE(idle_after(begun)) << begun;
  }
}

TEST(ScriptReaderTest, APartOfATextSaysPlacesInTheWhole) {
  ScriptReader reader(InChunks("\n SHOW TABLES; DROP", 100), {.line = 41, .column = 1});
  EXPECT_EQ(Told(**reader.Next()), "42:2 SHOW TABLES");
  EXPECT_THAT(reader.Next().status().message(), HasSubstr("line 42, column 19: "));
}

TEST(ScriptReaderTest, AStatementMayBeOneMebibyte) {
  constexpr size_t kMost = ScriptReader::kMaxStatementBytes;
  const std::string comment = "/*" + std::string(2 * kMost, '*') + "*/\n";
  EXPECT_EQ(ToldIn(comment + StatementOf(kMost) + ";" + StatementOf(kMost)).size(), 2u);
  EXPECT_EQ(ReasonIn(StatementOf(kMost + 1)), Reason::STATEMENT_TOO_LARGE);
  EXPECT_EQ(ReasonIn(StatementOf(kMost + 1) + ";"), Reason::STATEMENT_TOO_LARGE);
  EXPECT_THAT(ToldIn("SHOW TABLES;\n SHOW ZONES" + std::string(2 * kMost, ' ')),
              ElementsAre("1:1 SHOW TABLES", StartsWith("line 2, column 2: statement is larger "
                                                        "than 1048576 bytes\n    SHOW ZONES")));
}

TEST(ScriptReaderTest, ABlockMayBeOneMebibyte) {
  const std::string begin = "BEGIN; DROP TABLE t;";
  const auto block = [&](size_t bytes) {
    return begin + std::string(bytes - begin.size() - 6, ' ') + "COMMIT;";
  };
  EXPECT_EQ(ToldIn(block(ScriptReader::kMaxStatementBytes) + "SHOW TABLES").size(), 2u);
  EXPECT_THAT(
      ToldIn(block(ScriptReader::kMaxStatementBytes + 1)),
      ElementsAre(StartsWith("line 1, column 1: BEGIN block is larger than 1048576 bytes")));
  EXPECT_EQ(ReasonIn(block(ScriptReader::kMaxStatementBytes + 1)), Reason::STATEMENT_TOO_LARGE);
}

TEST(ScriptReaderTest, ParenthesesMayNestSixtyFourDeep) {
  EXPECT_EQ(ReasonIn("SHOW " + std::string(64, '(')), Reason::SYNTAX_ERROR);
  EXPECT_EQ(ReasonIn("SHOW " + std::string(65, '(')), Reason::STATEMENT_TOO_DEEP);
  EXPECT_THAT(ToldIn("SHOW\n" + std::string(100'000, '(')),
              ElementsAre(StartsWith("line 2, column 65: parentheses nest deeper than 64\n")));
  EXPECT_EQ(ToldIn("DROP TABLE \"" + std::string(100, '(') + "\"").size(), 1u);
}

TEST(ScriptReaderTest, ParseGivesAllStatements) {
  const auto statements = Parse(
      "SHOW TABLES; DESCRIBE t; SHOW CREATE SCHEMA s; EXPLAIN DROP TABLE t;"
      "DROP TABLE t");
  ASSERT_TRUE(statements.ok());
  ASSERT_EQ(statements->size(), 5u);
  EXPECT_TRUE(std::holds_alternative<Show>((*statements)[0].what));
  EXPECT_TRUE(std::holds_alternative<Describe>((*statements)[1].what));
  EXPECT_TRUE(std::holds_alternative<ShowCreate>((*statements)[2].what));
  EXPECT_EQ(std::get<Explain>((*statements)[3].what).write.commands.size(), 1u);
  EXPECT_EQ(std::get<Write>((*statements)[4].what).commands.size(), 1u);
}

}  // namespace
}  // namespace annals::ddl
