#include "annals/commands/key_index.h"

#include "annals/schemas/status.h"

namespace annals {

absl::StatusOr<IndexFields> NewKeyIndex(const PrimaryKey& key, const std::vector<ColumnId>& columns,
                                        std::string_view table, NameTaker& names,
                                        UpdateEntries& entries) {
  IndexFields index;
  index.kind = key.kind;
  index.status = IndexStatus::kAvailable;
  index.unique = true;
  index.automatic_name = !key.name;
  if (key.name) {
    ANNALS_RETURN_IF_ERROR(names.Take(*key.name, entries));
    index.name = *key.name;
  } else {
    ANNALS_ASSIGN_OR_RETURN(index.name, names.TakeKeyIndexName(table));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    index.columns.push_back(
        {columns[i], key.kind == IndexKind::kSorted ? key.collations[i] : Collation{}});
  }
  return index;
}

}  // namespace annals
