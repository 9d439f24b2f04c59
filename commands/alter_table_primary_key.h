#pragma once

#include <string>

#include "annals/commands/command.h"
#include "annals/commands/primary_key.h"

namespace annals {

// Gives a table without primary key one: its columns become NOT NULL, the
// colocation list becomes the key, and a key index is made. Needs the relaxed
// policy.
//
//   PRIMARY_KEY_EXISTS  the table has one
struct AlterTableAddPrimaryKey {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  PrimaryKey primary_key;
  bool if_table_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Drops the key and its index; its columns stay NOT NULL, and the colocation list
// becomes empty. Needs the relaxed policy.
//
//   NO_PRIMARY_KEY  the table has none
struct AlterTableDropPrimaryKey {
  std::string schema = std::string(kPublicSchema);
  std::string table;
  bool if_table_exists = false;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
