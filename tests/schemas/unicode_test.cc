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

TEST(UnicodeTest, WhatCannotBeSeenOrToldFromASpaceIsUnseen) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr Range kRanges[] = {
      {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F},
      {0x061C, 0x061C},   {0x115F, 0x1160},   {0x1680, 0x1680}, {0x17B4, 0x17B5},
      {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F}, {0x205F, 0x206F},
      {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164}, {0xFE00, 0xFE0F},
      {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
      {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
  };
  size_t unseen = 0;
  for (const auto [first, last] : kRanges) {
    for (char32_t c = first; c <= last; ++c) EXPECT_TRUE(IsUnseen(c)) << static_cast<uint32_t>(c);
    unseen += last - first + 1;
  }
  size_t found = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) found += IsUnseen(c) ? 1 : 0;
  EXPECT_EQ(found, unseen);
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
