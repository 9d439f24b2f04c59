#include "annals/log/rocksdb/new_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/log/rocksdb/store_directory_internal.h"
#include "annals/schemas/status.h"

namespace annals {

absl::StatusOr<std::unique_ptr<NewStore>> NewStore::Begin(const std::string& path,
                                                          rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  const std::string target = AbsolutePath(path);
  if (IsTaken(env, target)) {
    return MakeError(Reason::STORE_EXISTS, absl::StrCat(target, " exists already"));
  }
  std::unique_ptr<NewStore> made(
      new NewStore(env, target, absl::StrCat(target, ".partial-", CommitId::Random().ToString())));
  ANNALS_ASSIGN_OR_RETURN(made->log_, OpenRocksDbLog({.path = made->room_, .env = env}));
  return made;
}

absl::Status NewStore::Finish() {
  log_ = nullptr;
  return MoveDirectory(env_, room_, path_);
}

NewStore::~NewStore() {
  log_ = nullptr;
  RemoveDirectory(env_, room_);  // Not there any more if it was finished.
}

}  // namespace annals
