// How much of a thing a catalog takes: one under the limit, at it, and one over it, which is
// refused before anything is written. (I11; T16) Of texts, statements and nesting see
// tests/ddl/script_reader_test.cc.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/tests/engine/fixtures.h"

namespace annals {
namespace {

using std::string_literals::operator""s;
using Commands = std::vector<CatalogCommand>;

// Executes in a catalog with a table T (ID, VAL), its index I, a zone Z.
class Bench {
 public:
  Bench() {
    const Commands there = {
        TableNamed("T"),
        CreateIndex{.name = "I", .table = "T", .columns = {"VAL"}, .collations = {{}}},
        CreateZone{.name = "Z", .storage_profiles = {"default"}}};
    EXPECT_THAT(manager_->Execute(there), IsOk());
  }

  void ExpectTaken(Commands commands, const ExecuteOptions& options = {}) {
    const CatalogVersion before = LatestOf(*manager_);
    EXPECT_THAT(manager_->Execute(std::move(commands), options), IsOk());
    EXPECT_EQ(LatestOf(*manager_), before.Next());
  }

  void ExpectRefused(Commands commands, Reason reason, const ExecuteOptions& options = {}) {
    const CatalogVersion before = LatestOf(*manager_);
    const size_t appends = tap_.batches().size();
    EXPECT_THAT(manager_->Execute(std::move(commands), options), FailsWith(reason));
    EXPECT_EQ(LatestOf(*manager_), before);
    EXPECT_EQ(tap_.batches().size(), appends);
  }

 private:
  Tap tap_;
  const Manager manager_ = OpenTapped(&tap_);
};

// --- Names

struct Named {
  const char* what;
  std::function<CatalogCommand(std::string)> command;
  Policy policy = Policy::kStrict;

  friend void PrintTo(const Named& named, std::ostream* os) { *os << named.what; }
};

const Named kNamed[] = {
    {"Schema", [](std::string name) { return SchemaNamed(std::move(name)); }},
    {"Table", [](std::string name) { return TableNamed(std::move(name)); }},
    {"NewNameOfATable",
     [](std::string name) { return RenameTable{.name = "T", .new_name = std::move(name)}; }},
    {"Column",
     [](std::string name) {
       return CreateTable{
           .name = "NEW", .columns = {Int(name)}, .primary_key = HashPrimaryKey({name})};
     }},
    {"AddedColumn",
     [](std::string name) {
       return AlterTableAddColumn{.table = "T", .columns = {NullableInt(std::move(name))}};
     }},
    {"NewNameOfAColumn",
     [](std::string name) {
       return AlterTableRenameColumn{.table = "T", .column = "VAL", .new_name = std::move(name)};
     },
     Policy::kRelaxed},
    {"Key",
     [](std::string name) {
       CreateTable table = TableNamed("NEW");
       table.primary_key->name = std::move(name);
       return table;
     }},
    {"Index",
     [](std::string name) {
       return CreateIndex{
           .name = std::move(name), .table = "T", .kind = IndexKind::kHash, .columns = {"VAL"}};
     }},
    {"NewNameOfAnIndex",
     [](std::string name) { return RenameIndex{.name = "I", .new_name = std::move(name)}; }},
    {"Zone",
     [](std::string name) {
       return CreateZone{.name = std::move(name), .storage_profiles = {"default"}};
     }},
    {"NewNameOfAZone",
     [](std::string name) { return RenameZone{.name = "Z", .new_name = std::move(name)}; }},
    {"StorageProfile",
     [](std::string name) {
       return CreateZone{.name = "NEW", .storage_profiles = {std::move(name)}};
     }},
    {"SystemView",
     [](std::string name) {
       return CreateSystemView{
           .name = std::move(name), .columns = {Int("ID")}, .kind = ViewKind::kNode};
     }},
    {"ColumnOfASystemView",
     [](std::string name) {
       return CreateSystemView{
           .name = "NEW", .columns = {Int(std::move(name))}, .kind = ViewKind::kNode};
     }},
};

class NameLimitTest : public ::testing::TestWithParam<Named> {
 protected:
  Commands Of(std::string name) const { return {GetParam().command(std::move(name))}; }
  ExecuteOptions options() const { return {.policy = GetParam().policy}; }
};

INSTANTIATE_TEST_SUITE_P(Objects, NameLimitTest, ::testing::ValuesIn(kNamed),
                         [](const auto& named) { return std::string(named.param.what); });

TEST_P(NameLimitTest, ANameHas1To128BytesOfUtf8WithoutControlCharacters) {
  for (const std::string& name :
       {"n"s, std::string(127, 'n'), std::string(128, 'n'), "ä漢🙂"s}) {
    Bench().ExpectTaken(Of(name), options());
  }
  Bench bench;
  bench.ExpectRefused(Of(""), Reason::BLANK_IDENTIFIER, options());
  for (const std::string& name : {std::string(129, 'n'), std::string(127, 'n') + "ä", "cut \xC3"s,
                                  "nul \0 nul"s, "\x1B[31m"s}) {
    bench.ExpectRefused(Of(name), Reason::INVALID_NAME, options());
  }
}

// --- Numbers

struct Number {
  const char* what;
  size_t most;
  Reason above;
  std::function<Commands(size_t)> commands;

  friend void PrintTo(const Number& number, std::ostream* os) { *os << number.what; }
};

std::vector<std::string> NamesOf(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(absl::StrCat("C", i));
  return names;
}

std::vector<ColumnDefinition> ColumnsOf(size_t count) {
  std::vector<ColumnDefinition> columns;
  for (const std::string& name : NamesOf(count)) columns.push_back(NullableInt(name));
  if (count > 0) columns[0].nullable = false;
  return columns;
}

// A table of 20 columns, and what has `count` of them.
Commands OnTwentyColumns(CatalogCommand command) {
  return {CreateTable{.name = "W", .columns = ColumnsOf(20), .primary_key = HashPrimaryKey({"C0"})},
          std::move(command)};
}

const Number kNumbers[] = {
    {"ColumnsOfATable", 1'000, Reason::TOO_MANY_COLUMNS,
     [](size_t count) -> Commands {
       return {CreateTable{
           .name = "W", .columns = ColumnsOf(count), .primary_key = HashPrimaryKey({"C0"})}};
     }},
    {"ColumnsOfASystemView", 1'000, Reason::TOO_MANY_COLUMNS,
     [](size_t count) -> Commands {
       return {
           CreateSystemView{.name = "W", .columns = ColumnsOf(count), .kind = ViewKind::kCluster}};
     }},
    // T has two already.
    {"ColumnsThatAreAdded", 998, Reason::TOO_MANY_COLUMNS,
     [](size_t count) -> Commands {
       auto columns = ColumnsOf(count);
       columns[0].nullable = true;
       return {AlterTableAddColumn{.table = "T", .columns = std::move(columns)}};
     }},
    {"ColumnsOfAKey", 16, Reason::TOO_MANY_KEY_COLUMNS,
     [](size_t count) -> Commands {
       auto columns = ColumnsOf(20);
       for (ColumnDefinition& column : columns) column.nullable = false;
       return {CreateTable{
           .name = "W", .columns = columns, .primary_key = HashPrimaryKey(NamesOf(count))}};
     }},
    {"ColumnsOfAHashIndex", 16, Reason::TOO_MANY_KEY_COLUMNS,
     [](size_t count) {
       return OnTwentyColumns(CreateIndex{
           .name = "X", .table = "W", .kind = IndexKind::kHash, .columns = NamesOf(count)});
     }},
    {"ColumnsOfASortedIndex", 16, Reason::TOO_MANY_KEY_COLUMNS,
     [](size_t count) {
       return OnTwentyColumns(CreateIndex{.name = "X",
                                          .table = "W",
                                          .columns = NamesOf(count),
                                          .collations = std::vector<Collation>(count)});
     }},
    {"EntriesOfAVersion", 10'000, Reason::TOO_MANY_ENTRIES,
     [](size_t count) {
       Commands commands;
       for (const std::string& name : NamesOf(count)) commands.push_back(SchemaNamed(name));
       return commands;
     }},
};

class NumberLimitTest : public ::testing::TestWithParam<Number> {};

INSTANTIATE_TEST_SUITE_P(Things, NumberLimitTest, ::testing::ValuesIn(kNumbers),
                         [](const auto& number) { return std::string(number.param.what); });

TEST_P(NumberLimitTest, IsReachedAndNotPassed) {
  const auto& [what, most, above, commands] = GetParam();
  for (const size_t count : {size_t{1}, most - 1, most}) Bench().ExpectTaken(commands(count));
  Bench().ExpectRefused(commands(most + 1), above);
}

TEST(LimitTest, ThereIsNoTableViewKeyOrIndexOfNoColumns) {
  Bench bench;
  bench.ExpectRefused({CreateTable{.name = "W", .columns = {}, .primary_key = HashPrimaryKey({})}},
                      Reason::NO_COLUMNS);
  bench.ExpectRefused({CreateSystemView{.name = "W", .columns = {}, .kind = ViewKind::kNode}},
                      Reason::NO_COLUMNS);
  bench.ExpectRefused(
      {CreateTable{.name = "W", .columns = {Int("ID")}, .primary_key = HashPrimaryKey({})}},
      Reason::NO_PRIMARY_KEY);
  bench.ExpectRefused(
      {CreateIndex{.name = "X", .table = "T", .kind = IndexKind::kHash, .columns = {}}},
      Reason::NO_COLUMNS);
}

TEST(LimitTest, ACallMayRaiseTheNumberOfItsEntries) {
  Commands commands;
  for (const std::string& name : NamesOf(10)) commands.push_back(SchemaNamed(name));
  Bench bench;
  bench.ExpectRefused(commands, Reason::TOO_MANY_ENTRIES, {.max_entries = 9});
  bench.ExpectTaken(commands, {.max_entries = 10});
}

// How many bytes exactly: UpdateLogTest.ARecordAtTheLimitIsTakenAndOneByteMoreIsNot.
TEST(LimitTest, ARecordHas64Mebibytes) {
  constexpr size_t kMost = 64 << 20;
  constexpr size_t kOverhead = 1 << 10;  // Of envelope and payload, at most.
  Bench bench;
  bench.ExpectRefused({SchemaNamed("S")}, Reason::RECORD_TOO_LARGE,
                      {.message = std::string(kMost, 'm')});
  bench.ExpectTaken({SchemaNamed("S")}, {.message = std::string(kMost - kOverhead, 'm')});
}

}  // namespace
}  // namespace annals
