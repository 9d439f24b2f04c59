#include "annals/cli/shell/shell_store.h"

#include <utility>

#include "annals/log/memory/memory_log.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::StatusOr<std::unique_ptr<UpdateLog>> LogOf(const OpenOptions& options) {
  if (options.log == "memory") return NewMemoryLog();
  return OpenRocksDbLog({.path = options.path,
                         .read_only = options.read_only,
                         .create_if_missing = options.create_if_missing});
}

}  // namespace

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
  ANNALS_ASSIGN_OR_RETURN(std::unique_ptr<UpdateLog> log, LogOf(options_));
  const UpdateLog* const same = log.get();
  ANNALS_ASSIGN_OR_RETURN(auto manager, CatalogManager::Open(std::move(log), options_));
  manager_ = std::move(manager);
  log_ = same;
  return absl::OkStatus();
}

}  // namespace annals::cli
