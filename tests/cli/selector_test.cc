#include "annals/cli/selector.h"

#include "annals/cli/listing.h"
#include "annals/tests/support/status_matchers.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

TEST(SelectorTest, ReadsNumbersAndWords) {
  EXPECT_EQ(std::get<CatalogVersion>(*ParseSelector("42")), CatalogVersion{42});
  EXPECT_EQ(std::get<Latest>(*ParseSelector("latest")).back, 0u);
  EXPECT_EQ(std::get<Latest>(*ParseSelector("latest~3")).back, 3u);
  EXPECT_TRUE(std::holds_alternative<Earliest>(*ParseSelector("earliest")));
}

TEST(SelectorTest, RefusesEverythingElse) {
  for (const char* text : {"", " 1", "+1", "-1", "1x", "latest~", "latest~-1", "latest3", "LATEST",
                           "@", "@noon", "18446744073709551616"}) {
    EXPECT_THAT(ParseSelector(text), FailsWith(Reason::INVALID_REQUEST)) << text;
  }
}

TEST(SelectorTest, ReadsMomentsInShortForms) {
  constexpr uint64_t kMs = 1793527200000;  // 2026-11-01T10:00:00Z
  const HybridTimestamp moment(kMs, UINT16_MAX);
  for (const char* text : {"2026-11-01T10:00Z", "2026-11-01T10:00:00Z", "2026-11-01 10:00",
                           "2026-11-01T12:00+02:00", "2026-11-01T10:00:00.000Z"}) {
    EXPECT_EQ(ParseMoment(text), moment) << text;
  }
  EXPECT_EQ(ParseMoment("2026-11-01"), HybridTimestamp(kMs - 10 * 3600 * 1000, UINT16_MAX));
  EXPECT_EQ(ParseMoment("1900-01-01"), HybridTimestamp(0, UINT16_MAX));
  EXPECT_FALSE(ParseMoment("2026-13-01").has_value());
}

TEST(SelectorTest, ARangeMayLeaveItsEndsOut) {
  const auto range = ParseRange("..latest~1");
  ASSERT_THAT(range, IsOk());
  EXPECT_TRUE(std::holds_alternative<Earliest>(range->first));
  EXPECT_EQ(std::get<Latest>(range->second).back, 1u);
  EXPECT_THAT(ParseRange("3"), FailsWith(Reason::INVALID_REQUEST));
  EXPECT_THAT(ParseRange("1...2"), FailsWith(Reason::INVALID_REQUEST));
}

TEST(LikeTest, KnowsPercentAndUnderscore) {
  EXPECT_TRUE(IsLike("ORDERS", "ORDERS"));
  EXPECT_TRUE(IsLike("ORDERS", "OR%"));
  EXPECT_TRUE(IsLike("ORDERS", "%D%S"));
  EXPECT_TRUE(IsLike("ORDERS", "_R____"));
  EXPECT_TRUE(IsLike("", "%"));
  EXPECT_TRUE(IsLike("caf\u00e9", "caf_"));
  EXPECT_TRUE(IsLike("aab", "%ab"));
  EXPECT_FALSE(IsLike("ORDERS", "orders"));
  EXPECT_FALSE(IsLike("ORDERS", "ORDER"));
  EXPECT_FALSE(IsLike("ORDERS", "_"));
  EXPECT_FALSE(IsLike(std::string(5000, 'a'), "%a%a%a%a%a%b"));
}

}  // namespace
}  // namespace annals::cli
