#pragma once

// A column as a command asks for it, and the rules that need no catalog.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/types.h"

namespace annals {

// A constant as it was written.
struct Literal {
  enum class Shape { kNull, kBoolean, kNumber, kString, kBytes };
  Shape shape = Shape::kNull;
  std::string text;  // TRUE / FALSE; digits; the string itself; hex digits.

  friend bool operator==(const Literal&, const Literal&) = default;
};

// The default that a command gives a column.
struct ColumnDefault {
  enum class Kind { kNone, kConstant, kFunction };
  Kind kind = Kind::kNone;
  Literal literal;       // Of a constant; NULL is no default.
  std::string function;  // Its name, compared without regard to case.
  // Convert the literal to the column's type and check that it fits, as SQL does.
  // Otherwise it is kept as given.
  bool convert = false;

  friend bool operator==(const ColumnDefault&, const ColumnDefault&) = default;
};

inline ColumnDefault Constant(bool value) {
  return {ColumnDefault::Kind::kConstant, {Literal::Shape::kBoolean, value ? "TRUE" : "FALSE"}};
}
inline ColumnDefault Constant(int64_t value) {
  return {ColumnDefault::Kind::kConstant, {Literal::Shape::kNumber, std::to_string(value)}};
}
inline ColumnDefault Constant(int value) { return Constant(int64_t{value}); }
inline ColumnDefault Constant(std::string value) {
  return {ColumnDefault::Kind::kConstant, {Literal::Shape::kString, std::move(value)}};
}
inline ColumnDefault Constant(const char* value) { return Constant(std::string(value)); }
inline ColumnDefault NullConstant() {
  return {ColumnDefault::Kind::kConstant, {Literal::Shape::kNull, ""}};
}
inline ColumnDefault Function(std::string name) {
  return {ColumnDefault::Kind::kFunction, {}, std::move(name)};
}

struct ColumnDefinition {
  std::string name;
  DataType type = {};
  bool nullable = false;
  ColumnDefault default_value = {};
};

// "DECIMAL(10, 2)", for messages.
std::string TypeText(const Column& column);

// Checks that `type` takes the parameters that it is given, and their ranges; with
// `complete` also that it is given those that it needs. `column` is for messages.
//   TYPE_PARAM_NOT_APPLICABLE, TYPE_PARAM_RANGE, TYPE_PARAM_REQUIRED
absl::Status ValidateType(const DataType& type, std::string_view column, bool complete = true);

// Checks name, type and the type's parameters.
//   BLANK_IDENTIFIER, INVALID_NAME, COLUMN_TYPE_MISSING, and those of ValidateType
absl::Status ValidateColumn(const ColumnDefinition& definition);

// The same for all columns that a command gives, and that no name is there twice.
//   COLUMN_DUPLICATED, and those of ValidateColumn
absl::Status ValidateColumns(const std::vector<ColumnDefinition>& columns);

// Whether a table can have a column of this type.
//   TYPE_NOT_STORABLE  PERIOD, DURATION, STRUCT
absl::Status CheckStorable(TypeId type, std::string_view column);

// The same column with another type; `type` is complete and valid.
Column WithType(Column column, const DataType& type);

// `value` as the default of `column`. Kept as given, a constant has the type of the
// column where it is written as such values are, else the type that it looks like.
//   INVALID_VALUE  `value.convert`, and the literal does not fit the type; names
//                  column, literal and type, and says what would fit
absl::StatusOr<DefaultValue> ResolveDefault(const ColumnDefault& value, const Column& column);

// The column that `definition` makes; its id is still to be given. Fails as
// ResolveDefault does.
// REQUIRES: ValidateColumn(definition) is ok.
absl::StatusOr<Column> MakeColumn(const ColumnDefinition& definition);

}  // namespace annals
