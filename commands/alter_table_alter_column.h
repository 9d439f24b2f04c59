#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"

namespace annals {

// Changes type, nullability or default of a column; what is not given stays.
// docs/semantics.md has the table of allowed type changes. Nothing changed: no
// version.
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
