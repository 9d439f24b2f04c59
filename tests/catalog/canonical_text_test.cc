// The portable text and the digest of a catalog.

#include "annals/catalog/canonical_text.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "annals/tests/catalog/fixtures.h"

namespace annals {
namespace {

TEST(CanonicalLinesTest, ListsTablesColumnsAndAliveIndexes) {
  Shop shop;
  EXPECT_EQ(CanonicalLines(shop.draft()),
            "column shop.ORDERS.ID pos=1 INTEGER not_null default=-\n"
            "column shop.ORDERS.NOTE pos=3 INTEGER null default=-\n"
            "column shop.ORDERS.TOTAL pos=2 INTEGER null default=-\n"
            "index shop.BY_TOTAL on=ORDERS unique=false cols=TOTAL asc nulls_last\n"
            "schema shop\n"
            "table shop.ORDERS pk=ID\n"
            "zone Default partitions=25 replicas=1 quorum=1 scale_up=0 scale_down=2147483647 "
            "filter=\"$..*\" profiles=default consistency=strong default=true\n");
}

TEST(CanonicalLinesTest, LeavesOutWhatTheEngineMadeByItself) {
  Shop shop;
  ZoneFields zone = FieldsOf(*shop.draft().Get<ZoneDescriptor>(kZone));
  zone.automatic = true;
  ASSERT_THAT(shop.ApplyAll({ReplaceObject{BuildObject(zone)}, RenameObject{kShop, "PUBLIC"},
                             NewObject{MakeSchema({5}, "SYSTEM")},
                             SetIndexStatus{kByTotal, IndexStatus::kStopping}}),
              IsOk());
  EXPECT_EQ(CanonicalLines(shop.draft()),
            "column PUBLIC.ORDERS.ID pos=1 INTEGER not_null default=-\n"
            "column PUBLIC.ORDERS.NOTE pos=3 INTEGER null default=-\n"
            "column PUBLIC.ORDERS.TOTAL pos=2 INTEGER null default=-\n"
            "table PUBLIC.ORDERS pk=ID\n");
}

TEST(CanonicalLinesTest, TableSaysItsZoneOnlyOutsideOfTheDefault) {
  Shop shop;
  ASSERT_THAT(shop.ApplyAll({NewObject{MakeZone({5}, "far")},
                             NewObject{MakeTable({6}, "T", {"A"}, kShop, {5})}}),
              IsOk());
  EXPECT_THAT(CanonicalLines(shop.draft()), ::testing::HasSubstr("table shop.T pk=- zone=far\n"));
}

TEST(CanonicalLinesTest, NamesThatAreNoWordsAreQuoted) {
  for (const auto& [name, written] :
       std::vector<std::pair<std::string, std::string>>{{"A", "A"},
                                                        {"_a$9", "_a$9"},
                                                        {"9a", "\"9a\""},
                                                        {"$a", "\"$a\""},
                                                        {"a b", "\"a b\""},
                                                        {"a\"b", "\"a\"\"b\""},
                                                        {"\xC3\xA9", "\"\xC3\xA9\""}}) {
    Shop shop;
    ASSERT_THAT(shop.Apply(RenameObject{kOrders, name}), IsOk());
    EXPECT_THAT(CanonicalLines(shop.draft()),
                ::testing::HasSubstr("table shop." + written + " pk=ID\n"));
  }
}

TEST(CanonicalLinesTest, SortedIndexSaysTheOrderOfEachColumn) {
  Shop shop;
  IndexFields index{.id = {5}, .name = "I", .schema = kShop, .table = kOrders, .unique = true};
  index.columns = {{{0}, {true, true}}, {{1}, {false, true}}, {{2}, {true, false}}};
  ASSERT_THAT(shop.Apply(NewObject{BuildObject(index)}), IsOk());
  EXPECT_THAT(CanonicalLines(shop.draft()),
              ::testing::HasSubstr("index shop.I on=ORDERS unique=true cols=ID desc nulls_first,"
                                   "TOTAL asc nulls_first,NOTE desc nulls_last\n"));
}

struct TypeCase {
  const char* sql;
  Column column;
};

Column OfType(TypeId type, uint32_t precision = 0, uint32_t scale = 0, uint32_t length = 0) {
  Column column = MakeColumn("C", type);
  column.precision = precision;
  column.scale = scale;
  column.length = length;
  column.length_given = length != 0;
  return column;
}

TEST(CanonicalLinesTest, TypesAreInSqlWords) {
  Column no_length = OfType(TypeId::kString);
  no_length.length = kDefaultLength;
  for (const TypeCase& one : {TypeCase{"BOOLEAN", OfType(TypeId::kBoolean)},
                              {"TINYINT", OfType(TypeId::kInt8)},
                              {"SMALLINT", OfType(TypeId::kInt16)},
                              {"INTEGER", OfType(TypeId::kInt32)},
                              {"BIGINT", OfType(TypeId::kInt64)},
                              {"REAL", OfType(TypeId::kFloat)},
                              {"DOUBLE", OfType(TypeId::kDouble)},
                              {"DECIMAL(80,2)", OfType(TypeId::kDecimal, 80, 2)},
                              {"DATE", OfType(TypeId::kDate)},
                              {"TIME(3)", OfType(TypeId::kTime, 3)},
                              {"TIMESTAMP(6)", OfType(TypeId::kDatetime, 6)},
                              {"TIMESTAMP(6) WITH LOCAL TIME ZONE", OfType(TypeId::kTimestamp, 6)},
                              {"UUID", OfType(TypeId::kUuid)},
                              {"VARCHAR", no_length},
                              {"VARCHAR(20)", OfType(TypeId::kString, 0, 0, 20)},
                              {"VARBINARY", OfType(TypeId::kByteArray)},
                              {"VARBINARY(5)", OfType(TypeId::kByteArray, 0, 0, 5)}}) {
    Shop shop;
    ASSERT_THAT(shop.Apply(NewColumns{kOrders, {one.column}}), IsOk());
    EXPECT_EQ(SqlType(*shop.table().FindColumn("C")), one.sql);
    EXPECT_THAT(CanonicalLines(shop.draft()),
                ::testing::HasSubstr("column shop.ORDERS.C pos=4 " + std::string(one.sql) +
                                     " null default=-\n"));
  }
}

TEST(CanonicalLinesTest, DefaultsAreLiterals) {
  using Kind = DefaultValue::Kind;
  EXPECT_EQ(SqlDefault({}), "");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kInt32, "-5"}), "-5");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kBoolean, "TRUE"}), "TRUE");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kDecimal, "1.5"}), "1.5");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kString, "it's"}), "'it''s'");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kString, ""}), "''");
  EXPECT_EQ(SqlDefault({Kind::kConstant, TypeId::kByteArray, "0A"}), "X'0A'");
  EXPECT_EQ(SqlDefault({Kind::kFunction, TypeId::kNull, "rand_uuid"}), "rand_uuid");
}

TEST(CanonicalLinesTest, DefaultsOfEqualValueAreEqualHoweverTheyAreSpelled) {
  struct Case {
    Column column;
    std::string given;
    std::string line;
  };
  for (const Case& one :
       {Case{OfType(TypeId::kDecimal, 5, 2), "+1.50", "1.5"},
        Case{OfType(TypeId::kTime, 3), "10:20", "'10:20:00'"},
        Case{OfType(TypeId::kDatetime, 3), "2024-01-31T10:20:30.500", "'2024-01-31 10:20:30.5'"},
        Case{OfType(TypeId::kTimestamp, 6), "2024-01-31t10:20z", "'2024-01-31 10:20:00Z'"},
        Case{OfType(TypeId::kUuid), "01234567-89AB-CDEF-0123-456789ABCDEF",
             "'01234567-89ab-cdef-0123-456789abcdef'"},
        Case{OfType(TypeId::kByteArray, 0, 0, 5), "00FF", "X'00ff'"},
        // What is no value of the type stays as it is.
        Case{OfType(TypeId::kByteArray, 0, 0, 1), "00FF", "X'00FF'"},
        Case{OfType(TypeId::kTime), "10:20:30.50", "'10:20:30.50'"}}) {
    Shop shop;
    Column column = one.column;
    column.default_value = {DefaultValue::Kind::kConstant, column.type, one.given};
    ASSERT_THAT(shop.Apply(NewColumns{kOrders, {column}}), IsOk());
    EXPECT_THAT(CanonicalLines(shop.draft()),
                ::testing::HasSubstr(" null default=" + one.line + "\n"));
  }
}

TEST(CanonicalLinesTest, LinesAreSortedBytewise) {
  Shop shop;
  ASSERT_THAT(shop.ApplyAll({NewObject{MakeTable({5}, "b")}, NewObject{MakeTable({6}, "B")},
                             NewObject{MakeTable({7}, "a b")}}),
              IsOk());
  std::istringstream text(CanonicalLines(shop.draft()));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
}

// --- The digest.

TEST(StateDigestTest, EqualCatalogsHaveEqualDigests) {
  EXPECT_EQ(StateDigest(Shop().draft()), StateDigest(Shop().draft()));
  EXPECT_EQ(StateDigest(Shop().draft()).size(), 64u);
}

TEST(StateDigestTest, AnyDifferenceShows) {
  std::set<std::string> digests = {StateDigest(Shop().draft()), StateDigest(EmptyCatalog())};
  const auto expect_new = [&](const UpdateEntry& entry) {
    Shop shop;
    ASSERT_THAT(shop.Apply(entry), IsOk());
    EXPECT_TRUE(digests.insert(StateDigest(shop.draft())).second) << EntryName(entry);
  };
  expect_new(RenameObject{kOrders, "SALES"});
  expect_new(NewColumns{kOrders, MakeColumns({"A"})});
  expect_new(DropObject{kByTotal});
  expect_new(SetTableProperties{kOrders, 0.3, {}});
  expect_new(NewObject{MakeZone({5}, "Z")});
  Shop counter;
  counter.draft().set_next_object_id({6});
  EXPECT_TRUE(digests.insert(StateDigest(counter.draft())).second);
  Shop zone;
  zone.draft().set_default_zone_id(kNoObject);
  EXPECT_TRUE(digests.insert(StateDigest(zone.draft())).second);
  // The same bytes since another version, or another time.
  for (const auto& [version, time] : {std::pair{2, 1000}, std::pair{1, 2000}}) {
    const EmptyCatalog empty;
    CatalogDraft draft(empty, {static_cast<uint64_t>(version)},
                       HybridTimestamp(static_cast<uint64_t>(time), 0));
    ASSERT_THAT(Apply({.next_object_id = kFirstFree, .entries = ShopEntries()}, draft), IsOk());
    EXPECT_TRUE(digests.insert(StateDigest(draft)).second);
  }
}

}  // namespace
}  // namespace annals
