#pragma once

// The index that comes with a primary key.

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/names.h"
#include "annals/commands/primary_key.h"

namespace annals {

// The key index of the table named `table`; `columns` are the ids of `key.columns`.
// Its name is taken from `names`, and `entries` get what makes that free. Ids of
// index, schema and table are left to the caller.
//   INDEX_EXISTS, TABLE_EXISTS, SYSTEM_VIEW_EXISTS
absl::StatusOr<IndexFields> NewKeyIndex(const PrimaryKey& key, const std::vector<ColumnId>& columns,
                                        std::string_view table, NameTaker& names,
                                        UpdateEntries& entries);

}  // namespace annals
