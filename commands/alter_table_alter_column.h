#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"

namespace annals {

// Changes type, nullability or default of a column; what is not given stays.
// Nothing changed: no version. Under strict a type may only grow: INT8 to INT16 to
// INT32 to INT64, FLOAT to DOUBLE, and, with the type restated, the precision of a
// DECIMAL and the length of a STRING or BYTE_ARRAY. Under relaxed any change is
// allowed that keeps a convertible default.
struct AlterTableAlterColumn {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  std::string column;
  std::optional<TypeId> type = std::nullopt;
  std::optional<int64_t> precision = std::nullopt;
  std::optional<int64_t> scale = std::nullopt;
  std::optional<int64_t> length = std::nullopt;
  bool length_given = true;  // False: `length` is only the type's default.
  std::optional<bool> nullable = std::nullopt;
  std::optional<ColumnDefault> default_value = std::nullopt;  // NullConstant() drops it.
  bool if_table_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
