// Random commands over few names, under both policies: whatever a command plans fits
// (Apply refuses nothing), and the catalog stays whole after every step.

#include <random>
#include <set>

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

class RandomCommandsTest : public CommandTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  bool Coin() { return Below(2) == 0; }
  // Names that are in each other's way: of tables, and of the key indexes that they would have.
  std::string Name() {
    static const std::vector<std::string> kNames = {"A",      "B",       "A_PK",   "B_PK",
                                                    "A_PK_1", "A_PK_PK", "B_PK_1", "A_PK_2"};
    return kNames[Below(kNames.size())];
  }
  std::string ColumnName() { return std::string(1, static_cast<char>('A' + Below(4))); }
  std::vector<std::string> SomeColumns() {
    std::set<std::string> names = {ColumnName(), ColumnName()};
    return {names.begin(), names.end()};
  }
  DataType Type() {
    const std::vector<DataType> types = {Int8(),   Int64(),   Decimal(5, 2), Date(),
                                         String(), String(3), Timestamp(3),  Boolean()};
    return types[Below(types.size())];
  }
  std::vector<ColumnDefinition> Columns() {
    std::vector<ColumnDefinition> columns;
    for (const std::string& name : SomeColumns()) {
      columns.push_back({.name = name, .type = Type(), .nullable = Coin()});
      if (Coin()) columns.back().default_value = Coin() ? Sql(Constant(1)) : Constant("x");
    }
    return columns;
  }
  PrimaryKey Key() {
    PrimaryKey key = HashPrimaryKey(SomeColumns());
    if (Coin()) key.name = Name();
    return key;
  }

  CatalogCommand Command() {
    switch (Below(14)) {
      case 0:
        return CreateTable{.name = Name(), .columns = Columns(), .if_not_exists = Coin()};
      case 1:
        return CreateTable{.name = Name(), .columns = Columns(), .primary_key = Key()};
      case 2:
        return DropTable{.name = Name()};
      case 3:
        return RenameTable{.name = Name(), .new_name = Name(), .if_exists = Coin()};
      case 4:
        return AlterTableAddColumn{.table = Name(), .columns = Columns(), .if_not_exists = Coin()};
      case 5:
        return AlterTableDropColumn{.table = Name(), .columns = SomeColumns(), .if_exists = Coin()};
      case 6: {
        const DataType type = Type();
        return AlterTableAlterColumn{.table = Name(),
                                     .column = ColumnName(),
                                     .type = type.id,
                                     .precision = type.precision,
                                     .scale = type.scale,
                                     .length = type.length,
                                     .length_given = type.length_given};
      }
      case 7:
        return AlterTableAlterColumn{.table = Name(), .column = ColumnName(), .nullable = Coin()};
      case 8:
        return AlterTableRenameColumn{
            .table = Name(), .column = ColumnName(), .new_name = ColumnName()};
      case 9:
        return AlterTableAddPrimaryKey{.table = Name(), .primary_key = Key()};
      case 10:
        return AlterTableDropPrimaryKey{.table = Name()};
      case 11: {
        CreateIndex index = IndexOn(Name(), Name(), SomeColumns());
        index.unique = Coin();
        index.if_not_exists = Coin();
        return index;
      }
      case 12:
        return DropIndex{.name = Name(), .if_exists = Coin()};
      default:
        return RenameIndex{.name = Name(), .new_name = Name()};
    }
  }

  // Names are unique, and every table has the key index that it names.
  void CheckWhole() {
    std::set<std::string> names;
    catalog_.ForEachChild({0}, [&](const ObjectDescriptor& object) {
      EXPECT_TRUE(!object.has_name() || names.insert(std::string(object.name())).second);
      if (const auto table = As<TableDescriptor>(object)) {
        const auto index = catalog_.Get<IndexDescriptor>(table->key_index_id());
        EXPECT_EQ(index.has_value(), !table->primary_key().empty());
        EXPECT_TRUE(!index || index->table_id() == table->id());
        for (ColumnId id : table->primary_key()) EXPECT_FALSE(table->FindColumn(id)->nullable());
      }
    });
  }

  std::mt19937_64 random_{GetParam()};
};

TEST_P(RandomCommandsTest, PlanNothingThatDoesNotFit) {
  size_t done = 0;
  for (int step = 0; step < 1500; ++step) {
    policy_ = Below(4) == 0 ? Policy::kStrict : Policy::kRelaxed;
    std::vector<CatalogCommand> commands;
    for (size_t i = Below(4) == 0 ? 2 : 1; i > 0; --i) commands.push_back(Command());
    const auto batch = Try(commands);
    done += batch.ok();
    ASSERT_NE(ReasonOf(batch.status()), Reason::INTERNAL) << batch.status() << " in step " << step;
    CheckWhole();
    ASSERT_FALSE(HasFailure()) << "after step " << step;
  }
  EXPECT_GT(done, 100u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomCommandsTest, ::testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace annals
