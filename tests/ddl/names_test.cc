#include "annals/ddl/names.h"

#include "annals/tests/ddl/dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

TEST(NamesTest, ANameIsQuotedIfItWouldNotReadBack) {
  EXPECT_EQ(QuoteName("ORDERS_2$"), "ORDERS_2$");
  EXPECT_EQ(QuoteName("_A"), "_A");
  EXPECT_EQ(QuoteName("INDEX"), "INDEX");
  EXPECT_EQ(QuoteName("TABLE"), "\"TABLE\"");
  EXPECT_EQ(QuoteName("orders"), "\"orders\"");
  EXPECT_EQ(QuoteName("2A"), "\"2A\"");
  EXPECT_EQ(QuoteName("$A"), "\"$A\"");
  EXPECT_EQ(QuoteName("A B"), "\"A B\"");
  EXPECT_EQ(QuoteName("A\"B"), "\"A\"\"B\"");
  EXPECT_EQ(QuoteName("Ä"), "\"Ä\"");
  EXPECT_EQ(QuoteName(""), "\"\"");
}

TEST(NamesTest, AStringDoublesItsQuotes) {
  EXPECT_EQ(QuoteString(""), "''");
  EXPECT_EQ(QuoteString("it's \"x\""), "'it''s \"x\"'");
}

TEST(NamesTest, WhatCannotBeSeenIsEscapedAndReadsBack) {
  EXPECT_EQ(QuoteName("A\u202e\\"), "U&\"A\\202E\\\\\"");
  EXPECT_EQ(Dump("DROP TABLE u&\"A\\202e\"\"\""), "DropTable PUBLIC.A\u202e\"");
  EXPECT_EQ(QuoteString("two\nlines\x1b"), "U&'two\\000Alines\\001B'");
}

TEST(NamesTest, EscapesThatMeanNothingAreNoNames) {
  for (const std::string_view wrong : {"U&\"\\12\"", "U&\"\\d800\"", "U& \"a\""}) {
    EXPECT_THAT(Dump("DROP TABLE " + std::string(wrong)), ::testing::HasSubstr("found `&`"))
        << wrong;
  }
}

TEST(NamesTest, AnyNameReadsBackWhereverANameMayStand) {
  for (const std::string_view name : ReservedWords()) {
    const std::string quoted = QuoteName(name);
    EXPECT_EQ(Dump("DROP TABLE " + quoted), "DropTable PUBLIC." + std::string(name));
    EXPECT_TRUE(IsReservedWord(name));
  }
  EXPECT_TRUE(IsReservedWord("tAbLe"));
  EXPECT_FALSE(IsReservedWord("TABL"));
  EXPECT_FALSE(IsReservedWord(""));
}

}  // namespace
}  // namespace annals::ddl
