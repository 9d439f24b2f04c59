#pragma once

#include "annals/commands/command.h"

namespace annals {

// Makes the catalog what it was at an earlier version, by a new one: history stays as it
// is. The entries are those of the statements that lead there (ddl/migration.h), and of
// RestoreConfigured where there are none. Objects that are in both keep their ids, and so
// does what has the kind and name of an object that was dropped since, if it can be made of
// it; the rest is made anew under new ids, and so are columns that are added again; what
// refers to them follows. So a second rollback has nothing to do. Indexes of tables that are
// there start again as registered, those of tables that are made anew are available. Ids are
// never given twice.
//
// What has a life of its own is not rolled back: how far an index is built, and the
// generation of a secret. One that is made anew begins with a generation that it never had,
// so that nothing that was made with it is taken for right again. Neither is what nothing
// takes back: a zone that came by itself and was changed since is no longer one that did,
// there is a default zone once there was one, and system views stay.
//
// Where no ALTER leads back, columns and tables are made anew, without their data.
//
//   CATALOG_VERSION_NOT_FOUND  the version is above the latest, or 0
//   VERSION_TRUNCATED          the version is below the earliest
//   NOT_SUPPORTED              what cannot be made what it was, under the policy of the
//                              call, and why; or there are no versions where this is planned
struct RollbackToVersion {
  CatalogVersion version;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
