#include "annals/commands/alter_table_alter_column.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/commands/limits.h"
#include "annals/commands/literal_conversion.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

std::string Where(const AlterTableAlterColumn& command) {
  return absl::StrCat("column ", Quoted(command.column), " of table ",
                      Qualified(command.schema, command.table));
}

absl::Status Refuse(Reason reason, const AlterTableAlterColumn& command, std::string_view why) {
  return MakeError(reason, absl::StrCat(Where(command), ": ", ToAbsl(why)));
}

bool Differs(const std::optional<int64_t>& given, uint32_t old) { return given && *given != old; }
bool IsLess(const std::optional<int64_t>& given, uint32_t old) { return given && *given < old; }

// --- What the strict policy allows.

absl::Status CheckKeyColumn(const AlterTableAlterColumn& command, const Column& origin) {
  if (command.type && *command.type != origin.type) {
    return Refuse(Reason::PK_TYPE_CHANGE, command, "the type of a key column cannot change");
  }
  if (Differs(command.precision, origin.precision)) {
    return Refuse(Reason::PK_PRECISION_CHANGE, command,
                  "the precision of a key column cannot change");
  }
  if (Differs(command.scale, origin.scale)) {
    return Refuse(Reason::PK_SCALE_CHANGE, command, "the scale of a key column cannot change");
  }
  return absl::OkStatus();
}

// Whether every value of `from` is one of `to`, or they are the same and their
// parameters can grow.
bool CanGrow(TypeId from, TypeId to) {
  switch (from) {
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
      return to >= from && to <= TypeId::kInt64;
    case TypeId::kFloat:
      return to == TypeId::kFloat || to == TypeId::kDouble;
    case TypeId::kDouble:
    case TypeId::kDecimal:
    case TypeId::kString:
    case TypeId::kByteArray:
      return to == from;
    default:
      return false;
  }
}

// "INT32 or INT64": what the type can become.
std::string WiderTypes(TypeId from) {
  std::vector<std::string> names;
  for (const TypeId to :
       {TypeId::kInt16, TypeId::kInt32, TypeId::kInt64, TypeId::kFloat, TypeId::kDouble}) {
    if (to != from && CanGrow(from, to)) names.emplace_back(TypeName(to));
  }
  return absl::StrJoin(names, " or ");
}

absl::Status RefuseType(const AlterTableAlterColumn& command, const Column& origin) {
  const std::string wider = WiderTypes(origin.type);
  return Refuse(
      Reason::TYPE_CHANGE_FORBIDDEN, command,
      absl::StrCat("type ", TypeText(origin), " cannot become ", ToAbsl(TypeName(*command.type)),
                   wider.empty() ? "" : absl::StrCat(", only ", wider)));
}

absl::Status CheckGrowth(const AlterTableAlterColumn& command, const Column& origin) {
  if (TakesPrecision(origin.type) && IsLess(command.precision, origin.precision)) {
    return Refuse(Reason::PRECISION_DECREASE, command,
                  absl::StrCat("the precision can only grow; it is ", origin.precision));
  }
  if (TakesScale(origin.type) && Differs(command.scale, origin.scale)) {
    return Refuse(Reason::SCALE_CHANGE, command,
                  absl::StrCat("the scale cannot change; it is ", origin.scale));
  }
  if (TakesLength(origin.type) && IsLess(command.length, origin.length)) {
    return Refuse(Reason::LENGTH_DECREASE, command,
                  absl::StrCat("the length can only grow; it is ", origin.length));
  }
  return absl::OkStatus();
}

absl::Status CheckTypeChange(const AlterTableAlterColumn& command, const Column& origin) {
  if (command.type && CanGrow(origin.type, *command.type)) return CheckGrowth(command, origin);
  if (command.type && *command.type != origin.type) {
    return RefuseType(command, origin);
  }
  const std::string_view growth =
      CanGrow(origin.type, origin.type) ? ", unless it grows and the type is given too" : "";
  if (Differs(command.precision, origin.precision)) {
    return Refuse(
        Reason::PRECISION_CHANGE, command,
        absl::StrCat("the precision cannot change", ToAbsl(growth), "; it is ", origin.precision));
  }
  if (Differs(command.scale, origin.scale)) {
    return Refuse(Reason::SCALE_CHANGE, command,
                  absl::StrCat("the scale cannot change; it is ", origin.scale));
  }
  if (Differs(command.length, origin.length)) {
    return Refuse(
        Reason::LENGTH_CHANGE, command,
        absl::StrCat("the length cannot change", ToAbsl(growth), "; it is ", origin.length));
  }
  return absl::OkStatus();
}

absl::Status CheckStrict(const AlterTableAlterColumn& command, const Column& origin) {
  ANNALS_RETURN_IF_ERROR(CheckTypeChange(command, origin));
  if (command.nullable == false && origin.nullable) {
    return Refuse(
        Reason::ADD_NOT_NULL_FORBIDDEN, command,
        "NOT NULL cannot be added, there may be rows with NULL; policy relaxed allows it");
  }
  return absl::OkStatus();
}

// --- The column as it will be.

// Without the parameters that the type does not take and that are given as they are
// shown, which is 0.
DataType WithoutRestated(DataType type) {
  const auto drop = [](std::optional<int64_t>& given, bool takes) {
    if (!takes && given == 0) given.reset();
  };
  drop(type.precision, TakesPrecision(type.id));
  drop(type.scale, TakesScale(type.id));
  drop(type.length, TakesLength(type.id));
  return type;
}

// The type as it is asked for; `id` if that is not said.
DataType AskedType(const AlterTableAlterColumn& command, TypeId id) {
  return WithoutRestated({.id = command.type.value_or(id),
                          .precision = command.precision,
                          .scale = command.scale,
                          .length = command.length,
                          .length_given = command.length_given});
}

// Parameters that are not given stay, unless the type becomes another. A length that is
// given as it is leaves open whether it was given before.
DataType NewType(const AlterTableAlterColumn& command, const Column& origin) {
  DataType type = AskedType(command, origin.type);
  if (type.id != origin.type) return type;
  if (!type.precision && TakesPrecision(type.id)) type.precision = origin.precision;
  if (!type.scale && TakesScale(type.id)) type.scale = origin.scale;
  if (!type.length && TakesLength(type.id)) type.length = origin.length;
  if (type.length == origin.length) type.length_given = origin.length_given;
  return type;
}

bool SameType(const Column& a, const Column& b) {
  return a.type == b.type && a.precision == b.precision && a.scale == b.scale &&
         a.length == b.length;
}

// A type that grows takes every constant as it is spelled. One that is no value of the
// type was kept as given; it may be one of the wider type.
DefaultValue KeepGrown(const Column& origin, const Column& target) {
  DefaultValue kept = origin.default_value;
  if (kept.kind == DefaultValue::Kind::kConstant && kept.type == origin.type) {
    kept.type = target.type;
  }
  return kept;
}

// The default that stays follows the type.
absl::StatusOr<DefaultValue> KeepDefault(const AlterTableAlterColumn& command, const Column& origin,
                                         const Column& target, bool relaxed) {
  if (SameType(origin, target)) return origin.default_value;
  if (!relaxed) return KeepGrown(origin, target);
  if (auto converted = ConvertDefault(origin.default_value, target)) return *std::move(converted);
  return Refuse(
      Reason::DEFAULT_NOT_CONVERTIBLE, command,
      absl::StrCat("its default ", DefaultText(origin.default_value), " does not fit type ",
                   TypeText(target), "; drop it, or give another"));
}

}  // namespace

absl::Status AlterTableAlterColumn::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckTableName(schema, table));
  ANNALS_RETURN_IF_ERROR(CheckName(column, "column name"));
  if (type == TypeId::kNull) {
    return MakeError(Reason::COLUMN_TYPE_NULL_FORBIDDEN,
                     absl::StrCat("column ", Quoted(column), " cannot have type NULL"));
  }
  if (type) {
    ANNALS_RETURN_IF_ERROR(CheckStorable(*type, column));
    ANNALS_RETURN_IF_ERROR(ValidateType(AskedType(*this, *type), column, /*complete=*/false));
  }
  if (default_value && default_value->kind == ColumnDefault::Kind::kFunction) {
    return MakeError(Reason::NON_CONSTANT_DEFAULT,
                     absl::StrCat("column ", Quoted(column), " cannot be given the default ",
                                  Quoted(default_value->function), "; it has to be a constant"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UpdateEntries> AlterTableAlterColumn::Plan(PlanContext& context) const {
  const auto owner = FindTable(context.catalog(), schema, table);
  if (!owner.ok()) return Missing(owner.status(), if_table_exists);
  ANNALS_ASSIGN_OR_RETURN(const ColumnDescriptor found, FindColumn(*owner, schema, column));
  const Column origin = found.ToColumn();
  const bool key_column = owner->IsKeyColumn(origin.id);
  if (key_column && !context.relaxed()) ANNALS_RETURN_IF_ERROR(CheckKeyColumn(*this, origin));
  if (key_column && nullable == true) {
    return Refuse(Reason::PK_DROP_NOT_NULL, *this, "a key column has to be NOT NULL");
  }
  if (!context.relaxed()) ANNALS_RETURN_IF_ERROR(CheckStrict(*this, origin));

  const DataType new_type = NewType(*this, origin);
  ANNALS_RETURN_IF_ERROR(ValidateType(new_type, column));
  Column target = WithType(origin, new_type);
  target.nullable = nullable.value_or(origin.nullable);
  if (default_value) {
    ANNALS_ASSIGN_OR_RETURN(target.default_value, ResolveDefault(*default_value, target));
  } else {
    ANNALS_ASSIGN_OR_RETURN(target.default_value,
                            KeepDefault(*this, origin, target, context.relaxed()));
  }
  if (target == origin) return UpdateEntries{};
  ANNALS_RETURN_IF_ERROR(CheckRoomForColumns(*owner, 0, 1));
  return UpdateEntries{AlterColumn{owner->id(), std::move(target)}};
}

}  // namespace annals
