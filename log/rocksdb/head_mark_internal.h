#pragma once

// The mark: a side file, CATALOG-HEAD, that says which version was acknowledged
// last. It is written after the version is durable and is not synced itself, so it
// may lag behind the log, but it never runs ahead of it unless the log lost
// something. It can only raise an alarm: a mark that is absent, torn or of another
// store is worth a warning and no more.
//
// Two slots of 128 bytes; version N is in slot N & 1, so that a torn write leaves
// the other one. A slot, little-endian:
//   0 magic u32 | 4 format u32 | 8 store UUID[16] | 24 version u64 | 32 hash[32]
//   64 zero[56] | 120 XXH3-64 of the 120 bytes before

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/chain.h"
#include "annals/log/record.h"
#include "rocksdb/env.h"

namespace annals {

struct HeadMark {
  StoreUuid store;
  LogPosition head;

  friend bool operator==(const HeadMark&, const HeadMark&) = default;
};

// What is in the file. No mark is no error; `warning` then says why.
struct MarkReading {
  std::optional<HeadMark> mark;
  std::string warning;
  bool exists = false;
};

MarkReading ReadMark(rocksdb::Env* env, const std::string& directory);

// Not thread-safe.
class MarkFile {
 public:
  // Opens the file in `directory` in order to note what follows `head`. `found`
  // is what ReadMark found there: where that can't be gone on with, a new file
  // takes the place of the old one.
  static absl::StatusOr<std::unique_ptr<MarkFile>> Open(rocksdb::Env* env, std::string directory,
                                                        const MarkReading& found,
                                                        const HeadMark& head);

  // As Open, but leaves an alarm as it is until the first Note. The file is then
  // kept as CATALOG-HEAD.bak.
  static std::unique_ptr<MarkFile> OpenAlarmed(rocksdb::Env* env, std::string directory);

  // Errors are dropped: a mark that lags is as good as none, and no error of its
  // own may turn a durable commit into a failed one.
  void Note(const HeadMark& head);

 private:
  MarkFile(rocksdb::Env* env, std::string directory)
      : env_(env), directory_(std::move(directory)) {}

  absl::Status Replace(const HeadMark& head);

  rocksdb::Env* const env_;
  const std::string directory_;
  std::unique_ptr<rocksdb::RandomRWFile> file_;  // Null until an alarm may be overwritten.
};

// Writes a new mark file into `directory`, durably.
absl::Status WriteNewMark(rocksdb::Env* env, const std::string& directory, const HeadMark& head);

}  // namespace annals
