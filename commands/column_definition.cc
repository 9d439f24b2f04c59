#include "annals/commands/column_definition.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/commands/literal_conversion.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

struct Range {
  int64_t least;
  int64_t most;
};

Range PrecisionRange(TypeId type) {
  if (type == TypeId::kDecimal) return {1, 32767};
  if (type == TypeId::kPeriod || type == TypeId::kDuration) return {1, 10};
  return {0, 9};
}

// One of a type's parameters: precision, scale or length.
struct Parameter {
  std::string_view name;
  const std::optional<int64_t>& value;
  bool taken;  // By the type.
  Range range;
};

absl::Status CheckParameter(const Parameter& parameter, TypeId type, std::string_view column,
                            bool complete) {
  const auto where = [&] {
    return absl::StrCat("column ", Quoted(column), " of type ", ToAbsl(TypeName(type)));
  };
  if (!parameter.taken) {
    if (!parameter.value) return absl::OkStatus();
    return MakeError(Reason::TYPE_PARAM_NOT_APPLICABLE,
                     absl::StrCat(where(), " takes no ", ToAbsl(parameter.name)));
  }
  if (!parameter.value) {
    if (!complete) return absl::OkStatus();
    return MakeError(Reason::TYPE_PARAM_REQUIRED,
                     absl::StrCat(where(), " needs a ", ToAbsl(parameter.name)));
  }
  if (*parameter.value >= parameter.range.least && *parameter.value <= parameter.range.most) {
    return absl::OkStatus();
  }
  return MakeError(
      Reason::TYPE_PARAM_RANGE,
      absl::StrCat(where(), " cannot have a ", ToAbsl(parameter.name), " of ", *parameter.value,
                   "; it is from ", parameter.range.least, " to ", parameter.range.most));
}

bool IsInteger(TypeId type) {
  return type == TypeId::kInt8 || type == TypeId::kInt16 || type == TypeId::kInt32 ||
         type == TypeId::kInt64;
}

// The type of a constant that is kept as given.
TypeId TypeOfKept(const Literal& literal, TypeId column) {
  switch (literal.shape) {
    case Literal::Shape::kNull:
      return TypeId::kNull;
    case Literal::Shape::kBoolean:
      return TypeId::kBoolean;
    case Literal::Shape::kNumber: {
      if (column == TypeId::kFloat || column == TypeId::kDouble) return column;
      const bool whole = literal.text.find_first_of(".eE") == std::string::npos;
      if (!whole) return TypeId::kDouble;
      return IsInteger(column) ? column : TypeId::kInt64;
    }
    case Literal::Shape::kString:
      return IsWrittenAsString(column) ? column : TypeId::kString;
    case Literal::Shape::kBytes:
      return TypeId::kByteArray;
  }
  return TypeId::kNull;
}

absl::Status DoesNotFit(const Literal& literal, const Column& column) {
  return MakeError(Reason::INVALID_VALUE,
                   absl::StrCat("the default ", LiteralText(literal), " does not fit column ",
                                Quoted(column.name), " of type ", TypeText(column),
                                "; it has to be ", WhatFits(column)));
}

}  // namespace

std::string TypeText(const Column& column) {
  const absl::string_view name = ToAbsl(TypeName(column.type));
  if (TakesScale(column.type)) {
    return absl::StrCat(name, "(", column.precision, ", ", column.scale, ")");
  }
  if (TakesPrecision(column.type)) return absl::StrCat(name, "(", column.precision, ")");
  if (TakesLength(column.type)) return absl::StrCat(name, "(", column.length, ")");
  return std::string(name);
}

absl::Status ValidateType(const DataType& type, std::string_view column, bool complete) {
  const Parameter parameters[] = {
      {"length", type.length, TakesLength(type.id), {1, INT32_MAX}},
      {"precision", type.precision, TakesPrecision(type.id), PrecisionRange(type.id)},
      {"scale", type.scale, TakesScale(type.id), {0, 32767}},
  };
  for (const Parameter& parameter : parameters) {
    ANNALS_RETURN_IF_ERROR(CheckParameter(parameter, type.id, column, complete));
  }
  return absl::OkStatus();
}

absl::Status ValidateColumn(const ColumnDefinition& definition) {
  ANNALS_RETURN_IF_ERROR(CheckName(definition.name, "column name"));
  if (definition.type.id == TypeId::kNull) {
    return MakeError(Reason::COLUMN_TYPE_MISSING,
                     absl::StrCat("column ", Quoted(definition.name), " needs a type"));
  }
  return ValidateType(definition.type, definition.name);
}

absl::Status ValidateColumns(const std::vector<ColumnDefinition>& columns) {
  for (const ColumnDefinition& column : columns) ANNALS_RETURN_IF_ERROR(ValidateColumn(column));
  const auto twice = FirstDuplicate(columns, &ColumnDefinition::name);
  if (!twice) return absl::OkStatus();
  return MakeError(Reason::COLUMN_DUPLICATED,
                   absl::StrCat("column ", Quoted(*twice), " is given twice"));
}

absl::Status CheckStorable(TypeId type, std::string_view column) {
  if (type != TypeId::kPeriod && type != TypeId::kDuration && type != TypeId::kStruct) {
    return absl::OkStatus();
  }
  return MakeError(Reason::TYPE_NOT_STORABLE,
                   absl::StrCat("column ", Quoted(column), " has type ", ToAbsl(TypeName(type)),
                                ", which tables cannot store"));
}

Column WithType(Column column, const DataType& type) {
  column.type = type.id;
  column.precision = static_cast<uint32_t>(type.precision.value_or(0));
  column.scale = static_cast<uint32_t>(type.scale.value_or(0));
  column.length = static_cast<uint32_t>(type.length.value_or(0));
  column.length_given = type.length.has_value() && type.length_given;
  return column;
}

absl::StatusOr<DefaultValue> ResolveDefault(const ColumnDefault& value, const Column& column) {
  if (value.kind == ColumnDefault::Kind::kFunction) {
    return DefaultValue{DefaultValue::Kind::kFunction, TypeId::kNull, value.function};
  }
  const Literal& literal = value.literal;
  if (value.kind == ColumnDefault::Kind::kNone || literal.shape == Literal::Shape::kNull) {
    return DefaultValue{};
  }
  if (!value.convert) {
    return DefaultValue{DefaultValue::Kind::kConstant, TypeOfKept(literal, column.type),
                        literal.text};
  }
  std::optional<std::string> text = ConvertLiteral(literal, column);
  if (!text) return DoesNotFit(literal, column);
  return DefaultValue{DefaultValue::Kind::kConstant, column.type, *std::move(text)};
}

absl::StatusOr<Column> MakeColumn(const ColumnDefinition& definition) {
  Column column = WithType({}, definition.type);
  column.name = definition.name;
  column.nullable = definition.nullable;
  if (definition.default_value.kind == ColumnDefault::Kind::kNone) return column;
  ANNALS_ASSIGN_OR_RETURN(column.default_value, ResolveDefault(definition.default_value, column));
  return column;
}

}  // namespace annals
