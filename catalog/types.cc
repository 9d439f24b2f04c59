#include "annals/catalog/types.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"

namespace annals {
namespace {

struct TypeRow {
  TypeId id;
  std::string_view name;
};

constexpr std::array kTypes = {
    TypeRow{TypeId::kNull, "NULL"},           TypeRow{TypeId::kBoolean, "BOOLEAN"},
    TypeRow{TypeId::kInt8, "INT8"},           TypeRow{TypeId::kInt16, "INT16"},
    TypeRow{TypeId::kInt32, "INT32"},         TypeRow{TypeId::kInt64, "INT64"},
    TypeRow{TypeId::kFloat, "FLOAT"},         TypeRow{TypeId::kDouble, "DOUBLE"},
    TypeRow{TypeId::kDecimal, "DECIMAL"},     TypeRow{TypeId::kDate, "DATE"},
    TypeRow{TypeId::kTime, "TIME"},           TypeRow{TypeId::kDatetime, "DATETIME"},
    TypeRow{TypeId::kTimestamp, "TIMESTAMP"}, TypeRow{TypeId::kUuid, "UUID"},
    TypeRow{TypeId::kString, "STRING"},       TypeRow{TypeId::kByteArray, "BYTE_ARRAY"},
    TypeRow{TypeId::kPeriod, "PERIOD"},       TypeRow{TypeId::kDuration, "DURATION"},
    TypeRow{TypeId::kStruct, "STRUCT"},
};

// "kind 64"
std::string_view NumberedKind(ObjectKind kind) {
  constexpr size_t kKinds = 256;
  static const auto* const names = [] {
    auto* const all = new std::array<std::string, kKinds>;
    for (size_t i = 0; i < kKinds; ++i) (*all)[i] = absl::StrCat("kind ", i);
    return all;
  }();
  return (*names)[static_cast<uint8_t>(kind)];
}

}  // namespace

std::string_view LastingKindName(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kSchema:
      return "schema";
    case ObjectKind::kTable:
      return "table";
    case ObjectKind::kIndex:
      return "index";
    case ObjectKind::kZone:
      return "zone";
    case ObjectKind::kSystemView:
      return "system view";
    case ObjectKind::kCatalog:
      return "catalog";
    case ObjectKind::kConnection:
      return "connection";
    case ObjectKind::kSecret:
      return "secret";
    case ObjectKind::kSource:
      return "source";
    case ObjectKind::kSink:
      return "sink";
  }
  return NumberedKind(kind);
}

std::string_view KindName(ObjectKind kind) {
  const KindDefinition* const definition = FindKind(kind);
  return definition != nullptr ? std::string_view(definition->name) : LastingKindName(kind);
}

std::string_view KindPlural(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kSchema:
      return "schemas";
    case ObjectKind::kTable:
      return "tables";
    case ObjectKind::kIndex:
      return "indexes";
    case ObjectKind::kZone:
      return "zones";
    case ObjectKind::kSystemView:
      return "system views";
    default:
      break;
  }
  const KindDefinition* const definition = FindKind(kind);
  return definition != nullptr ? std::string_view(definition->plural) : NumberedKind(kind);
}

std::string_view TypeName(TypeId type) {
  for (const TypeRow& row : kTypes) {
    if (row.id == type) return row.name;
  }
  return "UNKNOWN";
}

std::optional<TypeId> TypeByName(std::string_view name) {
  for (const TypeRow& row : kTypes) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::vector<std::string_view> TypeNames() {
  std::vector<std::string_view> names;
  for (const TypeRow& row : kTypes) {
    if (row.id != TypeId::kNull) names.push_back(row.name);
  }
  return names;
}

bool TakesPrecision(TypeId type) {
  return type == TypeId::kDecimal || type == TypeId::kTime || type == TypeId::kDatetime ||
         type == TypeId::kTimestamp || type == TypeId::kPeriod || type == TypeId::kDuration;
}

bool TakesScale(TypeId type) { return type == TypeId::kDecimal; }

bool TakesLength(TypeId type) { return type == TypeId::kString || type == TypeId::kByteArray; }

std::string_view StatusName(IndexStatus status) {
  switch (status) {
    case IndexStatus::kRegistered:
      return "registered";
    case IndexStatus::kBuilding:
      return "building";
    case IndexStatus::kAvailable:
      return "available";
    case IndexStatus::kStopping:
      return "stopping";
  }
  return "unknown";
}

std::string_view CollationName(Collation collation) {
  if (collation.descending) return collation.nulls_first ? "desc_nulls_first" : "desc_nulls_last";
  return collation.nulls_first ? "asc_nulls_first" : "asc_nulls_last";
}

std::optional<Collation> CollationByName(std::string_view name) {
  for (bool descending : {false, true}) {
    for (bool nulls_first : {false, true}) {
      const Collation collation{descending, nulls_first};
      if (CollationName(collation) == name) return collation;
    }
  }
  return std::nullopt;
}

bool IsSystemSchema(std::string_view name) {
  return name == kSystemSchema || name == "DEFINITION_SCHEMA" || name == "INFORMATION_SCHEMA";
}

}  // namespace annals
