#pragma once

// The store that a shell has open: for writing, or only to read.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/cli/store_reader.h"
#include "annals/engine/catalog_manager.h"

namespace annals::cli {

class ShellStore {
 public:
  // Opens what `options` say. A store that somebody else writes to opens to be read;
  // `read_only` says so then.
  //   as CatalogManager::Open
  static absl::StatusOr<ShellStore> Open(OpenOptions options);

  CatalogManager& manager() const { return *manager_; }
  StoreInUse in_use() const { return {log_, manager_.get()}; }
  bool read_only() const { return options_.read_only; }

  // Looks at a store that is only read as it is by now; as it was, after an error.
  absl::Status Renew();

 private:
  explicit ShellStore(OpenOptions options) : options_(std::move(options)) {}

  OpenOptions options_;
  std::unique_ptr<CatalogManager> manager_;
  const UpdateLog* log_ = nullptr;  // The manager's.
};

}  // namespace annals::cli
