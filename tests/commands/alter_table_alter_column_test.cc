#include "annals/commands/alter_table_alter_column.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The types that a table can store, with parameters in the middle of their ranges.
std::vector<DataType> AllTypes() {
  return {Boolean(),    Int8(),   Int16(),    Int32(),       Int64(),
          Float(),      Double(), Date(),     Time(3),       Datetime(3),
          Timestamp(3), Uuid(),   String(10), ByteArray(10), Decimal(10, 2)};
}

class AlterColumnTest : public CommandTest {
 protected:
  // T (ID INT32 PRIMARY KEY, C `type`).
  void MakeTable(ColumnDefinition column) {
    column.name = "C";
    Do(CreateTable{.name = "T",
                   .columns = {Int("ID"), std::move(column)},
                   .primary_key = HashPrimaryKey({"ID"})});
  }
  void MakeTable(DataType type) { MakeTable({.type = type}); }
  void MakeTable(DataType type, ColumnDefault value) {
    MakeTable({.type = type, .default_value = std::move(value)});
  }
  // T (C `type` PRIMARY KEY).
  void MakeKeyTable(DataType type) {
    Do(CreateTable{.name = "T",
                   .columns = {{.name = "C", .type = type}},
                   .primary_key = HashPrimaryKey({"C"})});
  }

  static AlterTableAlterColumn SetType(DataType type) {
    return {.table = "T",
            .column = "C",
            .type = type.id,
            .precision = type.precision,
            .scale = type.scale,
            .length = type.length,
            .length_given = type.length_given};
  }
  static AlterTableAlterColumn Alter() { return {.table = "T", .column = "C"}; }
  static AlterTableAlterColumn SetNullable(bool nullable) {
    return {.table = "T", .column = "C", .nullable = nullable};
  }
  static AlterTableAlterColumn SetDefault(ColumnDefault value) {
    return {.table = "T", .column = "C", .default_value = std::move(value)};
  }
  static AlterTableAlterColumn SetPrecision(int64_t precision) {
    return {.table = "T", .column = "C", .precision = precision};
  }
  static AlterTableAlterColumn SetScale(int64_t scale) {
    return {.table = "T", .column = "C", .scale = scale};
  }
  static AlterTableAlterColumn SetLength(int64_t length) {
    return {.table = "T", .column = "C", .length = length};
  }

  Column C() const { return ColumnOf("T", "C"); }
};

// --- Types under strict.

TEST_F(AlterColumnTest, OnlyWideningChangesOfTypeAreAllowed) {
  const auto widens = [](TypeId from, TypeId to) {
    const bool integers = from >= TypeId::kInt8 && from < to && to <= TypeId::kInt64;
    return integers || (from == TypeId::kFloat && to == TypeId::kDouble);
  };
  for (const DataType& from : AllTypes()) {
    for (const DataType& to : AllTypes()) {
      MakeTable(from);
      const auto batch = Try(SetType(to));
      const std::string change =
          absl::StrCat(ToAbsl(TypeName(from.id)), " to ", ToAbsl(TypeName(to.id)));
      if (from == to) {
        EXPECT_TRUE(batch.ok() && batch->entries.empty()) << change;
      } else if (widens(from.id, to.id)) {
        EXPECT_TRUE(batch.ok() && batch->entries.size() == 1) << change;
        EXPECT_EQ(C().type, to.id) << change;
      } else {
        EXPECT_THAT(batch, FailsWith(Reason::TYPE_CHANGE_FORBIDDEN)) << change;
      }
      Do(DropTable{.name = "T"});
    }
  }
}

TEST_F(AlterColumnTest, AChangeClosesOneRecordAndOpensAnotherOfTheSameId) {
  MakeTable(Int32());
  EXPECT_THAT(Do(SetType(Int64())), ElementsAre("AlterColumn"));
  EXPECT_EQ(C().id, ColumnId{1});
  EXPECT_EQ(Table("T").table_version(), 2u);
  EXPECT_EQ(Table("T").past_columns().size(), 1u);
}

TEST_F(AlterColumnTest, DecimalPrecisionGrowsIfTheTypeIsGivenToo) {
  MakeTable(Decimal(10, 2));
  EXPECT_THAT(Try(SetPrecision(11)), FailsWith(Reason::PRECISION_CHANGE));
  EXPECT_THAT(Try(SetType(Decimal(9, 2))), FailsWith(Reason::PRECISION_DECREASE));
  Do(SetType(Decimal(11, 2)));
  EXPECT_EQ(C().precision, 11u);
  EXPECT_EQ(C().scale, 2u);
  EXPECT_THAT(Do(SetPrecision(11)), IsEmpty());
}

TEST_F(AlterColumnTest, ScaleNeverChanges) {
  MakeTable(Decimal(10, 2));
  EXPECT_THAT(Try(SetScale(3)), FailsWith(Reason::SCALE_CHANGE));
  EXPECT_THAT(Try(SetType(Decimal(12, 3))), FailsWith(Reason::SCALE_CHANGE));
  EXPECT_THAT(Try(SetType(Decimal(12, 1))), FailsWith(Reason::SCALE_CHANGE));
  EXPECT_THAT(Do(SetScale(2)), IsEmpty());
}

TEST_F(AlterColumnTest, LengthGrowsIfTheTypeIsGivenToo) {
  for (TypeId type : {TypeId::kString, TypeId::kByteArray}) {
    const auto sized = [&](int64_t length) {
      return DataType{type, std::nullopt, std::nullopt, length};
    };
    MakeTable(sized(10));
    EXPECT_THAT(Try(SetLength(11)), FailsWith(Reason::LENGTH_CHANGE));
    EXPECT_THAT(Try(SetType(sized(9))), FailsWith(Reason::LENGTH_DECREASE));
    EXPECT_THAT(Do(SetLength(10)), IsEmpty());
    Do(SetType(sized(11)));
    EXPECT_EQ(C().length, 11u);
    EXPECT_THAT(Do(SetType(sized(11))), IsEmpty());
    Do(DropTable{.name = "T"});
  }
}

TEST_F(AlterColumnTest, TimePrecisionNeverChanges) {
  for (const DataType& type : {Time(3), Datetime(3), Timestamp(3)}) {
    MakeTable(type);
    for (int64_t precision : {2, 4}) {
      AlterTableAlterColumn command = SetPrecision(precision);
      EXPECT_THAT(Try(command), FailsWith(Reason::PRECISION_CHANGE));
      command.type = type.id;
      EXPECT_THAT(Try(command), FailsWith(Reason::PRECISION_CHANGE));
    }
    Do(DropTable{.name = "T"});
  }
}

TEST_F(AlterColumnTest, ParametersThatAreNotGivenStay) {
  MakeTable(Decimal(10, 2));
  EXPECT_THAT(Do(AlterTableAlterColumn{.table = "T", .column = "C", .type = TypeId::kDecimal}),
              IsEmpty());
  Do(AlterTableAlterColumn{.table = "T", .column = "C", .type = TypeId::kDecimal, .precision = 12});
  EXPECT_EQ(TypeText(C()), "DECIMAL(12, 2)");
}

TEST_F(AlterColumnTest, ATypeWithoutLengthGrowsToTheDefaultLength) {
  MakeTable(String(10));
  Do(SetType(String()));
  EXPECT_EQ(C().length, 65536u);
  EXPECT_FALSE(C().length_given);
  EXPECT_THAT(Do(SetType(String())), IsEmpty());
  Do(SetType(String(65537)));
  EXPECT_TRUE(C().length_given);
  EXPECT_THAT(Try(SetType(String())), FailsWith(Reason::LENGTH_DECREASE));
}

TEST_F(AlterColumnTest, TheLengthThatAColumnHasIsNoChangeWhetherItIsSaidOrNot) {
  MakeTable(String());
  EXPECT_THAT(Do(SetType(String(65536))), IsEmpty());
  EXPECT_THAT(Do(SetLength(65536)), IsEmpty());
  EXPECT_FALSE(C().length_given);
  Do(DropTable{.name = "T"});
  MakeTable(ByteArray(65536));
  EXPECT_THAT(Do(SetType(ByteArray())), IsEmpty());
  EXPECT_TRUE(C().length_given);
}

TEST_F(AlterColumnTest, ParametersAreCheckedAsForANewColumn) {
  MakeTable(Int32());
  AlterTableAlterColumn command = SetPrecision(5);
  command.type = TypeId::kInt64;
  EXPECT_THAT(Try(command), FailsWith(Reason::TYPE_PARAM_NOT_APPLICABLE));
  command = SetLength(5);
  command.type = TypeId::kInt32;
  EXPECT_THAT(Try(command), FailsWith(Reason::TYPE_PARAM_NOT_APPLICABLE));
  EXPECT_THAT(Try(SetType(Decimal(32768, 0))), FailsWith(Reason::TYPE_PARAM_RANGE));
  EXPECT_THAT(Try(SetType(String(int64_t{INT32_MAX} + 1))), FailsWith(Reason::TYPE_PARAM_RANGE));
}

TEST_F(AlterColumnTest, ParametersOfTypesWithoutThemCannotChange) {
  MakeTable(Int32());
  EXPECT_THAT(Try(SetPrecision(2)), FailsWith(Reason::PRECISION_CHANGE));
  EXPECT_THAT(Try(SetScale(2)), FailsWith(Reason::SCALE_CHANGE));
  EXPECT_THAT(Try(SetLength(2)), FailsWith(Reason::LENGTH_CHANGE));
}

TEST_F(AlterColumnTest, TypesThatTablesCannotStoreAreRefused) {
  MakeTable(Int32());
  EXPECT_THAT(Try(SetType({TypeId::kNull})), FailsWith(Reason::COLUMN_TYPE_NULL_FORBIDDEN));
  EXPECT_THAT(Try(SetType({TypeId::kPeriod, 2})), FailsWith(Reason::TYPE_NOT_STORABLE));
  EXPECT_THAT(Try(SetType({TypeId::kStruct})), FailsWith(Reason::TYPE_NOT_STORABLE));
}

// --- NULL.

TEST_F(AlterColumnTest, NotNullCanBeDroppedButNotAdded) {
  MakeTable(Int32());
  EXPECT_THAT(Do(SetNullable(false)), IsEmpty());
  Do(SetNullable(true));
  EXPECT_TRUE(C().nullable);
  EXPECT_THAT(Try(SetNullable(false)), FailsWith(Reason::ADD_NOT_NULL_FORBIDDEN));
}

// --- Defaults.

TEST_F(AlterColumnTest, ADefaultIsSetChangedAndDropped) {
  MakeTable(Int32());
  EXPECT_THAT(Do(SetDefault(NullConstant())), IsEmpty());
  EXPECT_THAT(Do(SetDefault(Constant(1))), ElementsAre("AlterColumn"));
  EXPECT_THAT(Do(SetDefault(Constant(1))), IsEmpty());
  EXPECT_THAT(Do(SetDefault(Sql(Constant(1)))), IsEmpty());
  Do(SetDefault(Constant(2)));
  EXPECT_EQ(C().default_value.text, "2");
  Do(SetDefault(NullConstant()));
  EXPECT_EQ(C().default_value, DefaultValue{});
}

TEST_F(AlterColumnTest, AFunctionIsNoDefaultToChangeTo) {
  MakeTable(Uuid());
  EXPECT_THAT(Try(SetDefault(Function("rand_uuid"))), FailsWith(Reason::NON_CONSTANT_DEFAULT));
}

TEST_F(AlterColumnTest, ASqlDefaultIsCheckedAgainstTheNewType) {
  MakeTable(Int8());
  EXPECT_THAT(Try(SetDefault(Sql(Constant(1000)))), FailsWith(Reason::INVALID_VALUE, {"INT8"}));
  AlterTableAlterColumn command = SetDefault(Sql(Constant(1000)));
  command.type = TypeId::kInt16;
  Do(command);
  EXPECT_EQ(C().default_value,
            (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kInt16, "1000"}));
}

TEST_F(AlterColumnTest, ADefaultThatStaysFollowsTheType) {
  MakeTable(Int32(), Constant(1));
  Do(SetType(Int64()));
  EXPECT_EQ(C().default_value, (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kInt64, "1"}));
}

TEST_F(AlterColumnTest, UnderStrictTheTextOfADefaultStaysWhenItsColumnGrows) {
  struct Case {
    DataType from, to;
    std::string text;
  };
  for (const Case& one :
       {Case{Decimal(5, 2), Decimal(6, 2), "1.50"}, Case{Decimal(5, 0), Decimal(6, 0), "1E2"},
        Case{ByteArray(4), ByteArray(5), "00FF"}}) {
    MakeTable(one.from, Constant(one.text));
    Do(SetType(one.to));
    EXPECT_EQ(C().default_value.text, one.text);
    EXPECT_THAT(Do(SetDefault(Constant(one.text))), IsEmpty());
    Do(DropTable{.name = "T"});
  }
}

TEST_F(AlterColumnTest, UnderStrictADefaultThatNeverFittedDoesNotPreventWidening) {
  MakeTable(Int32(), Constant("x"));
  Do(SetType(Int64()));
  EXPECT_EQ(C().default_value, (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kString, "x"}));
}

TEST_F(AlterColumnTest, SeveralThingsChangeAtOnce) {
  MakeTable(Int32(), Constant(1));
  AlterTableAlterColumn command = SetDefault(NullConstant());
  command.type = TypeId::kInt64;
  command.nullable = true;
  EXPECT_THAT(Do(command), ElementsAre("AlterColumn"));
  EXPECT_EQ(C().type, TypeId::kInt64);
  EXPECT_TRUE(C().nullable);
  EXPECT_EQ(C().default_value, DefaultValue{});
}

// --- Key columns.

TEST_F(AlterColumnTest, UnderStrictAKeyColumnKeepsItsType) {
  MakeKeyTable(Decimal(10, 2));
  EXPECT_THAT(Try(SetType(Int64())), FailsWith(Reason::PK_TYPE_CHANGE));
  EXPECT_THAT(Try(SetType(Decimal(11, 2))), FailsWith(Reason::PK_PRECISION_CHANGE));
  EXPECT_THAT(Try(SetScale(3)), FailsWith(Reason::PK_SCALE_CHANGE));
  EXPECT_THAT(Do(SetType(Decimal(10, 2))), IsEmpty());
  EXPECT_THAT(Do(SetNullable(false)), IsEmpty());
  EXPECT_THAT(Do(SetDefault(Constant("1.00"))), ElementsAre("AlterColumn"));
}

TEST_F(AlterColumnTest, TheLengthOfAKeyColumnCanGrow) {
  MakeKeyTable(String(10));
  EXPECT_THAT(Do(SetType(String(11))), ElementsAre("AlterColumn"));
}

TEST_F(AlterColumnTest, AKeyColumnStaysNotNullUnderEitherPolicy) {
  MakeKeyTable(Int32());
  EXPECT_THAT(Try(SetNullable(true)), FailsWith(Reason::PK_DROP_NOT_NULL));
  UseRelaxedPolicy();
  EXPECT_THAT(Try(SetNullable(true)), FailsWith(Reason::PK_DROP_NOT_NULL));
}

TEST_F(AlterColumnTest, ADefaultOfAnotherTypeStaysAsItWasGivenWhenItsColumnGrows) {
  MakeTable(String(10));
  Do(SetDefault(Constant(7)));
  const DefaultValue before = C().default_value;
  Do(SetType(String(11)));
  EXPECT_EQ(C().default_value, before);
}

TEST_F(AlterColumnTest, WhatAKeyForbidsIsSaidBeforeWhatTheTypeForbids) {
  MakeKeyTable(String(10));
  AlterTableAlterColumn command = SetNullable(true);
  command.length = 11;
  EXPECT_THAT(Try(command), FailsWith(Reason::PK_DROP_NOT_NULL));
}

TEST_F(AlterColumnTest, UnderRelaxedAKeyColumnCanHaveAnotherType) {
  UseRelaxedPolicy();
  MakeKeyTable(Int32());
  Do(SetType(String()));
  EXPECT_EQ(C().type, TypeId::kString);
  EXPECT_FALSE(C().nullable);
}

// --- Types under relaxed.

TEST_F(AlterColumnTest, UnderRelaxedEveryTypeBecomesEveryOther) {
  UseRelaxedPolicy();
  for (const DataType& from : AllTypes()) {
    for (const DataType& to : AllTypes()) {
      MakeTable(from);
      EXPECT_THAT(Try(SetType(to)), IsOk());
      EXPECT_EQ(TypeText(C()), TypeText(WithType({}, to)));
      Do(DropTable{.name = "T"});
    }
  }
}

TEST_F(AlterColumnTest, UnderRelaxedParametersShrinkAndChange) {
  UseRelaxedPolicy();
  MakeTable(Decimal(10, 2));
  Do(SetType(Decimal(5, 4)));
  EXPECT_EQ(TypeText(C()), "DECIMAL(5, 4)");
  Do(SetPrecision(6));
  EXPECT_EQ(TypeText(C()), "DECIMAL(6, 4)");
  EXPECT_THAT(Try(SetLength(6)), FailsWith(Reason::TYPE_PARAM_NOT_APPLICABLE));
  EXPECT_THAT(Try(SetPrecision(0)), FailsWith(Reason::TYPE_PARAM_RANGE));
}

TEST_F(AlterColumnTest, AParameterGivenAsItIsShownChangesNothing) {
  MakeTable(Uuid());
  for (const bool relaxed : {false, true}) {
    if (relaxed) UseRelaxedPolicy();
    EXPECT_THAT(Do(SetPrecision(0)), IsEmpty());
    EXPECT_THAT(Do(SetScale(0)), IsEmpty());
    EXPECT_THAT(Do(SetLength(0)), IsEmpty());
    EXPECT_THAT(Do(SetType({TypeId::kUuid, 0, 0, 0})), IsEmpty());
    EXPECT_THAT(Try(SetType({TypeId::kUuid, 1})), FailsWith(Reason::TYPE_PARAM_NOT_APPLICABLE));
  }
  EXPECT_THAT(Try(SetScale(1)), FailsWith(Reason::TYPE_PARAM_NOT_APPLICABLE));
  Do(SetType({TypeId::kInt32, 0, 0, 0}));
  EXPECT_EQ(TypeText(C()), "INT32");
}

TEST_F(AlterColumnTest, ParametersDoNotOutliveTheirType) {
  UseRelaxedPolicy();
  MakeTable(String(10));
  Do(SetType(Int32()));
  EXPECT_EQ(C().length, 0u);
  EXPECT_FALSE(C().length_given);
  EXPECT_THAT(Try(SetType({TypeId::kString})), FailsWith(Reason::TYPE_PARAM_REQUIRED));
}

TEST_F(AlterColumnTest, UnderRelaxedNotNullCanBeAdded) {
  UseRelaxedPolicy();
  MakeTable({.type = Int32(), .nullable = true});
  Do(SetNullable(false));
  EXPECT_FALSE(C().nullable);
}

TEST_F(AlterColumnTest, UnderRelaxedADefaultThatFitsKeepsItsSpelling) {
  UseRelaxedPolicy();
  MakeTable(Decimal(5, 2), Constant("1.50"));
  Do(SetType(Decimal(9, 3)));
  EXPECT_EQ(C().default_value.text, "1.50");
  Do(SetType(Double()));
  EXPECT_EQ(C().default_value,
            (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kDouble, "1.5"}));
}

TEST_F(AlterColumnTest, UnderRelaxedADefaultHasToFollowTheType) {
  UseRelaxedPolicy();
  MakeTable(String(10), Constant("2024-01-31"));
  EXPECT_THAT(Try(SetType(Int32())),
              FailsWith(Reason::DEFAULT_NOT_CONVERTIBLE, {"2024-01-31", "INT32"}));
  EXPECT_THAT(Try(SetType(String(9))), FailsWith(Reason::DEFAULT_NOT_CONVERTIBLE));
  Do(SetType(Date()));
  EXPECT_EQ(C().default_value,
            (DefaultValue{DefaultValue::Kind::kConstant, TypeId::kDate, "2024-01-31"}));
  AlterTableAlterColumn command = SetType(Int32());
  command.default_value = NullConstant();
  EXPECT_THAT(Try(command), IsOk());
}

// --- What is missing, what is malformed.

TEST_F(AlterColumnTest, WhatIsMissingIsRefusedOrNothingToDo) {
  AlterTableAlterColumn command = SetNullable(true);
  EXPECT_THAT(Try(command), FailsWith(Reason::TABLE_NOT_FOUND));
  command.if_table_exists = true;
  EXPECT_THAT(Do(command), IsEmpty());
  command.schema = "S";
  EXPECT_THAT(Do(command), IsEmpty());
  MakeTable(Int32());
  command = SetNullable(true);
  command.column = "X";
  command.if_table_exists = true;
  EXPECT_THAT(Try(command), FailsWith(Reason::COLUMN_NOT_FOUND, {"\"X\""}));
}

TEST_F(AlterColumnTest, NothingGivenIsNothingToDo) {
  MakeTable(Int32());
  EXPECT_THAT(Do(Alter()), IsEmpty());
}

TEST_F(AlterColumnTest, MalformedCommandsAreRefused) {
  AlterTableAlterColumn command = SetNullable(true);
  command.column = "";
  EXPECT_THAT(Try(command), FailsWith(Reason::BLANK_IDENTIFIER, {"column name"}));
  command = SetNullable(true);
  command.table = " ";
  EXPECT_THAT(Try(command), FailsWith(Reason::BLANK_IDENTIFIER));
  command = SetNullable(true);
  command.schema = "SYSTEM";
  EXPECT_THAT(Try(command), FailsWith(Reason::SYSTEM_SCHEMA_FORBIDDEN));
}

}  // namespace
}  // namespace annals
