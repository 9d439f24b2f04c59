#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "annals/catalog/types.h"

namespace annals {

struct PrimaryKey {
  IndexKind kind = IndexKind::kHash;
  std::vector<std::string> columns;
  std::vector<Collation> collations = {};          // Of a sorted key, one a column.
  std::optional<std::string> name = std::nullopt;  // Of its index; else <table>_PK.
};

inline PrimaryKey HashPrimaryKey(std::vector<std::string> columns) {
  return {IndexKind::kHash, std::move(columns)};
}
inline PrimaryKey SortedPrimaryKey(std::vector<std::string> columns,
                                   std::vector<Collation> collations) {
  return {IndexKind::kSorted, std::move(columns), std::move(collations)};
}

// What can be said of a key without its table.
//   NO_PRIMARY_KEY                  it has no columns
//   TOO_MANY_KEY_COLUMNS
//   BLANK_IDENTIFIER, INVALID_NAME  its name
absl::Status ValidateKeyCountAndName(const PrimaryKey& key);
//   PK_DUPLICATE, PK_COLLATION_COUNT
absl::Status ValidateKeyColumns(const PrimaryKey& key);

}  // namespace annals
