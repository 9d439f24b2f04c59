#include "annals/commands/literal_conversion.h"

#include <limits>

#include "annals/catalog/constant_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace annals {
namespace {

using Shape = Literal::Shape;

Column Of(DataType type) { return WithType({}, type); }

// The canonical text of what a literal is kept as.
std::optional<std::string> Value(const Literal& literal, const DataType& type) {
  const auto kept = ConvertLiteral(literal, Of(type));
  return kept ? CanonicalConstant(*kept, Of(type)) : std::nullopt;
}
std::optional<std::string> FromNumber(std::string text, DataType type) {
  return Value({Shape::kNumber, std::move(text)}, type);
}
std::optional<std::string> FromString(std::string text, DataType type) {
  return Value({Shape::kString, std::move(text)}, type);
}
std::optional<std::string> FromBytes(std::string text, DataType type) {
  return Value({Shape::kBytes, std::move(text)}, type);
}
constexpr auto kNoFit = std::nullopt;

TEST(LiteralConversionTest, IntegersFitTheirWidthToTheLastUnit) {
  EXPECT_EQ(FromNumber("127", Int8()), "127");
  EXPECT_EQ(FromNumber("128", Int8()), kNoFit);
  EXPECT_EQ(FromNumber("-128", Int8()), "-128");
  EXPECT_EQ(FromNumber("-129", Int8()), kNoFit);
  EXPECT_EQ(FromNumber("-32768", Int16()), "-32768");
  EXPECT_EQ(FromNumber("32768", Int16()), kNoFit);
  EXPECT_EQ(FromNumber("2147483647", Int32()), "2147483647");
  EXPECT_EQ(FromNumber("2147483648", Int32()), kNoFit);
  EXPECT_EQ(FromNumber("9223372036854775807", Int64()), "9223372036854775807");
  EXPECT_EQ(FromNumber("9223372036854775808", Int64()), kNoFit);
  EXPECT_EQ(FromNumber("-9223372036854775808", Int64()), "-9223372036854775808");
  EXPECT_EQ(FromNumber("-9223372036854775809", Int64()), kNoFit);
}

TEST(LiteralConversionTest, NumbersHaveOneCanonicalText) {
  for (const char* text : {"100", "+100", "00100", "100.00", "1e2", "1E+2", "0.1e3", "1000e-1"}) {
    EXPECT_EQ(FromNumber(text, Int32()), "100") << text;
  }
  for (const char* text : {"0", "-0", "0.00", ".0", "0e5", "-0e-5"}) {
    EXPECT_EQ(FromNumber(text, Decimal(5, 2)), "0") << text;
  }
  EXPECT_EQ(FromNumber("-.50", Decimal(5, 2)), "-0.5");
  EXPECT_EQ(FromNumber("5.", Decimal(5, 2)), "5");
  EXPECT_EQ(FromNumber("12e-4", Decimal(9, 4)), "0.0012");
}

TEST(LiteralConversionTest, WhatIsNoNumberDoesNotFit) {
  for (const char* text : {"", ".", "-", "1e", "e5", "1.2.3", "1 ", " 1", "0x10", "--1", "1e+",
                           "NaN", "1e999999999999"}) {
    EXPECT_EQ(FromNumber(text, Double()), kNoFit) << text;
  }
}

TEST(LiteralConversionTest, FractionsAreNotRoundedToIntegers) {
  EXPECT_EQ(FromNumber("1.5", Int32()), kNoFit);
  EXPECT_EQ(FromNumber("1e-1", Int32()), kNoFit);
}

TEST(LiteralConversionTest, DecimalsFitPrecisionAndScaleExactly) {
  EXPECT_EQ(FromNumber("999.99", Decimal(5, 2)), "999.99");
  EXPECT_EQ(FromNumber("1000", Decimal(5, 2)), kNoFit);
  EXPECT_EQ(FromNumber("0.001", Decimal(5, 2)), kNoFit);
  EXPECT_EQ(FromNumber("0.010", Decimal(5, 2)), "0.01");
  // More places than digits.
  EXPECT_EQ(FromNumber("0.0099", Decimal(2, 4)), "0.0099");
  EXPECT_EQ(FromNumber("0.0100", Decimal(2, 4)), kNoFit);
  // More digits than any machine number has.
  const std::string wide(80, '9');
  EXPECT_EQ(FromNumber(wide, Decimal(80, 0)), wide);
  EXPECT_EQ(FromNumber(wide + "9", Decimal(80, 0)), kNoFit);
}

TEST(LiteralConversionTest, RealNumbersStayInTheirRange) {
  EXPECT_EQ(FromNumber("0.10", Double()), "0.1");
  EXPECT_EQ(FromNumber("3e38", Float()), "3" + std::string(38, '0'));
  EXPECT_EQ(FromNumber("4e38", Float()), kNoFit);
  EXPECT_EQ(FromNumber("1e308", Double()), "1" + std::string(308, '0'));
  EXPECT_EQ(FromNumber("1e309", Double()), kNoFit);
  EXPECT_EQ(FromNumber("1e-400", Double()), kNoFit);
}

TEST(LiteralConversionTest, OnlyADecimalCanBeAString) {
  EXPECT_EQ(FromString("1", Int32()), kNoFit);
  EXPECT_EQ(FromString("1", Double()), kNoFit);
  EXPECT_EQ(FromString("1.50", Decimal(5, 2)), "1.5");
  EXPECT_EQ(FromString("1.501", Decimal(5, 2)), kNoFit);
  EXPECT_EQ(FromString("one", Decimal(5, 2)), kNoFit);
  EXPECT_EQ(FromString("TRUE", Boolean()), kNoFit);
  EXPECT_EQ(FromNumber("1", String()), kNoFit);
  EXPECT_EQ(FromNumber("1", Boolean()), kNoFit);
}

TEST(LiteralConversionTest, BooleansAreUpperCase) {
  EXPECT_EQ(ConvertLiteral({Shape::kBoolean, "true"}, Of(Boolean())), "TRUE");
  EXPECT_EQ(ConvertLiteral({Shape::kBoolean, "FALSE"}, Of(Boolean())), "FALSE");
  EXPECT_EQ(ConvertLiteral({Shape::kBoolean, "TRUE"}, Of(Int8())), kNoFit);
}

TEST(LiteralConversionTest, DatesAreDaysOfTheCalendar) {
  EXPECT_EQ(FromString("2024-02-29", Date()), "2024-02-29");
  for (const char* text :
       {"2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01", "2024-1-1",
        "24-01-01", "2024-01-01 ", "2024/01/01", "-024-01-01", "2024-01-0", "tomorrow", ""}) {
    EXPECT_EQ(FromString(text, Date()), kNoFit) << text;
  }
}

TEST(LiteralConversionTest, TimesKeepAtMostTheirPrecision) {
  EXPECT_EQ(FromString("23:59:59", Time()), "23:59:59");
  EXPECT_EQ(FromString("10:20", Time()), "10:20:00");
  EXPECT_EQ(FromString("10:20:30.000", Time()), "10:20:30");
  EXPECT_EQ(FromString("10:20:30.120", Time(2)), "10:20:30.12");
  EXPECT_EQ(FromString("10:20:30.123", Time(2)), kNoFit);
  for (const char* text : {"24:00:00", "10:60:00", "10:20:60", "10:20:", "10:20:30.", "1:20:30",
                           "10:20:30Z", "10", ""}) {
    EXPECT_EQ(FromString(text, Time(9)), kNoFit) << text;
  }
}

TEST(LiteralConversionTest, MomentsAreWrittenWithSpaceOrT) {
  for (const DataType& type : {Datetime(3), Timestamp(3)}) {
    EXPECT_EQ(FromString("2024-01-31T10:20:30.500", type), "2024-01-31 10:20:30.5");
    EXPECT_EQ(FromString("2024-01-31 10:20", type), "2024-01-31 10:20:00");
    EXPECT_EQ(FromString("2024-01-31", type), "2024-01-31 00:00:00");
    EXPECT_EQ(FromString("2024-01-31 10:20:30.1234", type), kNoFit);
    EXPECT_EQ(FromString("2024-02-31 10:20:30", type), kNoFit);
    EXPECT_EQ(FromString("2024-01-31_10:20:30", type), kNoFit);
    EXPECT_EQ(FromString("10:20:30", type), kNoFit);
  }
}

TEST(LiteralConversionTest, OnlyATimestampCanBeInUtc) {
  EXPECT_EQ(FromString("2024-01-31T10:20:30Z", Timestamp()), "2024-01-31 10:20:30Z");
  EXPECT_EQ(FromString("2024-01-31T10:20:30Z", Datetime()), kNoFit);
}

TEST(LiteralConversionTest, UuidsAreLowerCase) {
  EXPECT_EQ(FromString("2946074F-6096-4726-bcb8-36d25124c262", Uuid()),
            "2946074f-6096-4726-bcb8-36d25124c262");
  for (const char* text :
       {"2946074f60964726bcb836d25124c262", "2946074f-6096-4726-bcb8-36d25124c26g",
        "2946074f-6096-4726-bcb8-36d25124c2621", "2946074f_6096-4726-bcb8-36d25124c262", ""}) {
    EXPECT_EQ(FromString(text, Uuid()), kNoFit) << text;
  }
}

TEST(LiteralConversionTest, StringsFitTheirLengthInCharacters) {
  EXPECT_EQ(FromString("", String(1)), "");
  EXPECT_EQ(FromString("漢字", String(2)), "漢字");
  EXPECT_EQ(FromString("abc", String(2)), kNoFit);
  EXPECT_EQ(FromString("\xFF", String(2)), kNoFit);
}

TEST(LiteralConversionTest, BytesAreHexAndFitTheirLength) {
  EXPECT_EQ(FromBytes("00FF", ByteArray(2)), "00ff");
  EXPECT_EQ(FromBytes("", ByteArray(2)), "");
  EXPECT_EQ(FromBytes("00ff00", ByteArray(2)), kNoFit);
  EXPECT_EQ(FromBytes("0", ByteArray(2)), kNoFit);
  EXPECT_EQ(FromBytes("0g", ByteArray(2)), kNoFit);
  EXPECT_EQ(FromString("00ff", ByteArray(2)), kNoFit);
}

TEST(LiteralConversionTest, WhatHasSeveralSpellingsKeepsTheGivenOne) {
  const auto kept = [](Shape shape, const std::string& text, const DataType& type) {
    return ConvertLiteral({shape, text}, Of(type));
  };
  EXPECT_EQ(kept(Shape::kNumber, "1.50", Decimal(5, 2)), "1.50");
  EXPECT_EQ(kept(Shape::kString, "+1E2", Decimal(5, 2)), "+1E2");
  EXPECT_EQ(kept(Shape::kString, "10:20", Time()), "10:20");
  for (const char* text : {"2024-01-31T10:20:30.500", "2024-01-31"}) {
    EXPECT_EQ(kept(Shape::kString, text, Datetime()), text);
    EXPECT_EQ(kept(Shape::kString, text, Timestamp()), text);
  }
  const std::string uuid = "2946074F-6096-4726-BCB8-36D25124C262";
  EXPECT_EQ(kept(Shape::kString, uuid, Uuid()), uuid);
  EXPECT_EQ(kept(Shape::kBytes, "00Ff", ByteArray(2)), "00Ff");
  // These are numbers in JSON too, where a spelling is lost.
  EXPECT_EQ(kept(Shape::kNumber, "1e2", Int32()), "100");
  EXPECT_EQ(kept(Shape::kNumber, "1.50", Double()), "1.5");
}

TEST(LiteralConversionTest, LiteralsAreShownAsSqlWritesThemAndShortened) {
  EXPECT_EQ(LiteralText({Shape::kString, "it's"}), "'it''s'");
  EXPECT_EQ(LiteralText({Shape::kNumber, "1.50"}), "1.50");
  EXPECT_EQ(LiteralText({Shape::kBytes, "00ff"}), "X'00ff'");
  EXPECT_EQ(LiteralText({Shape::kNull, ""}), "NULL");
  EXPECT_EQ(LiteralText({Shape::kString, std::string(70, 'a')}),
            "'" + std::string(60, 'a') + "...'");
}

DefaultValue Kept(TypeId type, std::string text) {
  return {DefaultValue::Kind::kConstant, type, std::move(text)};
}

TEST(ConvertDefaultTest, DefaultsFollowTheTypeIfTheyFit) {
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kInt32, "5"), Of(Int64())), Kept(TypeId::kInt64, "5"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kInt32, "5"), Of(Decimal(3, 1))),
            Kept(TypeId::kDecimal, "5"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kInt32, "500"), Of(Int8())), kNoFit);
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kDate, "2024-01-31"), Of(Timestamp())),
            Kept(TypeId::kTimestamp, "2024-01-31"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kByteArray, "00ff"), Of(ByteArray(1))), kNoFit);
}

TEST(ConvertDefaultTest, ATextThatIsRightForTheNewTypeStaysAsItIs) {
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kDecimal, "1.50"), Of(Decimal(9, 2))),
            Kept(TypeId::kDecimal, "1.50"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kDecimal, "1.50"), Of(String())),
            Kept(TypeId::kString, "1.50"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kDatetime, "2024-01-31T10:20"), Of(Timestamp())),
            Kept(TypeId::kTimestamp, "2024-01-31T10:20"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kByteArray, "00FF"), Of(ByteArray(3))),
            Kept(TypeId::kByteArray, "00FF"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kDecimal, "1E2"), Of(Int32())),
            Kept(TypeId::kInt32, "100"));
}

TEST(ConvertDefaultTest, EverythingButBytesBecomesAString) {
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kInt32, "5"), Of(String())), Kept(TypeId::kString, "5"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kBoolean, "TRUE"), Of(String())),
            Kept(TypeId::kString, "TRUE"));
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kByteArray, "00"), Of(String())), kNoFit);
  EXPECT_EQ(ConvertDefault(Kept(TypeId::kString, "5"), Of(Int32())), kNoFit);
}

TEST(ConvertDefaultTest, FunctionsStayOnlyOnTheirType) {
  const DefaultValue function{DefaultValue::Kind::kFunction, TypeId::kNull, "rand_uuid"};
  EXPECT_EQ(ConvertDefault(function, Of(Uuid())), function);
  EXPECT_EQ(ConvertDefault(function, Of(String())), kNoFit);
  EXPECT_EQ(ConvertDefault({}, Of(String())), DefaultValue{});
}

TEST(WhatFitsTest, EveryTypeSaysWhatFits) {
  EXPECT_EQ(WhatFits(Of(Int8())), "a whole number from -128 to 127");
  EXPECT_EQ(WhatFits(Of(Time())), "a time such as '10:20:30' without a fraction of seconds");
  for (const DataType& type :
       {Boolean(), Int16(), Int32(), Int64(), Float(), Double(), Decimal(3, 1), Date(), Time(3),
        Datetime(), Timestamp(), Uuid(), String(3), ByteArray(3)}) {
    EXPECT_FALSE(WhatFits(Of(type)).empty());
    EXPECT_NE(WhatFits(Of(type)), "NULL");
  }
}

}  // namespace
}  // namespace annals
