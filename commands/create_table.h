#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"
#include "annals/commands/primary_key.h"

namespace annals {

// The key column that a table without a key gets; see CreateTable::implicit_key.
inline constexpr std::string_view kImplicitKeyColumn = "__p_key";

// Adds a table and its key index, and, if the catalog has no default zone yet and
// none is named, the zone "Default".
//
// Fails with the reasons of a malformed column, key or colocation list, and with
//   SCHEMA_NOT_FOUND                                 also with `if_not_exists`
//   TABLE_EXISTS, INDEX_EXISTS, SYSTEM_VIEW_EXISTS   the name, or the key index's
//   ZONE_NOT_FOUND, ZONE_EXISTS                      "Default" is no default zone
//   PROFILE_NOT_IN_ZONE
//   NO_PRIMARY_KEY, NO_COLUMNS                       allowed under relaxed
struct CreateTable {
  std::string schema = std::string(kPublicSchema);
  std::string name;
  std::vector<ColumnDefinition> columns;
  std::optional<PrimaryKey> primary_key = std::nullopt;
  std::optional<std::vector<std::string>> colocation_columns = std::nullopt;  // Else the key's.
  std::optional<std::string> zone = std::nullopt;             // Else the default zone.
  std::optional<std::string> storage_profile = std::nullopt;  // Else the zone's first.
  double stale_rows_fraction = 0.2;
  int64_t min_stale_rows_count = 500;
  bool if_not_exists = false;
  bool allow_system_schema = false;
  // What SQL means by a table without a key: under strict, if there is no
  // `primary_key`, the table gets the column `__p_key UUID DEFAULT rand_uuid` as
  // its first one and a hash key on it; under relaxed it has no key.
  bool implicit_key = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
