#include "annals/commands/names.h"

#include "annals/commands/utf8.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using std::string_literals::operator""s;

TEST(NamesTest, EmptyAndWhiteSpaceNamesAreBlank) {
  for (const std::string& name : {""s, " "s, "\t \n"s, "\u00A0\u2003"s}) {
    EXPECT_THAT(CheckName(name, "table name"),
                FailsWith(Reason::BLANK_IDENTIFIER, {"table name is blank"}));
  }
}

TEST(NamesTest, NamesAreAtMost128Bytes) {
  EXPECT_THAT(CheckName("a", "name"), IsOk());
  EXPECT_THAT(CheckName(std::string(128, 'a'), "name"), IsOk());
  EXPECT_THAT(CheckName(std::string(129, 'a'), "name"),
              FailsWith(Reason::INVALID_NAME, {"129 bytes", "at most 128"}));
}

TEST(NamesTest, MessagesShowWhatCanBeANameWholeAndCutWhatCannot) {
  EXPECT_EQ(Quoted("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(Quoted(std::string(128, 'a')).size(), 130u);
  EXPECT_EQ(Quoted(std::string(129, 'a')), "\"" + std::string(80, 'a') + "...\"");
  std::string umlauts = "a";
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  EXPECT_EQ(Shown(umlauts), umlauts.substr(0, 79) + "...");
}

TEST(NamesTest, NamesAreUtf8) {
  EXPECT_THAT(CheckName("Größe 漢字 🙂", "name"), IsOk());
  // A lone byte, one cut off, one written too long, a surrogate, one above the last.
  for (const std::string& name :
       {"a\x80"s, "a\xE6\xBC"s, "\xC0\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "\xFF"s}) {
    EXPECT_THAT(CheckName(name, "name"), FailsWith(Reason::INVALID_NAME, {"UTF-8"}));
  }
}

TEST(NamesTest, NamesHaveNoControlCharacters) {
  for (const std::string& name : {"a\0b"s, "a\nb"s, "a\x7F"s, "a\u0085"s}) {
    EXPECT_THAT(CheckName(name, "name"), FailsWith(Reason::INVALID_NAME, {"control"}));
  }
}

TEST(NamesTest, QuotedNamesAreWrittenAsInSql) {
  EXPECT_EQ(Quoted("a\"b"), R"("a""b")");
  EXPECT_EQ(Qualified("S", "T"), R"("S"."T")");
  EXPECT_EQ(QuotedList({"A", "B"}), R"("A", "B")");
  EXPECT_EQ(QuotedList({"A", "B", "C", "D", "E", "F", "G"}),
            R"("A", "B", "C", "D", "E" and 2 more)");
}

TEST(NamesTest, SystemSchemasAreForbidden) {
  for (const char* schema : {"SYSTEM", "DEFINITION_SCHEMA", "INFORMATION_SCHEMA"}) {
    EXPECT_THAT(CheckTableName(schema, "T"), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
    EXPECT_THAT(CheckIndexName(schema, "I"), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
  }
  EXPECT_THAT(CheckTableName("system", "T"), IsOk());
}

TEST(NamesTest, KeyIndexNamesAreCutAtACharacterToFit) {
  EXPECT_EQ(KeyIndexName("T", 0), "T_PK");
  EXPECT_EQ(KeyIndexName("T", 12), "T_PK_12");
  EXPECT_EQ(KeyIndexName(std::string(128, 'a'), 0), std::string(125, 'a') + "_PK");
  EXPECT_EQ(KeyIndexName(std::string(128, 'a'), 10), std::string(122, 'a') + "_PK_10");
  // The 125th byte is the second of three.
  EXPECT_EQ(KeyIndexName(std::string(123, 'a') + "漢a", 0), std::string(123, 'a') + "_PK");
}

TEST(Utf8Test, CharactersAreCounted) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("aß漢🙂"), 4u);
  EXPECT_EQ(CountCharacters("a\xFF"), std::nullopt);
}

TEST(Utf8Test, CutTextIsWholeCharacters) {
  EXPECT_EQ(CutAtCharacter("aß", 3), "aß");
  EXPECT_EQ(CutAtCharacter("aß", 2), "a");
  EXPECT_EQ(CutAtCharacter("🙂", 3), "");
}

}  // namespace
}  // namespace annals
