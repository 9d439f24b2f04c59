// Rows of views as text: every type, NULL, and text that is hard to write down.

#include "annals/cli/rows_text.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::cli {
namespace {

const ViewInfo kEveryType{"EVERY_TYPE",
                          "each type",
                          {{"TRUTH", TypeId::kBoolean},
                           {"WHOLE", TypeId::kInt64},
                           {"NUMBER", TypeId::kDouble},
                           {"TEXT", TypeId::kString},
                           {"MOMENT", TypeId::kTimestamp}}};
const ViewInfo kTexts{"TEXTS", "each text", {{"A", TypeId::kString}, {"B", TypeId::kString}}};

ViewRows EveryType() {
  return {&kEveryType,
          {{true, std::numeric_limits<int64_t>::max(), 0.1, std::string("text"),
            HybridTimestamp(1'000, 7)},
           {false, std::numeric_limits<int64_t>::min(), -2.5, std::string(), HybridTimestamp(0, 1)},
           {{}, {}, {}, {}, {}}}};
}

ViewRows Texts(std::vector<std::string> first) {
  ViewRows answer{&kTexts, {}};
  for (std::string& text : first) answer.rows.push_back({std::move(text), std::string("x")});
  return answer;
}

TEST(RowsCsvTest, HasAHeaderAndTellsNullFromAnEmptyText) {
  EXPECT_EQ(RowsCsv(EveryType()),
            "TRUTH,WHOLE,NUMBER,TEXT,MOMENT\n"
            "true,9223372036854775807,0.1,text,1970-01-01T00:00:01.000Z\n"
            "false,-9223372036854775808,-2.5,\"\",1970-01-01T00:00:00.000Z\n"
            ",,,,\n");
}

TEST(RowsCsvTest, QuotesWhatWouldBeReadAsSomethingElse) {
  EXPECT_EQ(RowsCsv(Texts({"a,b", "say \"hi\"", "two\nlines", "cr\r", "\"", " blank ", "it's"})),
            "A,B\n"
            "\"a,b\",x\n"
            "\"say \"\"hi\"\"\",x\n"
            "\"two\nlines\",x\n"
            "cr\\r,x\n"
            "\"\"\"\",x\n"
            " blank ,x\n"
            "it's,x\n");
}

TEST(RowsCsvTest, OfNoRowsIsTheHeader) { EXPECT_EQ(RowsCsv({&kTexts, {}}), "A,B\n"); }

TEST(RowsJsonTest, KeysAreInLowerCaseAndWholeNumbersExact) {
  const std::string text = RowsJson(EveryType());
  const auto list = nlohmann::ordered_json::parse(text);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].dump(),
            R"({"truth":true,"whole":9223372036854775807,"number":0.1,"text":"text",)"
            R"("moment":"1970-01-01T00:00:01.000Z"})");
  EXPECT_EQ(list[1]["whole"].get<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(list[1]["text"], "");
  for (const auto& [key, value] : list[2].items()) EXPECT_TRUE(value.is_null()) << key;
  EXPECT_EQ(RowsJson({&kTexts, {}}), "[]\n");
}

TEST(RowsJsonTest, IsValidWhateverTheTextIs) {
  const auto list =
      nlohmann::json::parse(RowsJson(Texts({"a\xff"
                                            "b",
                                            "\x1b\n\""})));
  EXPECT_EQ(list[0]["a"], "a\uFFFDb");
  EXPECT_EQ(list[1]["a"], "\x1b\n\"");
}

TEST(RowsTableTest, KeepsARowOnOneLine) {
  EXPECT_EQ(RowsTable(Texts({"two\nlines", "\x1b[31m"})),
            "A           B\n"
            "two\\nlines  x\n"
            "\\x1b[31m    x\n");
  EXPECT_EQ(RowsTable({&kTexts, {{{}, std::string("x")}}}), "A  B\n-  x\n");
}

TEST(RowsTableTest, ShortensLongTextsOnly) {
  const std::string wide(100, 'w');
  EXPECT_THAT(RowsTable(Texts({wide})), ::testing::HasSubstr(wide + "  x\n"));
  const std::string shortened = RowsTable(Texts({wide + "w"}));
  EXPECT_THAT(shortened, ::testing::HasSubstr("..."));
  EXPECT_THAT(shortened, ::testing::Not(::testing::HasSubstr(wide)));
}

}  // namespace
}  // namespace annals::cli
