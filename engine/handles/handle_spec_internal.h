#pragma once

// Makes what a factory is given (HandleSpec) of an object and all that it refers to. Reads
// the environment and files: secrets are looked up here, and only here. Any thread.

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/live_handle_internal.h"

namespace annals {

struct ResolvedSpec {
  HandleSpec spec;
  std::vector<std::shared_ptr<LiveHandle>> needs;  // Those in spec.references.
  std::vector<std::string> secrets;                // What no message may tell.
};

// The handle of an object that another one refers to; null if it has none.
using NeedHandle = absl::FunctionRef<absl::StatusOr<std::shared_ptr<LiveHandle>>(ObjectId)>;

//   PREPARE_FAILED  a secret, variable or file is not there, or a needed handle has failed
absl::StatusOr<ResolvedSpec> ResolveSpec(const CatalogView& catalog,
                                         const ConfiguredDescriptor& object, NeedHandle need);

// `status` as people may see it: without any of `secrets`.
absl::Status WithoutSecrets(const absl::Status& status, const std::vector<std::string>& secrets);

}  // namespace annals
