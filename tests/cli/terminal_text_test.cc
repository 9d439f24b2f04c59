#include "annals/cli/terminal_text.h"

#include "annals/cli/text_table.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

TEST(TerminalTextTest, PlainTextStaysAsItIs) {
  EXPECT_EQ(Visible("ORDERS, \"x\" \\ caf\u00e9 \u65e5\u672c"),
            "ORDERS, \"x\" \\ caf\u00e9 \u65e5\u672c");
}

TEST(TerminalTextTest, ControlCharactersAreMadeVisible) {
  EXPECT_EQ(Visible("a\nb\tc\r\x1b[31m\x7f"), "a\\nb\\tc\\r\\x1b[31m\\x7f");
  EXPECT_EQ(Visible(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(Visible("\u0085\u202e\u2066\u2028"), "\\u0085\\u202e\\u2066\\u2028");
}

TEST(TerminalTextTest, WhatHasNoWidthIsMadeVisible) {
  EXPECT_EQ(Visible("a\u200bb\u200dc\ufeff"), "a\\u200bb\\u200dc\\ufeff");
  EXPECT_EQ(Visible("\U000e0041"), "\\ue0041");
}

TEST(TerminalTextTest, BytesThatAreNoUtf8AreMadeVisible) {
  EXPECT_EQ(Visible("a\xff\xc3"), "a\\xff\\xc3");
}

TEST(TerminalTextTest, LinesAreKeptWhereTheyMayBe) {
  EXPECT_EQ(VisibleLines("a\n\tb\x1b"), "a\n    b\\x1b");
}

TEST(TerminalTextTest, ShortenedTextIsOneLine) {
  EXPECT_EQ(Shortened("  two\n   lines ", 20), "two lines");
  EXPECT_EQ(Shortened("0123456789", 10), "0123456789");
  EXPECT_EQ(Shortened("0123456789x", 10), "0123456...");
  EXPECT_EQ(Shortened("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", 5), "\u00e9\u00e9...");
  EXPECT_EQ(Shortened(std::string(1 << 20, 'x'), 6), "xxx...");
}

TEST(TextTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  TextTable table({"A", "LONG", "C"});
  table.AddRow({"caf\u00e9", "x", ""});
  table.AddRow({"b", "y\n", "z"});
  EXPECT_EQ(table.TakeText(),
            "A     LONG  C\n"
            "caf\u00e9  x\n"
            "b     y\\n   z\n");
  table.AddRow({"1", "2", "3"});
  EXPECT_EQ(table.TakeText(), "1     2     3\n");
}

}  // namespace
}  // namespace annals::cli
