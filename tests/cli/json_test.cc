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
  EXPECT_THAT(ParseJson("1e999"), FailsWith(Reason::INVALID_REQUEST));
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
