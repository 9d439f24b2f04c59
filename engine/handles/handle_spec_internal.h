#pragma once

// Makes what a factory is given (HandleSpec) of an object and all that it refers to. Reads
// the environment and files: secrets are looked up here, and only here. Any thread.

#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/live_handle_internal.h"
#include "annals/engine/handles/secret_mask_internal.h"

namespace annals {

struct ResolvedSpec {
  HandleSpec spec;
  std::vector<std::shared_ptr<LiveHandle>> needs;  // Those in spec.references.
  SecretMask secrets;                              // What it was resolved from, and those of needs.
};

// The handle of an object that another one refers to; null if it has none.
using NeedHandle = absl::FunctionRef<absl::StatusOr<std::shared_ptr<LiveHandle>>(ObjectId)>;

// Objects from `first_new` on are being created: their ids are told to nobody.
//   PREPARE_FAILED  a secret, variable or file is not there, or a needed handle has failed
absl::StatusOr<ResolvedSpec> ResolveSpec(const CatalogView& catalog,
                                         const ConfiguredDescriptor& object, ObjectId first_new,
                                         NeedHandle need);

}  // namespace annals
