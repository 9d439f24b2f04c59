#pragma once

#include "annals/commands/command.h"

namespace annals {

// Makes the catalog what it was at an earlier version, by a new one: history stays as it
// is. The entries are those of the statements that lead there (ddl/migration.h). Objects
// that are in both keep their ids; those that were dropped since are made anew under new
// ids, and so are columns that are added again; what refers to them follows. Indexes of
// tables that are there start again as registered, those of tables that are made anew are
// available. Ids are never given twice.
//
//   CATALOG_VERSION_NOT_FOUND  the version is above the latest
//   VERSION_TRUNCATED          the version is below the earliest
//   NOT_SUPPORTED              what cannot be made what it was, under the policy of the
//                              call, and why; or there are no versions where this is planned
struct RollbackToVersion {
  CatalogVersion version;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
