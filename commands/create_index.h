#pragma once

#include <string>
#include <vector>

#include "annals/commands/command.h"

namespace annals {

// Adds an index: available at once if its table is made by the same batch, else
// registered.
//
//   INDEX_EXISTS (and `if_not_exists` is false), TABLE_EXISTS, SYSTEM_VIEW_EXISTS
//   TABLE_NOT_FOUND, COLUMN_NOT_FOUND, COLUMN_DUPLICATED, NO_COLUMNS
//   COLLATIONS_MISSING, COLLATIONS_COUNT  a sorted index has one a column
//   UNIQUE_NEEDS_COLOCATION               allowed under relaxed
struct CreateIndex {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  std::string table;
  IndexKind kind = IndexKind::kSorted;
  std::vector<std::string> columns;
  std::vector<Collation> collations = {};
  bool unique = false;
  bool if_not_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
