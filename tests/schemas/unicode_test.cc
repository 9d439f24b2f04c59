#include "annals/schemas/unicode.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using ::testing::Optional;

TEST(UnicodeTest, CharactersGoInAndOut) {
  for (const char32_t c : {U'a', U'\u00e9', U'\u20ac', U'\U0001f600', U'\U0010ffff'}) {
    std::string text;
    AppendCharacter(c, text);
    std::string_view rest = text;
    EXPECT_THAT(TakeCharacter(rest), Optional(c));
    EXPECT_EQ(rest, "");
  }
}

TEST(UnicodeTest, TextThatIsSeenIsQuotedAsItIs) {
  EXPECT_EQ(QuotedText("it's \\ caf\u00e9 \u65e5\u672c", '\''),
            "'it''s \\ caf\u00e9 \u65e5\u672c'");
  EXPECT_EQ(QuotedText("a\"b", '"'), "\"a\"\"b\"");
}

TEST(UnicodeTest, WhatIsUnseenIsEscaped) {
  EXPECT_EQ(QuotedText("a\x1b[31m\n'\\", '\''), "U&'a\\001B[31m\\000A''\\\\'");
  EXPECT_EQ(QuotedText(std::string_view("\0", 1), '\''), "U&'\\0000'");
  EXPECT_EQ(QuotedText("\u202e\u0085\x7f\u200b\U000e0041", '"'),
            "U&\"\\202E\\0085\\007F\\200B\\+0E0041\"");
}

TEST(UnicodeTest, EscapesMeanWhatTheyStandFor) {
  EXPECT_THAT(UnescapedText("a\\\\b\\202e\\+01F600'"),
              Optional(std::string("a\\b\u202e\U0001f600'")));
  for (const char* const wrong :
       {"\\", "\\12", "\\12g4", "\\+12345", "\\d800", "\\+110000", "\\-001", "\\ 041", "\\x"}) {
    EXPECT_EQ(UnescapedText(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace annals
