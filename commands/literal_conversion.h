#pragma once

// Literals as values of a type: whether they fit, and how they are kept. DECIMAL,
// times, UUID and BYTE_ARRAY keep the spelling that they were given; other values have
// one text (catalog/constant_text.h).

#include <optional>
#include <string>

#include "annals/catalog/types.h"
#include "annals/commands/column_definition.h"

namespace annals {

// Whether JSON writes values of this type as strings. They have several spellings, of
// which the given one is kept; whole numbers, FLOAT and DOUBLE are numbers there too, and
// have one.
bool IsWrittenAsString(TypeId type);

// As SQL would write it, shortened: 'it''s', X'00ff', 12, TRUE.
std::string LiteralText(const Literal& literal);

// The same of a default that there is: a constant, or a function's name.
std::string DefaultText(const DefaultValue& value);

// What fits a column of this type: "a whole number from -128 to 127".
std::string WhatFits(const Column& column);

// `literal` as it is kept as a value of the column's type; nothing if it does not fit.
// Nothing is rounded or cut, and a string is no number, but it can be a DECIMAL.
std::optional<std::string> ConvertLiteral(const Literal& literal, const Column& column);

// The default of a column whose type has become that of `column`, spelled as it was
// where that is still right; nothing if it does not fit.
std::optional<DefaultValue> ConvertDefault(const DefaultValue& value, const Column& column);

// The type that a function gives; nothing if there is no such function.
std::optional<TypeId> TypeOfFunction(std::string_view name);

}  // namespace annals
