#include "annals/commands/primary_key.h"

#include "absl/strings/str_cat.h"
#include "annals/commands/limits.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status ValidateKeyCountAndName(const PrimaryKey& key) {
  if (key.columns.empty()) {
    return MakeError(Reason::NO_PRIMARY_KEY, "a primary key has at least one column");
  }
  ANNALS_RETURN_IF_ERROR(CheckKeyColumnCount(key.columns.size()));
  return key.name ? CheckName(*key.name, "primary key name") : absl::OkStatus();
}

absl::Status ValidateKeyColumns(const PrimaryKey& key) {
  if (const auto twice = FirstDuplicate(key.columns)) {
    return MakeError(Reason::PK_DUPLICATE,
                     absl::StrCat("the primary key names column ", Quoted(*twice), " twice"));
  }
  const size_t wanted = key.kind == IndexKind::kSorted ? key.columns.size() : 0;
  if (key.collations.size() != wanted) {
    return MakeError(Reason::PK_COLLATION_COUNT,
                     absl::StrCat("a ", key.kind == IndexKind::kSorted ? "sorted" : "hash",
                                  " primary key of ", key.columns.size(), " columns has ", wanted,
                                  " collations, not ", key.collations.size()));
  }
  return absl::OkStatus();
}

}  // namespace annals
