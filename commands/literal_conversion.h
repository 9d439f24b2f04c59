#pragma once

// Constants as values of a type: numbers exactly, as text, and times by the
// calendar. The result is canonical text, the same for equal values:
//
//   BOOLEAN               TRUE, FALSE
//   numbers               no exponent, no leading or trailing zeros, no -0
//   DATE                  2024-01-31
//   TIME                  10:20:30, and .5 where there is a fraction
//   DATETIME, TIMESTAMP   2024-01-31 10:20:30.5; a TIMESTAMP in UTC ends in Z
//   UUID, BYTE_ARRAY      hex digits in lower case
//   STRING                itself

#include <optional>
#include <string>

#include "annals/catalog/types.h"
#include "annals/commands/column_definition.h"

namespace annals {

// As SQL would write it, shortened: 'it''s', X'00ff', 12, TRUE.
std::string LiteralText(const Literal& literal);

// What fits a column of this type: "a whole number from -128 to 127".
std::string WhatFits(const Column& column);

// `literal` as a value of the column's type; nothing if it does not fit. Nothing
// is rounded or cut, and a string is no number.
std::optional<std::string> ConvertLiteral(const Literal& literal, const Column& column);

// The default of a column whose type has become that of `column`; nothing if it
// does not fit.
std::optional<DefaultValue> ConvertDefault(const DefaultValue& value, const Column& column);

// The type that a function gives; nothing if there is no such function.
std::optional<TypeId> TypeOfFunction(std::string_view name);

}  // namespace annals
