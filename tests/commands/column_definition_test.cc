#include "annals/commands/column_definition.h"

#include "annals/tests/commands/command_fixture.h"

namespace annals {
namespace {

using ColumnRefusal = Refusal<ColumnDefinition>;
class RefusedColumnTest : public ::testing::TestWithParam<ColumnRefusal> {};

TEST_P(RefusedColumnTest, IsRefused) {
  EXPECT_THAT(ValidateColumn(GetParam().command), FailsWith(GetParam().reason));
}

ColumnDefinition A(DataType type) { return {.name = "A", .type = type}; }
DataType Params(TypeId type, std::optional<int64_t> precision,
                std::optional<int64_t> scale = std::nullopt,
                std::optional<int64_t> length = std::nullopt) {
  return {type, precision, scale, length};
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedColumnTest,
    ::testing::Values(
        ColumnRefusal{"NoName", {.name = "", .type = Int32()}, Reason::BLANK_IDENTIFIER},
        ColumnRefusal{"BadName", {.name = "a\nb", .type = Int32()}, Reason::INVALID_NAME},
        ColumnRefusal{"NoType", {.name = "A"}, Reason::COLUMN_TYPE_MISSING},
        ColumnRefusal{"LengthOfNumber", A(Params(TypeId::kInt8, {}, {}, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"PrecisionOfNumber", A(Params(TypeId::kInt32, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"ScaleOfTime", A(Params(TypeId::kTime, 1, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"PrecisionOfString", A(Params(TypeId::kString, 1, {}, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"LengthOfDecimal", A(Params(TypeId::kDecimal, 1, 0, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"ParameterOfStruct", A(Params(TypeId::kStruct, 1)),
                      Reason::TYPE_PARAM_NOT_APPLICABLE},
        ColumnRefusal{"StringWithoutLength", A({TypeId::kString}), Reason::TYPE_PARAM_REQUIRED},
        ColumnRefusal{"DecimalWithoutPrecision", A(Params(TypeId::kDecimal, {}, 0)),
                      Reason::TYPE_PARAM_REQUIRED},
        ColumnRefusal{"DecimalWithoutScale", A(Params(TypeId::kDecimal, 5)),
                      Reason::TYPE_PARAM_REQUIRED},
        ColumnRefusal{"TimeWithoutPrecision", A({TypeId::kTime}), Reason::TYPE_PARAM_REQUIRED},
        ColumnRefusal{"NoLength", A(String(0)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"LengthTooLarge", A(ByteArray(int64_t{INT32_MAX} + 1)),
                      Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"NoPrecision", A(Decimal(0, 0)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"PrecisionTooLarge", A(Decimal(32768, 0)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"NegativeScale", A(Decimal(5, -1)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"ScaleTooLarge", A(Decimal(5, 32768)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"NegativePrecision", A(Time(-1)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"TimestampTooPrecise", A(Timestamp(10)), Reason::TYPE_PARAM_RANGE},
        ColumnRefusal{"PeriodTooPrecise", A(Params(TypeId::kPeriod, 11)),
                      Reason::TYPE_PARAM_RANGE}),
    kNameOf);

TEST(ColumnDefinitionTest, ParametersMayBeAtTheEndsOfTheirRanges) {
  for (const DataType& type :
       {String(1), ByteArray(INT32_MAX), Decimal(1, 32767), Decimal(32767, 0), Time(0), Datetime(9),
        Params(TypeId::kDuration, 10), Boolean(), Uuid()}) {
    EXPECT_THAT(ValidateColumn(A(type)), IsOk()) << TypeName(type.id);
  }
}

TEST(ColumnDefinitionTest, RangesAreNamedInMessages) {
  EXPECT_THAT(ValidateColumn(A(Time(10))),
              FailsWith(Reason::TYPE_PARAM_RANGE, {"\"A\"", "TIME", "precision", "10", "0 to 9"}));
}

TEST(ColumnDefinitionTest, IntervalsAndStructsAreNotStorable) {
  for (TypeId type : {TypeId::kPeriod, TypeId::kDuration, TypeId::kStruct}) {
    EXPECT_THAT(CheckStorable(type, "A"), FailsWith(Reason::TYPE_NOT_STORABLE));
  }
  EXPECT_THAT(CheckStorable(TypeId::kUuid, "A"), IsOk());
}

TEST(ColumnDefinitionTest, AColumnKnowsWhetherItsLengthWasGiven) {
  EXPECT_TRUE(MakeColumn(A(String(65536)))->length_given);
  EXPECT_FALSE(MakeColumn(A(String()))->length_given);
  EXPECT_EQ(MakeColumn(A(String()))->length, 65536u);
  EXPECT_FALSE(MakeColumn(A(Int32()))->length_given);
}

TEST(ColumnDefinitionTest, ParametersThatDoNotApplyAreZero) {
  const auto column = MakeColumn(A(Int32()));
  ASSERT_THAT(column, IsOk());
  EXPECT_EQ(column->precision, 0u);
  EXPECT_EQ(column->scale, 0u);
  EXPECT_EQ(column->length, 0u);
  EXPECT_EQ(TypeText(*column), "INT32");
  EXPECT_EQ(TypeText(*MakeColumn(A(Decimal(10, 2)))), "DECIMAL(10, 2)");
  EXPECT_EQ(TypeText(*MakeColumn(A(Time(3)))), "TIME(3)");
  EXPECT_EQ(TypeText(*MakeColumn(A(String(7)))), "STRING(7)");
}

// What is kept of a default given as it is: type and text.
std::pair<TypeId, std::string> Kept(ColumnDefault value, DataType type) {
  const auto kept = ResolveDefault(value, WithType({}, type));
  EXPECT_THAT(kept, IsOk());
  return {kept->type, kept->text};
}
std::pair<TypeId, std::string> KeptNumber(std::string text, DataType type) {
  return Kept({ColumnDefault::Kind::kConstant, {Literal::Shape::kNumber, text}}, type);
}

TEST(KeptDefaultTest, HasTheTypeOfTheColumnWhereItIsWrittenSo) {
  using Pair = std::pair<TypeId, std::string>;
  EXPECT_EQ(Kept(Constant(true), Boolean()), Pair(TypeId::kBoolean, "TRUE"));
  EXPECT_EQ(Kept(Constant(1), Int8()), Pair(TypeId::kInt8, "1"));
  EXPECT_EQ(KeptNumber("1.50", Float()), Pair(TypeId::kFloat, "1.50"));
  EXPECT_EQ(Kept(Constant("x"), String()), Pair(TypeId::kString, "x"));
  EXPECT_EQ(Kept(Constant("1.50"), Decimal(5, 2)), Pair(TypeId::kDecimal, "1.50"));
  EXPECT_EQ(Kept(Constant("2024-01-31"), Date()), Pair(TypeId::kDate, "2024-01-31"));
  EXPECT_EQ(Kept(Constant("00FF"), ByteArray()), Pair(TypeId::kByteArray, "00FF"));
}

TEST(KeptDefaultTest, HasTheTypeThatItLooksLikeElsewhere) {
  using Pair = std::pair<TypeId, std::string>;
  EXPECT_EQ(Kept(Constant("x"), Int32()), Pair(TypeId::kString, "x"));
  EXPECT_EQ(Kept(Constant(1), String()), Pair(TypeId::kInt64, "1"));
  EXPECT_EQ(Kept(Constant(1), Decimal(5, 2)), Pair(TypeId::kInt64, "1"));
  EXPECT_EQ(KeptNumber("1.5", Int32()), Pair(TypeId::kDouble, "1.5"));
  EXPECT_EQ(Kept(Constant(false), Int32()), Pair(TypeId::kBoolean, "FALSE"));
}

TEST(KeptDefaultTest, IsNotChecked) {
  EXPECT_EQ(Kept(Constant(1'000'000), Int8()).second, "1000000");
  EXPECT_EQ(Kept(Constant("never"), Date()).second, "never");
}

TEST(DefaultTest, NullIsNoDefault) {
  const Column column = WithType({}, Int32());
  EXPECT_EQ(*ResolveDefault({}, column), DefaultValue{});
  EXPECT_EQ(*ResolveDefault(NullConstant(), column), DefaultValue{});
  EXPECT_EQ(*ResolveDefault(Sql(NullConstant()), column), DefaultValue{});
}

TEST(DefaultTest, SqlLiteralsAreConverted) {
  EXPECT_EQ(Kept(Sql(Literal::Shape::kNumber, "0.50"), Decimal(5, 2)),
            std::pair(TypeId::kDecimal, std::string("0.50")));
  EXPECT_EQ(Kept(Sql(Literal::Shape::kNumber, "0.50"), Double()),
            std::pair(TypeId::kDouble, std::string("0.5")));
  EXPECT_EQ(Kept(Sql(Constant(-1)), Int64()), std::pair(TypeId::kInt64, std::string("-1")));
}

TEST(DefaultTest, ASqlLiteralThatDoesNotFitSaysWhatWould) {
  Column column = WithType({}, Int8());
  column.name = "A";
  EXPECT_THAT(ResolveDefault(Sql(Constant("it's")), column),
              FailsWith(Reason::INVALID_VALUE, {"\"A\"", "'it''s'", "INT8", "-128 to 127"}));
}

}  // namespace
}  // namespace annals
