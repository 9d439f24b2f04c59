#pragma once

// What a log that lives in one place needs of what it lives on: an ordered map
// from keys to bytes that changes atomically and durably. log/local_log_internal.h is the
// log on top; log/memory and log/rocksdb are the maps.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"

namespace annals {

// One step of an atomic write: put `value` under `begin`, or, where there is an
// `end`, delete the keys from `begin` up to it.
struct Change {
  std::string begin;
  std::string_view value;  // The caller's, during the write.
  std::string end;

  static Change Put(std::string key, std::string_view value) { return {std::move(key), value, {}}; }
  static Change Delete(KeyRange range) {
    return {std::move(range.begin), {}, std::move(range.end)};
  }
};

// Values of megabytes that are of no use before all of them are there, so that Writes of
// other threads need not wait for each. One thread; its storage must outlive it.
class BulkWriter {
 public:
  virtual ~BulkWriter() = default;  // Without Finish, nothing was put.

  // REQUIRES: `key` is above the one before.
  virtual absl::Status Put(const std::string& key, std::string_view value) = 0;

  // All that was put is there, durably. After an error nobody knows.
  virtual absl::Status Finish() = 0;
};

// Thread-safe.
class LogStorage {
 public:
  virtual ~LogStorage() = default;

  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;

  // The least key in `range`.
  virtual absl::StatusOr<std::optional<std::string>> FirstKey(const KeyRange& range) const = 0;

  // Calls `visit` for what is in `range`, in the order of keys, until it returns
  // an error, which is then returned. `value` is 8-byte aligned and valid during
  // the call only.
  using Visitor = absl::FunctionRef<absl::Status(std::string_view key, std::string_view value)>;
  virtual absl::Status Scan(const KeyRange& range, Visitor visit) const = 0;

  // All changes or none, durable when this returns. After an error nobody knows which.
  virtual absl::Status Write(std::span<const Change> changes) = 0;

  // One at a time.
  virtual std::unique_ptr<BulkWriter> NewBulkWriter() = 0;

  // Told of each append that is durable. Must be cheap and cannot fail.
  virtual void NoteHead(const LogPosition& /*head*/) {}

  // Makes a copy in `directory`, which does not exist yet, of what is here now.
  virtual absl::Status CopyTo(std::string_view /*directory*/, const LogPosition& /*head*/) {
    return MakeError(Reason::NOT_SUPPORTED, "this kind of log has no copies");
  }
};

}  // namespace annals
