#include "annals/cli/shell/completer.h"

#include "annals/ddl/parse.h"
#include "annals/engine/catalog_manager.h"
#include "gmock/gmock.h"

namespace annals::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CompleterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    manager_ = *CatalogManager::Open({.log = "memory"});
    const auto statements = ddl::Parse(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, total INT);"
        "CREATE TABLE customers (id INT PRIMARY KEY, \"e-mail\" VARCHAR);"
        "CREATE TABLE \"Odd one\" (id INT PRIMARY KEY);"
        "CREATE TABLE \"ODD\u202e\" (id INT PRIMARY KEY);"
        "CREATE CATALOG lakehouse; CREATE SECRET lake_key FROM ENV 'KEY'");
    ASSERT_TRUE(statements.ok()) << statements.status();
    for (const ddl::Statement& statement : *statements) {
      ASSERT_TRUE(manager_->Execute(std::get<ddl::Write>(statement.what).commands).ok());
    }
  }

  Completion After(std::string_view line, std::string_view begun = "") const {
    return Complete(begun, line, manager_->Latest());
  }
  std::vector<std::string> Offered(std::string_view line, std::string_view begun = "") const {
    return After(line, begun).candidates;
  }

 private:
  std::unique_ptr<CatalogManager> manager_;
};

TEST_F(CompleterTest, KeywordsComeInTheCaseThatIsTyped) {
  EXPECT_THAT(Offered("cre"), ElementsAre("create "));
  EXPECT_THAT(Offered("CRE"), ElementsAre("CREATE "));
  EXPECT_THAT(Offered("drop table if"), ElementsAre("if exists "));
  EXPECT_EQ(After("drop table if").replaced, 2u);
}

TEST_F(CompleterTest, NamesAreThoseOfTheCatalog) {
  EXPECT_THAT(Offered("drop table cu"), ElementsAre("customers ", "customers_pk "));
  EXPECT_THAT(Offered("DROP TABLE SH"), ElementsAre("SHOP."));
  EXPECT_THAT(Offered("drop table shop.o"), ElementsAre("orders ", "orders_pk "));
  EXPECT_THAT(Offered("drop table shop.o", "-- from yesterday\n"), Contains("orders "));
  EXPECT_THAT(Offered("drop table nope.o"), IsEmpty());
}

TEST_F(CompleterTest, NamesAndKindsOfConfiguredObjectsAreOfferedToo) {
  EXPECT_THAT(Offered(".describe lak"), ElementsAre("lake_key ", "lakehouse "));
  EXPECT_THAT(Offered(".describe catalog lakeh"), ElementsAre("lakehouse "));
  EXPECT_THAT(Offered(".history con"), ElementsAre("connection "));
  EXPECT_THAT(Offered(".history connection con"), IsEmpty());
  EXPECT_THAT(Offered("drop catalog lakeh"), ElementsAre("lakehouse "));
}

TEST_F(CompleterTest, NamesThatNeedQuotesComeInThem) {
  EXPECT_THAT(Offered("drop table odd"), Contains("\"Odd one\" "));
  EXPECT_THAT(Offered("drop table \"Odd"), Contains("\"Odd one\" "));
  EXPECT_THAT(Offered("drop table \"odd"), IsEmpty());
}

TEST_F(CompleterTest, NamesThatCannotBeSeenComeWithEscapesOnly) {
  EXPECT_THAT(Offered("drop table odd"), Each(Not(HasSubstr("\u202e"))));
}

TEST_F(CompleterTest, ColumnsAreThoseOfTheTablesBefore) {
  EXPECT_THAT(Offered("alter table shop.orders drop column to"), ElementsAre("total "));
  EXPECT_THAT(Offered("drop column e", "alter table customers\n"), ElementsAre("\"e-mail\" "));
}

TEST_F(CompleterTest, NothingIsOfferedWithinStringsAndComments) {
  EXPECT_THAT(Offered("show tables like 'cu"), IsEmpty());
  EXPECT_THAT(Offered("-- dr"), IsEmpty());
  EXPECT_THAT(Offered("dr", "/* "), IsEmpty());
}

TEST_F(CompleterTest, DotCommandsCompleteWithWhatTheyTake) {
  EXPECT_THAT(Offered(".ta"), Contains("tables "));
  EXPECT_EQ(After(".ta").replaced, 2u);
  EXPECT_THAT(Offered(".mode j"), ElementsAre("json "));
  EXPECT_THAT(Offered(".timer o"), ElementsAre("off ", "on "));
  EXPECT_THAT(Offered(".at l"), ElementsAre("latest "));
  EXPECT_THAT(Offered(".describe shop.ord"), ElementsAre("orders ", "orders_pk "));
  EXPECT_THAT(Offered(".schema \"Od"), Contains("\"Odd one\" "));
  EXPECT_THAT(Offered(".query table_c"), ElementsAre("table_columns "));
  EXPECT_THAT(Offered(".log --on"), ElementsAre("--oneline "));
  EXPECT_THAT(Offered(".help ti"), ElementsAre("timer "));
  EXPECT_THAT(Offered(".ta", "SELECT\n"), IsEmpty());
}

TEST_F(CompleterTest, FilesStandBehindRead) {
  std::string_view prefix;
  EXPECT_TRUE(CompletesFiles(".read sche", prefix));
  EXPECT_EQ(prefix, "sche");
  EXPECT_FALSE(CompletesFiles(".rea", prefix));
  EXPECT_FALSE(CompletesFiles(".at ", prefix));
}

TEST_F(CompleterTest, ManyCandidatesAreListedInColumns) {
  EXPECT_EQ(CandidateList({"a ", "bcd ", "e "}, 13), "a     bcd \ne \n");
  EXPECT_THAT(CandidateList(std::vector<std::string>(1000, "x"), 80), HasSubstr("and 800 more\n"));
}

TEST_F(CompleterTest, WhatAllHaveInCommonEndsAtACharacter) {
  EXPECT_EQ(CommonPrefix({"table ", "tables "}), "table");
  EXPECT_EQ(CommonPrefix({"\u00e9", "\u00e8"}), "");
  EXPECT_EQ(CommonPrefix({}), "");
}

}  // namespace
}  // namespace annals::cli
