#pragma once

// The keys of a log, the same on every kind of log. Numbers are padded decimals,
// so that the order of keys is the order of versions and `ldb scan` or
// `etcdctl get --prefix catalog.` shows a log as it is. docs/format.md lists them.
//
// The names `catalog.epoch`, `catalog.active.version`, `catalog.node.*` and
// `catalog.shard.*` are reserved for several writers and nodes: whoever finds
// them leaves them alone.

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/log/record.h"
#include "annals/schemas/ids.h"

namespace annals {

inline constexpr std::string_view kProductKey = "catalog.product";
inline constexpr std::string_view kHeadKey = "catalog.version";
inline constexpr std::string_view kSnapshotKey = "catalog.snapshot.version";

// "catalog.update.00000000000000000042"
std::string UpdateKey(CatalogVersion version);
// The version in such a key; nothing if `key` is another one.
std::optional<CatalogVersion> VersionOfUpdateKey(std::string_view key);

// "catalog.snapshot.<20 digits>.<attempt>.<6 digits>"
// REQUIRES: IsAttempt(attempt), number < 1,000,000.
std::string ChunkKey(CatalogVersion snapshot, std::string_view attempt, uint32_t number);
// What such a key says; nothing if `key` is another one.
struct ChunkName {
  CatalogVersion snapshot;
  std::string attempt;
  uint32_t number = 0;
};
std::optional<ChunkName> ParseChunkKey(std::string_view key);
// Whether `attempt` is 32 hex digits in lower case, such as CommitId::ToString().
bool IsAttempt(std::string_view attempt);
inline constexpr uint32_t kMaxChunks = 1'000'000;

// Whether `key` is one of the reserved names.
bool IsReservedKey(std::string_view key);

// The keys from `begin` up to, not including, `end`.
struct KeyRange {
  std::string begin;
  std::string end;
};
// Whatever there is, ours or not.
KeyRange AllKeys();
// All records, those below `version`, and those above it.
KeyRange AllUpdateKeys();
KeyRange UpdateKeysBelow(CatalogVersion version);
KeyRange UpdateKeysAbove(CatalogVersion version);
// The chunks of all snapshots below `snapshot`, or above it.
KeyRange ChunkKeysBelow(CatalogVersion snapshot);
KeyRange ChunkKeysAbove(CatalogVersion snapshot);
// The chunks of `snapshot` whose attempt sorts before `attempt`, or after it.
KeyRange ChunkKeysBefore(CatalogVersion snapshot, std::string_view attempt);
KeyRange ChunkKeysAfter(CatalogVersion snapshot, std::string_view attempt);

// The values of kHeadKey and kSnapshotKey: 20 digits.
std::string VersionValue(CatalogVersion version);
//   DAMAGED  the value under `key` is not what VersionValue makes
absl::StatusOr<CatalogVersion> ParseVersionValue(std::string_view key, std::string_view value);

// The value of kProductKey: what says that this is a store, and which one.
std::string ProductValue(const StoreUuid& store);
//   DAMAGED       the value is not what ProductValue makes
//   NEWER_FORMAT  a newer release made the store
absl::StatusOr<StoreUuid> ParseProductValue(std::string_view value);

}  // namespace annals
