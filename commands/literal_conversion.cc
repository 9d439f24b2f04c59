#include "annals/commands/literal_conversion.h"

#include <cstdint>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/constant_text.h"
#include "annals/commands/names.h"
#include "annals/commands/utf8.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using Text = std::optional<std::string>;

Text AsString(std::string_view text, uint32_t length) {
  const std::optional<size_t> characters = CountCharacters(text);
  if (!characters || *characters > length) return std::nullopt;
  return std::string(text);
}

// How values of this type are written.
Literal::Shape ShapeOf(TypeId type) {
  switch (type) {
    case TypeId::kBoolean:
      return Literal::Shape::kBoolean;
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return Literal::Shape::kNumber;
    case TypeId::kByteArray:
      return Literal::Shape::kBytes;
    default:
      return Literal::Shape::kString;
  }
}

// A DECIMAL may come as a string, which is how JSON writes it.
bool IsWrittenAs(Literal::Shape shape, TypeId type) {
  return shape == ShapeOf(type) || (shape == Literal::Shape::kString && type == TypeId::kDecimal);
}

std::string FractionNote(uint32_t precision) {
  if (precision == 0) return " without a fraction of seconds";
  return absl::StrCat(" with at most ", precision, " digits of a fraction");
}

}  // namespace

bool IsWrittenAsString(TypeId type) {
  switch (type) {
    case TypeId::kString:
    case TypeId::kDecimal:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kDatetime:
    case TypeId::kTimestamp:
    case TypeId::kUuid:
    case TypeId::kByteArray:
      return true;
    default:
      return false;
  }
}

std::string LiteralText(const Literal& literal) {
  constexpr size_t kShown = 60;
  const std::string_view shown = CutAtCharacter(literal.text, kShown);
  const std::string_view more = shown.size() < literal.text.size() ? "..." : "";
  std::string quoted;
  switch (literal.shape) {
    case Literal::Shape::kNull:
      return "NULL";
    case Literal::Shape::kBoolean:
    case Literal::Shape::kNumber:
      return absl::StrCat(ToAbsl(shown), ToAbsl(more));
    case Literal::Shape::kBytes:
      return absl::StrCat("X'", ToAbsl(shown), ToAbsl(more), "'");
    case Literal::Shape::kString:
      break;
  }
  for (char c : shown) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return absl::StrCat("'", quoted, ToAbsl(more), "'");
}

std::string DefaultText(const DefaultValue& value) {
  if (value.kind == DefaultValue::Kind::kFunction) return Quoted(value.text);
  return LiteralText({ShapeOf(value.type), value.text});
}

std::string WhatFits(const Column& column) {
  switch (column.type) {
    case TypeId::kBoolean:
      return "TRUE or FALSE";
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64: {
      const IntegerRange range = RangeOf(column.type);
      return absl::StrCat("a whole number from ", ToAbsl(range.least), " to ", ToAbsl(range.most));
    }
    case TypeId::kFloat:
    case TypeId::kDouble:
      return absl::StrCat("a number in the range of ", ToAbsl(TypeName(column.type)));
    case TypeId::kDecimal:
      return absl::StrCat("a number of at most ", column.precision, " digits, ", column.scale,
                          " of them after the decimal point");
    case TypeId::kDate:
      return "a date such as '2024-01-31'";
    case TypeId::kTime:
      return absl::StrCat("a time such as '10:20:30'", FractionNote(column.precision));
    case TypeId::kDatetime:
    case TypeId::kTimestamp:
      return absl::StrCat("a date and time such as '2024-01-31 10:20:30'",
                          FractionNote(column.precision));
    case TypeId::kUuid:
      return "a UUID such as '01234567-89ab-cdef-0123-456789abcdef'";
    case TypeId::kString:
      return absl::StrCat("a string of at most ", column.length, " characters");
    case TypeId::kByteArray:
      return absl::StrCat("X'...' with at most ", column.length, " bytes in hex");
    case TypeId::kNull:
    case TypeId::kPeriod:
    case TypeId::kDuration:
    case TypeId::kStruct:
      break;
  }
  return "NULL";
}

std::optional<std::string> ConvertLiteral(const Literal& literal, const Column& column) {
  if (!IsWrittenAs(literal.shape, column.type)) return std::nullopt;
  if (column.type == TypeId::kString) return AsString(literal.text, column.length);
  Text canonical = CanonicalConstant(literal.text, column);
  if (canonical && IsWrittenAsString(column.type)) return literal.text;
  return canonical;
}

std::optional<DefaultValue> ConvertDefault(const DefaultValue& value, const Column& column) {
  if (value.kind == DefaultValue::Kind::kNone) return value;
  if (value.kind == DefaultValue::Kind::kFunction) {
    if (TypeOfFunction(value.text) == column.type) return value;
    return std::nullopt;
  }
  Literal literal{ShapeOf(value.type), value.text};
  if (column.type == TypeId::kString && literal.shape != Literal::Shape::kBytes) {
    literal.shape = Literal::Shape::kString;
  }
  Text text = ConvertLiteral(literal, column);
  if (!text) return std::nullopt;
  return DefaultValue{DefaultValue::Kind::kConstant, column.type, *std::move(text)};
}

std::optional<TypeId> TypeOfFunction(std::string_view name) {
  if (absl::EqualsIgnoreCase(ToAbsl(name), "RAND_UUID")) return TypeId::kUuid;
  return std::nullopt;
}

}  // namespace annals
