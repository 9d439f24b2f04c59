#pragma once

// The words in which a catalog speaks of columns, indexes and zones. Plain
// values; the numbers are those on disk (schemas/object.fbs).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/schemas/ids.h"

namespace annals {

enum class ObjectKind : uint8_t {
  kSchema = 1,
  kTable = 2,
  kIndex = 3,
  kZone = 4,
  kSystemView = 5,
  kCatalog = 16,
  kConnection = 17,
  kSecret = 18,
  kSource = 19,
  kSink = 20,
};

// The numbers that kinds of a host have (catalog/kind.h).
constexpr bool IsHostKind(ObjectKind kind) {
  return static_cast<uint8_t>(kind) >= 64 && static_cast<uint8_t>(kind) < 224;
}

// "table", "system view", "connection", ...: kinds that a host registered (catalog/kind.h)
// by their names, and "kind 64" where nobody did.
std::string_view KindName(ObjectKind kind);
// "tables", "connections", ...; "kind 64" where nobody says.
std::string_view KindPlural(ObjectKind kind);
// The name that every process gives it, whatever is registered there: that of a built-in
// kind, else "kind 64".
std::string_view LastingKindName(ObjectKind kind);

enum class TypeId : uint8_t {
  kNull = 0,
  kBoolean = 1,
  kInt8 = 2,
  kInt16 = 3,
  kInt32 = 4,
  kInt64 = 5,
  kFloat = 6,
  kDouble = 7,
  kDecimal = 8,
  kDate = 9,
  kTime = 10,
  kDatetime = 11,
  kTimestamp = 12,
  kUuid = 13,
  kString = 15,
  kByteArray = 16,
  kPeriod = 17,
  kDuration = 18,
  kStruct = 19,
};

// "INT32", "BYTE_ARRAY", ...: the names of the JSON-lines protocol and of messages.
std::string_view TypeName(TypeId type);
std::optional<TypeId> TypeByName(std::string_view name);
// The names of all types that a column can have, in the order of their numbers.
std::vector<std::string_view> TypeNames();

bool TakesPrecision(TypeId type);  // DECIMAL, TIME, DATETIME, TIMESTAMP, PERIOD, DURATION
bool TakesScale(TypeId type);      // DECIMAL
bool TakesLength(TypeId type);     // STRING, BYTE_ARRAY

// The length of a STRING or BYTE_ARRAY column that was given none.
inline constexpr uint32_t kDefaultLength = 65536;

// A type as a command asks for it; the command checks the parameters.
struct DataType {
  TypeId id = TypeId::kNull;  // kNull: none given.
  std::optional<int64_t> precision = std::nullopt;
  std::optional<int64_t> scale = std::nullopt;
  std::optional<int64_t> length = std::nullopt;
  bool length_given = true;  // False: `length` is only the type's default.

  friend bool operator==(const DataType&, const DataType&) = default;
};

inline DataType Boolean() { return {TypeId::kBoolean}; }
inline DataType Int8() { return {TypeId::kInt8}; }
inline DataType Int16() { return {TypeId::kInt16}; }
inline DataType Int32() { return {TypeId::kInt32}; }
inline DataType Int64() { return {TypeId::kInt64}; }
inline DataType Float() { return {TypeId::kFloat}; }
inline DataType Double() { return {TypeId::kDouble}; }
inline DataType Decimal(int64_t precision, int64_t scale) {
  return {TypeId::kDecimal, precision, scale};
}
inline DataType Date() { return {TypeId::kDate}; }
inline DataType Time(int64_t precision = 0) { return {TypeId::kTime, precision}; }
inline DataType Datetime(int64_t precision = 6) { return {TypeId::kDatetime, precision}; }
inline DataType Timestamp(int64_t precision = 6) { return {TypeId::kTimestamp, precision}; }
inline DataType Uuid() { return {TypeId::kUuid}; }
inline DataType String(int64_t length) {
  return {TypeId::kString, std::nullopt, std::nullopt, length};
}
inline DataType String() {
  return {TypeId::kString, std::nullopt, std::nullopt, kDefaultLength, false};
}
inline DataType ByteArray(int64_t length) {
  return {TypeId::kByteArray, std::nullopt, std::nullopt, length};
}
inline DataType ByteArray() {
  return {TypeId::kByteArray, std::nullopt, std::nullopt, kDefaultLength, false};
}

// The default of a column as it is kept: a constant's text as it was given and its
// type, or a function's name. A NULL constant is no default.
struct DefaultValue {
  enum class Kind : uint8_t { kNone = 0, kConstant = 1, kFunction = 2 };

  Kind kind = Kind::kNone;
  TypeId type = TypeId::kNull;  // Of a constant.
  std::string text;

  friend bool operator==(const DefaultValue&, const DefaultValue&) = default;
};

// A column, or one life of one: valid from table version `since` until, once it
// was dropped or changed, `until` (0 while it lives).
struct Column {
  ColumnId id;
  std::string name;
  TypeId type = TypeId::kNull;
  bool nullable = false;
  uint32_t precision = 0;  // 0 where the type has none; so scale and length.
  uint32_t scale = 0;
  uint32_t length = 0;
  bool length_given = false;
  DefaultValue default_value;
  uint32_t since = 0;
  uint32_t until = 0;

  friend bool operator==(const Column&, const Column&) = default;
};

enum class IndexKind : uint8_t { kHash = 1, kSorted = 2 };

// Registered -> building -> available -> stopping -> gone.
enum class IndexStatus : uint8_t { kRegistered = 1, kBuilding = 2, kAvailable = 3, kStopping = 4 };

// "registered", ...
std::string_view StatusName(IndexStatus status);

// How a sorted index orders a column.
struct Collation {
  bool descending = false;
  bool nulls_first = false;

  friend bool operator==(Collation, Collation) = default;
};

// "asc_nulls_last", ...
std::string_view CollationName(Collation collation);
std::optional<Collation> CollationByName(std::string_view name);

struct IndexColumn {
  ColumnId id;
  Collation collation;

  friend bool operator==(const IndexColumn&, const IndexColumn&) = default;
};

enum class ConsistencyMode : uint8_t { kStrong = 1, kHighAvailability = 2 };
enum class ViewKind : uint8_t { kNode = 1, kCluster = 2 };

// What a command may do : strict enforces every rule, relaxed is for hosts
// that rewrite data themselves and for histories imported from elsewhere.
enum class Policy : uint8_t { kStrict = 1, kRelaxed = 2 };

inline constexpr std::string_view kPublicSchema = "PUBLIC";
inline constexpr std::string_view kSystemSchema = "SYSTEM";
inline constexpr std::string_view kDefaultZoneName = "Default";
inline constexpr std::string_view kDefaultProfile = "default";

// Names reserved for system schemas: SYSTEM, DEFINITION_SCHEMA, INFORMATION_SCHEMA.
bool IsSystemSchema(std::string_view name);

}  // namespace annals
