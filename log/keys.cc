#include "annals/log/keys.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kUpdatePrefix = "catalog.update.";
constexpr std::string_view kChunkPrefix = "catalog.snapshot.";
constexpr size_t kVersionDigits = 20;

absl::Dec Padded(CatalogVersion version) { return absl::Dec(version.value, absl::kZeroPad20); }

std::optional<uint64_t> ParsePadded(std::string_view text) {
  uint64_t number = 0;
  const bool all_digits =
      text.size() == kVersionDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits || !absl::SimpleAtoi(ToAbsl(text), &number)) return std::nullopt;
  return number;
}

// The least string above all that begin with `prefix`, which ends in '.' or a digit.
std::string After(std::string prefix) {
  ++prefix.back();
  return prefix;
}

std::string Joined(std::string_view prefix, CatalogVersion version) {
  return absl::StrCat(ToAbsl(prefix), Padded(version));
}

// "catalog.snapshot.:", behind the chunks of every snapshot and before
// catalog.snapshot.version.
std::string AfterAllChunks() { return std::string(kChunkPrefix) + ':'; }

std::string AttemptPrefix(CatalogVersion snapshot, std::string_view attempt) {
  return Joined(kChunkPrefix, snapshot) + '.' + std::string(attempt) + '.';
}

constexpr std::string_view kProductMagic = "annals\r\n";

struct Product {
  char magic[8];
  uint32_t format;
  uint32_t zero;
  StoreUuid store;
  uint64_t checksum;
};
static_assert(sizeof(Product) == 40);

uint64_t ChecksumOf(const Product& product) {
  return XXH3_64bits(&product, offsetof(Product, checksum));
}

absl::Status DamagedValue(std::string_view key, std::string_view expected, std::string_view found) {
  return MakeError(Reason::DAMAGED,
                   absl::StrCat(ToAbsl(key), " is damaged: expected ", ToAbsl(expected),
                                ", found \"", absl::CHexEscape(ToAbsl(found.substr(0, 64))), "\""));
}

}  // namespace

std::string UpdateKey(CatalogVersion version) { return Joined(kUpdatePrefix, version); }

std::optional<CatalogVersion> VersionOfUpdateKey(std::string_view key) {
  if (!key.starts_with(kUpdatePrefix)) return std::nullopt;
  const auto number = ParsePadded(key.substr(kUpdatePrefix.size()));
  if (!number.has_value()) return std::nullopt;
  return CatalogVersion{*number};
}

std::string ChunkKey(CatalogVersion snapshot, std::string_view attempt, uint32_t number) {
  return absl::StrCat(AttemptPrefix(snapshot, attempt), absl::Dec(number, absl::kZeroPad6));
}

std::optional<ChunkName> ParseChunkKey(std::string_view key) {
  constexpr size_t kSize = kChunkPrefix.size() + kVersionDigits + 1 + 32 + 1 + 6;
  if (key.size() != kSize || !key.starts_with(kChunkPrefix)) return std::nullopt;
  ChunkName name;
  const auto snapshot = ParsePadded(key.substr(kChunkPrefix.size(), kVersionDigits));
  name.attempt = key.substr(kChunkPrefix.size() + kVersionDigits + 1, 32);
  if (!snapshot.has_value() || !IsAttempt(name.attempt)) return std::nullopt;
  name.snapshot = {*snapshot};
  if (!absl::SimpleAtoi(ToAbsl(key.substr(kSize - 6)), &name.number)) return std::nullopt;
  // The dots between, and digits alone.
  if (ChunkKey(name.snapshot, name.attempt, name.number) != key) return std::nullopt;
  return name;
}

bool IsReservedKey(std::string_view key) {
  return key == "catalog.epoch" || key == "catalog.active.version" ||
         key.starts_with("catalog.node.") || key.starts_with("catalog.shard.");
}

bool IsAttempt(std::string_view attempt) {
  return attempt.size() == 32 && std::all_of(attempt.begin(), attempt.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

KeyRange AllKeys() { return {"", std::string(64, '\xff')}; }

KeyRange AllUpdateKeys() { return {std::string(kUpdatePrefix), After(std::string(kUpdatePrefix))}; }

KeyRange UpdateKeysBelow(CatalogVersion version) {
  return {std::string(kUpdatePrefix), UpdateKey(version)};
}

KeyRange UpdateKeysAbove(CatalogVersion version) {
  return {UpdateKey(version) + '\0', After(std::string(kUpdatePrefix))};
}

KeyRange ChunkKeysBelow(CatalogVersion snapshot) {
  return {std::string(kChunkPrefix) + '0', Joined(kChunkPrefix, snapshot)};
}

KeyRange ChunkKeysAbove(CatalogVersion snapshot) {
  return {After(Joined(kChunkPrefix, snapshot) + '.'), AfterAllChunks()};
}

KeyRange ChunkKeysBefore(CatalogVersion snapshot, std::string_view attempt) {
  return {Joined(kChunkPrefix, snapshot), AttemptPrefix(snapshot, attempt)};
}

KeyRange ChunkKeysAfter(CatalogVersion snapshot, std::string_view attempt) {
  return {After(AttemptPrefix(snapshot, attempt)), After(Joined(kChunkPrefix, snapshot) + '.')};
}

std::string VersionValue(CatalogVersion version) { return absl::StrCat(Padded(version)); }

absl::StatusOr<CatalogVersion> ParseVersionValue(std::string_view key, std::string_view value) {
  const auto number = ParsePadded(value);
  if (!number.has_value()) return DamagedValue(key, "20 digits", value);
  return CatalogVersion{*number};
}

std::string ProductValue(const StoreUuid& store) {
  Product product{.magic = {}, .format = kFormatVersion, .zero = 0, .store = store, .checksum = 0};
  std::memcpy(product.magic, kProductMagic.data(), sizeof(product.magic));
  product.checksum = ChecksumOf(product);
  return std::string(reinterpret_cast<const char*>(&product), sizeof(product));
}

absl::StatusOr<StoreUuid> ParseProductValue(std::string_view value) {
  Product product;
  if (value.size() != sizeof(product)) return DamagedValue(kProductKey, "40 bytes", value);
  std::memcpy(&product, value.data(), sizeof(product));
  if (std::string_view(product.magic, sizeof(product.magic)) != kProductMagic) {
    return DamagedValue(kProductKey, "the magic of Annals", value);
  }
  if (product.checksum != ChecksumOf(product)) {
    return DamagedValue(kProductKey, "a matching checksum", value);
  }
  if (product.format != kFormatVersion) {
    return MakeError(Reason::NEWER_FORMAT,
                     absl::StrCat("the store has format version ", product.format,
                                  ", which this release does not know; it needs annals >= ",
                                  ANNALS_NEXT_RELEASE));
  }
  return product.store;
}

}  // namespace annals
