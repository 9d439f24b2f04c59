#pragma once

// A store on its way to its place. It is made in a directory beside that and renamed at
// the end, so it is there as a whole or not at all. A process that is killed meanwhile
// leaves a directory PATH.partial-... behind, which nobody takes for the store. One thread.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/update_log.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace annals {

class NewStore {
 public:
  // `path` must not exist yet; its parent must. `env`, not owned, must outlive the
  // store; null is the machine's.
  //   STORE_EXISTS  it does exist
  //   IO_ERROR, DISK_FULL
  static absl::StatusOr<std::unique_ptr<NewStore>> Begin(const std::string& path,
                                                         rocksdb::Env* env = nullptr);
  NewStore(const NewStore&) = delete;
  NewStore& operator=(const NewStore&) = delete;
  // Without Finish, nothing is left.
  ~NewStore();

  // REQUIRES: not finished.
  UpdateLog& log() { return *log_; }

  // Closes the log and puts the store at its path, durably.
  //   IO_ERROR  there is something at the path now; nothing is left
  absl::Status Finish();

 private:
  NewStore(rocksdb::Env* env, std::string path, std::string room)
      : env_(env), path_(std::move(path)), room_(std::move(room)) {}

  rocksdb::Env* const env_;
  const std::string path_;
  const std::string room_;  // Where it is made.
  std::unique_ptr<UpdateLog> log_;
};

}  // namespace annals
