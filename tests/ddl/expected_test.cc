#include "annals/ddl/expected.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals::ddl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

std::vector<std::string_view> KeywordsAfter(std::string_view text) { return Expect(text).keywords; }

TEST(ExpectedTest, AStatementBeginsWithAnyOfItsFirstWords) {
  for (const std::string_view text : {"", "  \n", "SHOW TABLES;", "-- all\n", "cr"}) {
    EXPECT_THAT(KeywordsAfter(text),
                UnorderedElementsAre("CREATE", "ALTER", "DROP", "REFRESH SECRET", "VALIDATE",
                                     "ROLLBACK TO VERSION", "SHOW", "DESCRIBE", "EXPLAIN", "BEGIN",
                                     "COMMIT"))
        << text;
  }
  EXPECT_EQ(Expect("  cr").begun, "cr");
  EXPECT_EQ(Expect("cr ").begun, "");
}

TEST(ExpectedTest, WordsFollowWordsAsTheGrammarSays) {
  EXPECT_THAT(KeywordsAfter("drop "),
              UnorderedElementsAre("TABLE", "SCHEMA", "INDEX", "ZONE", "CATALOG", "CONNECTION",
                                   "SECRET", "SOURCE", "SINK"));
  EXPECT_THAT(KeywordsAfter("DROP TABLE "), ElementsAre("IF EXISTS"));
  EXPECT_THAT(KeywordsAfter("DROP TABLE IF "), Contains("EXISTS"));
  EXPECT_THAT(KeywordsAfter("CREATE TABLE t (a "), AllOf(Contains("BIGINT"), Contains("VARCHAR")));
  EXPECT_THAT(KeywordsAfter("CREATE TABLE t (a INT "), Contains("NOT NULL"));
  EXPECT_THAT(KeywordsAfter("CREATE TABLE t (a INT DEFAULT "), Contains("NULL"));
  EXPECT_THAT(KeywordsAfter("SHOW TABLES AS OF "), ElementsAre("VERSION", "TIMESTAMP"));
}

TEST(ExpectedTest, NamesMayStandWhereTheGrammarWantsThem) {
  EXPECT_TRUE(Expect("DROP TABLE ").name);
  EXPECT_TRUE(Expect("DROP TABLE ord").name);
  EXPECT_FALSE(Expect("DROP ").name);
  EXPECT_FALSE(Expect("DROP TABLE t ").name);
  EXPECT_EQ(Expect("DROP TABLE \"my t").begun, "\"my t");
  EXPECT_TRUE(Expect("DROP TABLE \"my t").name);
}

TEST(ExpectedTest, ASchemaIsWhatStandsBeforeTheDot) {
  EXPECT_THAT(Expect("DROP TABLE shop.").schema, Optional(std::string("SHOP")));
  EXPECT_THAT(Expect("DROP TABLE \"my shop\".ord").schema, Optional(std::string("my shop")));
  EXPECT_EQ(Expect("DROP TABLE shop").schema, std::nullopt);
}

TEST(ExpectedTest, NamesBeforeAreThoseOfTheSameStatement) {
  EXPECT_THAT(Expect("DROP TABLE a; CREATE INDEX i ON \"T\" (").names,
              AllOf(Contains("I"), Contains("T"), Not(Contains("A"))));
}

TEST(ExpectedTest, NothingFollowsWithinStringsAndCommentsOrAfterAMistake) {
  for (const std::string_view text :
       {"DROP -- ", "DROP /* ", "CREATE TABLE t (a INT DEFAULT 'dr", "DROP TABEL ", "nope nope "}) {
    EXPECT_THAT(KeywordsAfter(text), IsEmpty()) << text;
    EXPECT_FALSE(Expect(text).name) << text;
  }
}

TEST(ExpectedTest, EveryBeginningOfAScriptHasAnAnswer) {
  const std::string_view script =
      "CREATE TABLE \"a;b\" (c VARCHAR(9) DEFAULT 'x''y;' /* d */); U&\"\\0041\" X'0f' 1.5e3 \xff "
      "-- e";
  for (size_t size = 0; size <= script.size(); ++size) {
    const std::string_view text = script.substr(0, size);
    EXPECT_TRUE(text.ends_with(Expect(text).begun)) << text;
  }
}

}  // namespace
}  // namespace annals::ddl
