#pragma once

// The one meaning of every update entry. Live commits, recovery, records of other
// writers, the inspector and every test go through here.

#include "absl/status/status.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/update.h"

namespace annals {

// Makes `entry` happen in `draft`. Pure: no clock, no I/O, no policy. Checks that
// the entry fits: ids and names free or present, references whole.
//   DAMAGED  it does not fit; `draft` may hold a part of it and is to be dropped
absl::Status Apply(UpdateEntry entry, CatalogDraft& draft);

// Makes all of `update` happen in `draft`; checks the counter too. The message of
// an error names the entry.
absl::Status Apply(VersionedUpdate update, CatalogDraft& draft);

}  // namespace annals
