#include "annals/cli/json.h"

#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

TEST(JsonTest, KeepsTheOrderOfFields) {
  const auto value = ParseJson(R"( {"b": [1, {"z": null}], "a": "x"} )");
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(JsonText(*value), R"({"b":[1,{"z":null}],"a":"x"})");
}

TEST(JsonTest, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "nul", "1 2", "\"\xff\"", "{\"a\" 1}"}) {
    EXPECT_THAT(ParseJson(text), FailsWith(Reason::INVALID_REQUEST)) << text;
  }
}

TEST(JsonTest, RefusesNumbersBeyond64Bits) {
  EXPECT_THAT(ParseJson("18446744073709551615"), IsOk());
  EXPECT_THAT(ParseJson("18446744073709551616"), FailsWith(Reason::INVALID_REQUEST, {"64 bits"}));
  EXPECT_THAT(ParseJson("-9223372036854775809"), FailsWith(Reason::INVALID_REQUEST, {"64 bits"}));
}

// Messages are for hosts: they do not tell of the library that reads, and are short.
TEST(JsonTest, SaysWhatIsWrongInItsOwnWordsAndShort) {
  EXPECT_EQ(ParseJson("1e999").status().message(), "the number 1e999 is too large");
  const std::string much(5000, '9');
  for (const std::string& text :
       {"1" + much + "e999", much, "\"" + much, "[" + much + "x]", "\"" + much + "\\q\"",
        "{\"" + much + "\": 1, \"" + much + "\": 1}"}) {
    const auto value = ParseJson(text);
    EXPECT_THAT(value, FailsWith(Reason::INVALID_REQUEST));
    EXPECT_THAT(value.status().message(), ::testing::Not(::testing::HasSubstr("json.exception")));
    EXPECT_LT(value.status().message().size(), 300u);
  }
}

TEST(JsonTest, RefusesAFieldThatIsThereTwice) {
  EXPECT_THAT(ParseJson(R"({"a": 1, "a": 2})"), FailsWith(Reason::INVALID_REQUEST, {"twice"}));
  EXPECT_THAT(ParseJson(R"([{"a": 1}, {"a": 2}])"), IsOk());
}

TEST(JsonTest, LimitsItsDepth) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(ParseJson(nested(kMaxJsonDepth)), IsOk());
  EXPECT_THAT(ParseJson(nested(kMaxJsonDepth + 1)), FailsWith(Reason::INVALID_REQUEST));
}

TEST(JsonTest, WritesValidTextWhateverTheBytes) {
  EXPECT_EQ(JsonText("a\xff\"\n\x01"), "\"a\uFFFD\\\"\\n\\u0001\"");
}

}  // namespace
}  // namespace annals::cli
