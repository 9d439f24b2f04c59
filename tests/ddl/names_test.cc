#include "annals/ddl/names.h"

#include "annals/tests/ddl/dump.h"
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
