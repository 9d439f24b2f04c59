#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "annals/commands/command.h"

namespace annals {

// Sets what tells when a table's statistics are stale. Any value given makes a
// version, also if it is the current one.
//
//   STALE_FRACTION_RANGE  not in 0 .. 1
//   STALE_COUNT_NEGATIVE
struct AlterTableSetProperty {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  std::optional<double> stale_rows_fraction = std::nullopt;
  std::optional<int64_t> min_stale_rows_count = std::nullopt;
  bool if_table_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
