#pragma once

// A log record as it lies on disk: an envelope of 144 bytes and a payload. This
// header knows bytes, versions and hashes; what a payload means is the catalog's
// matter. docs/format.md describes every byte.
//
// Three checks guard a record. XXH3-128 over envelope and payload finds damage.
// The chain finds history that was changed: each envelope holds the hash of the
// version before it, and the hash of a version is the SHA-256 of its envelope.
// The SHA-256 of the payload stands in the envelope, so the chain covers it too;
// only `annals verify` computes that one again.
//
// All functions are pure and may be called from any thread.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/schemas/ids.h"

namespace annals {

// Which store a record belongs to; drawn when the store is created.
struct StoreUuid {
  std::array<uint8_t, 16> bytes{};

  // Draws a random one (version 4 of RFC 4122).
  static StoreUuid Random();
  // "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
  std::string ToString() const;
  friend auto operator<=>(const StoreUuid&, const StoreUuid&) = default;
};

// Random, and so unique to one attempt to append one record. With it a writer
// that lost a reply can tell whether a record in the log is its own.
struct CommitId {
  uint64_t low = 0;
  uint64_t high = 0;

  // The child of a process that forks draws the same ones as its parent, and so must not
  // write to the same log: it is to begin a program of its own, as RocksDB wants it to.
  static CommitId Random();
  // 32 hex digits.
  std::string ToString() const;
  friend auto operator<=>(const CommitId&, const CommitId&) = default;
};

// A SHA-256.
struct Sha256Hash {
  std::array<uint8_t, 32> bytes{};

  static Sha256Hash Of(std::string_view data);
  // 64 hex digits.
  std::string ToString() const;
  friend auto operator<=>(const Sha256Hash&, const Sha256Hash&) = default;
};

// On disk: never renumber. 0 stays unused, so that zeroed memory is no record.
enum class RecordKind : uint8_t {
  kUpdate = 1,  // A version: what one commit did.
  kRoot = 2,    // The snapshot that took the place of all records up to its version.
  kChunk = 3,   // A part of a snapshot.
};

inline constexpr size_t kEnvelopeSize = 144;
inline constexpr uint16_t kFormatVersion = 1;
// The feature bits that this release understands; a record that requires others
// is Unimplemented, never misread.
inline constexpr uint64_t kKnownFeatures = 0;

struct Envelope {
  RecordKind kind = RecordKind::kUpdate;
  uint64_t required_features = 0;
  StoreUuid store;
  CatalogVersion version;
  uint32_t epoch = 0;  // Of the writer; 0 while a log has a single one.
  // The hash of the version before; zero in the first. A root's is the hash of
  // the version that it stands for, which is how the chain goes on.
  Sha256Hash previous;
  Sha256Hash payload_hash;
  // A root's, and a chunk's, names the attempt at the snapshot. The commit id of
  // a root's version is that of the update record in its payload.
  CommitId commit_id;
};

// A record taken apart. `payload` and `bytes` point into what was opened.
struct RecordView {
  Envelope envelope;
  std::string_view payload;
  std::string_view bytes;
};

// The record's bytes. `envelope.payload_hash` is computed here.
// REQUIRES: the payload is smaller than 4 GiB.
std::string SealRecord(Envelope envelope, std::string_view payload);

// Checks size, magic, format version, features, kind and XXH3-128. `key` is only
// for the message.
//   DAMAGED       the bytes are not what was written
//   NEWER_FORMAT  a newer release wrote the record
absl::StatusOr<RecordView> OpenRecord(std::string_view key, std::string_view bytes);

// As OpenRecord, and the SHA-256 of the payload too.
absl::StatusOr<RecordView> VerifyRecord(std::string_view key, std::string_view bytes);

// The hash of the version that `bytes`, an update record, makes.
// REQUIRES: OpenRecord(bytes) is ok.
Sha256Hash HashOfVersion(std::string_view bytes);

// The update record that the payload of `root` embeds: the one whose hash the
// root's `previous` is. Nothing if there is none. It is found by its magic and
// that hash, so this needs no knowledge of what else stands in the payload.
std::optional<RecordView> UpdateInRoot(const RecordView& root);

}  // namespace annals
