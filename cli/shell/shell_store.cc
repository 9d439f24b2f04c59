#include "annals/cli/shell/shell_store.h"

#include <utility>

#include "annals/log/log_kinds.h"
#include "annals/schemas/status.h"

namespace annals::cli {
absl::StatusOr<ShellStore> ShellStore::Open(OpenOptions options) {
  ShellStore store(std::move(options));
  absl::Status opened = store.Renew();
  if (ReasonOf(opened) == Reason::STORE_LOCKED) {
    store.options_.read_only = true;
    opened = store.Renew();
  }
  if (!opened.ok()) return opened;
  return store;
}

absl::Status ShellStore::Renew() {
  ANNALS_ASSIGN_OR_RETURN(std::unique_ptr<UpdateLog> log,
                          OpenLog(options_.log, {.path = options_.path,
                                                 .options = options_.log_options,
                                                 .read_only = options_.read_only,
                                                 .create_if_missing = options_.create_if_missing}));
  const UpdateLog* const same = log.get();
  ANNALS_ASSIGN_OR_RETURN(auto manager, CatalogManager::Open(std::move(log), options_));
  manager_ = std::move(manager);
  log_ = same;
  return absl::OkStatus();
}

}  // namespace annals::cli
