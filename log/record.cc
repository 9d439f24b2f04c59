#include "annals/log/record.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "annals/log/mutant_internal.h"
#include "annals/schemas/status.h"

// The streaming state lives on the stack, which needs the whole definition.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace annals {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

constexpr uint32_t kMagic = 0x43524e41;  // "ANRC" in a hex dump.

// Where the fields lie. For ever.
constexpr size_t kMagicAt = 0;
constexpr size_t kFormatAt = 4;
constexpr size_t kKindAt = 6;
constexpr size_t kHeaderSizeAt = 7;
constexpr size_t kFeaturesAt = 8;
constexpr size_t kStoreAt = 16;
constexpr size_t kVersionAt = 32;
constexpr size_t kPayloadSizeAt = 40;
constexpr size_t kEpochAt = 44;
constexpr size_t kPreviousAt = 48;
constexpr size_t kChecksumAt = 80;
constexpr size_t kPayloadHashAt = 96;
constexpr size_t kCommitIdAt = 128;
static_assert(kCommitIdAt + sizeof(CommitId) == kEnvelopeSize);

template <typename T>
T Load(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

template <typename T>
void Store(std::string& bytes, size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

using Checksum = std::array<uint8_t, 16>;

// Over the whole record, with the checksum's own place taken as zero.
Checksum ChecksumOf(std::string_view bytes) {
  constexpr Checksum kZero{};
  constexpr size_t kAfter = kChecksumAt + sizeof(Checksum);
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, bytes.data(), kChecksumAt);
  XXH3_128bits_update(&state, kZero.data(), kZero.size());
  XXH3_128bits_update(&state, bytes.data() + kAfter, bytes.size() - kAfter);
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return std::bit_cast<Checksum>(std::array<uint64_t, 2>{hash.low64, hash.high64});
}

template <size_t N>
std::string ToHex(const std::array<uint8_t, N>& bytes) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

template <size_t N>
void FillRandom(std::array<uint8_t, N>& bytes) {
  // Without randomness two stores, or two commits, could not be told apart.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

template <typename Expected, typename Found>
absl::Status Damaged(std::string_view key, std::string_view what, const Expected& expected,
                     const Found& found) {
  return MakeError(Reason::DAMAGED, absl::StrCat(ToAbsl(key), " is damaged: ", ToAbsl(what),
                                                 ": expected ", expected, ", found ", found));
}

absl::Status NewerFormat(std::string_view key, std::string_view what) {
  return MakeError(
      Reason::NEWER_FORMAT,
      absl::StrCat(ToAbsl(key), " has ", ToAbsl(what),
                   ", which this release does not know; it needs annals >= ", ANNALS_NEXT_RELEASE));
}

bool IsKnown(RecordKind kind) {
  switch (kind) {
    case RecordKind::kUpdate:
    case RecordKind::kRoot:
    case RecordKind::kChunk:
      return true;
  }
  return false;
}

// What holds in every format, so that a newer record can be told from a damaged
// one: the magic, and the place and method of the checksum.
absl::Status CheckWhole(std::string_view key, std::string_view bytes) {
  if (bytes.size() < kEnvelopeSize) {
    return Damaged(key, "size", absl::StrCat("at least ", kEnvelopeSize, " bytes"), bytes.size());
  }
  if (const auto magic = Load<uint32_t>(bytes, kMagicAt); magic != kMagic) {
    return Damaged(key, "magic", absl::Hex(kMagic), absl::Hex(magic));
  }
  if (IsMutant("no-checksum")) return absl::OkStatus();
  const auto expected = Load<Checksum>(bytes, kChecksumAt);
  if (const Checksum found = ChecksumOf(bytes); found != expected) {
    return Damaged(key, "checksum", ToHex(expected), ToHex(found));
  }
  return absl::OkStatus();
}

absl::Status CheckUnderstood(std::string_view key, std::string_view bytes) {
  if (const auto format = Load<uint16_t>(bytes, kFormatAt); format != kFormatVersion) {
    return NewerFormat(key, absl::StrCat("format version ", format));
  }
  if (const auto features = Load<uint64_t>(bytes, kFeaturesAt); (features & ~kKnownFeatures) != 0) {
    return NewerFormat(key, absl::StrCat("required features ", absl::Hex(features)));
  }
  if (const auto kind = Load<uint8_t>(bytes, kKindAt); !IsKnown(RecordKind{kind})) {
    return NewerFormat(key, absl::StrCat("record kind ", kind));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(std::string_view key, std::string_view bytes) {
  if (const auto size = Load<uint8_t>(bytes, kHeaderSizeAt); size != kEnvelopeSize) {
    return Damaged(key, "envelope size", kEnvelopeSize, static_cast<int>(size));
  }
  const size_t expected = kEnvelopeSize + Load<uint32_t>(bytes, kPayloadSizeAt);
  if (bytes.size() != expected) return Damaged(key, "size", expected, bytes.size());
  return absl::OkStatus();
}

}  // namespace

StoreUuid StoreUuid::Random() {
  StoreUuid uuid;
  FillRandom(uuid.bytes);
  uuid.bytes[6] = (uuid.bytes[6] & 0x0f) | 0x40;
  uuid.bytes[8] = (uuid.bytes[8] & 0x3f) | 0x80;
  return uuid;
}

std::string StoreUuid::ToString() const {
  std::string text = ToHex(bytes);
  for (size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

CommitId CommitId::Random() {
  // Asking for randomness costs as much as hashing a record: many are asked for at once.
  constexpr size_t kMany = 64;
  thread_local std::array<uint8_t, kMany * sizeof(CommitId)> random;
  thread_local size_t left = 0;
  if (left == 0) {
    FillRandom(random);
    left = kMany;
  }
  CommitId id;
  std::memcpy(&id, random.data() + --left * sizeof(CommitId), sizeof(CommitId));
  return id;
}

std::string CommitId::ToString() const {
  return absl::StrCat(absl::Hex(high, absl::kZeroPad16), absl::Hex(low, absl::kZeroPad16));
}

Sha256Hash Sha256Hash::Of(std::string_view data) {
  // OpenSSL 3 looks an algorithm up at each one-shot call, which costs more than
  // the hash of an envelope does. It is fetched once here.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());

  Sha256Hash hash;
  const bool done = sha256 != nullptr && context != nullptr &&
                    EVP_DigestInit_ex2(context.get(), sha256, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash.bytes.data(), nullptr) == 1;
  if (!done) std::abort();  // A libcrypto without SHA-256: no log can be read.
  return hash;
}

std::string Sha256Hash::ToString() const { return ToHex(bytes); }

std::string SealRecord(Envelope envelope, std::string_view payload) {
  envelope.payload_hash = Sha256Hash::Of(payload);
  std::string bytes;
  bytes.reserve(kEnvelopeSize + payload.size());
  bytes.resize(kEnvelopeSize);
  Store(bytes, kMagicAt, kMagic);
  Store(bytes, kFormatAt, kFormatVersion);
  Store(bytes, kKindAt, envelope.kind);
  Store(bytes, kHeaderSizeAt, static_cast<uint8_t>(kEnvelopeSize));
  Store(bytes, kFeaturesAt, envelope.required_features);
  Store(bytes, kStoreAt, envelope.store);
  Store(bytes, kVersionAt, envelope.version.value);
  Store(bytes, kPayloadSizeAt, static_cast<uint32_t>(payload.size()));
  Store(bytes, kEpochAt, envelope.epoch);
  Store(bytes, kPreviousAt, envelope.previous);
  Store(bytes, kPayloadHashAt, envelope.payload_hash);
  Store(bytes, kCommitIdAt, envelope.commit_id);
  bytes.append(payload);
  Store(bytes, kChecksumAt, ChecksumOf(bytes));
  return bytes;
}

absl::StatusOr<RecordView> OpenRecord(std::string_view key, std::string_view bytes) {
  ANNALS_RETURN_IF_ERROR(CheckWhole(key, bytes));
  ANNALS_RETURN_IF_ERROR(CheckUnderstood(key, bytes));
  ANNALS_RETURN_IF_ERROR(CheckSizes(key, bytes));
  return RecordView{.envelope = {.kind = RecordKind{Load<uint8_t>(bytes, kKindAt)},
                                 .required_features = Load<uint64_t>(bytes, kFeaturesAt),
                                 .store = Load<StoreUuid>(bytes, kStoreAt),
                                 .version = {Load<uint64_t>(bytes, kVersionAt)},
                                 .epoch = Load<uint32_t>(bytes, kEpochAt),
                                 .previous = Load<Sha256Hash>(bytes, kPreviousAt),
                                 .payload_hash = Load<Sha256Hash>(bytes, kPayloadHashAt),
                                 .commit_id = Load<CommitId>(bytes, kCommitIdAt)},
                    .payload = bytes.substr(kEnvelopeSize),
                    .bytes = bytes};
}

absl::StatusOr<RecordView> VerifyRecord(std::string_view key, std::string_view bytes) {
  ANNALS_ASSIGN_OR_RETURN(RecordView record, OpenRecord(key, bytes));
  const Sha256Hash found = Sha256Hash::Of(record.payload);
  if (found != record.envelope.payload_hash) {
    return Damaged(key, "SHA-256 of the payload", record.envelope.payload_hash.ToString(),
                   found.ToString());
  }
  return record;
}

Sha256Hash HashOfVersion(std::string_view bytes) {
  return Sha256Hash::Of(bytes.substr(0, kEnvelopeSize));
}

std::optional<RecordView> UpdateInRoot(const RecordView& root) {
  const std::string_view payload = root.payload;
  for (size_t at = 0; at + kEnvelopeSize <= payload.size(); at += 8) {
    if (Load<uint32_t>(payload, at) != kMagic) continue;
    const std::string_view rest = payload.substr(at);
    if (HashOfVersion(rest) != root.envelope.previous) continue;
    const size_t size = kEnvelopeSize + Load<uint32_t>(rest, kPayloadSizeAt);
    if (auto update = OpenRecord("the update in the root", rest.substr(0, size)); update.ok()) {
      return *update;
    }
  }
  return std::nullopt;
}

}  // namespace annals
