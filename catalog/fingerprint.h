#pragma once

// What an object is, as a number: whether a thing that was made of an object is still
// what the object says, and who has to start again after a change, are comparisons of
// fingerprints. Pure; any thread.

#include <compare>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "annals/catalog/catalog_view.h"

namespace annals {

struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;

  std::string ToHex() const;  // 32 digits.

  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

// Of the object's body alone: type, options, columns and generation; of a table its living
// columns and its key. The name, the comment and labels are no part of it, nor are ids:
// equal definitions have equal fingerprints in all catalogs. XXH3-128; kept nowhere.
Fingerprint FingerprintOf(const ObjectDescriptor& object);

// Effective fingerprints of one catalog: of the object and of all that it refers to, all
// the way, with ids. What refers to another object than before is another thing, even if
// the two are alike. Of what is not configured (a table) it is the fingerprint alone: what
// a table stands in is not what it is. Remembers what it has computed. One thread.
class EffectiveFingerprints {
 public:
  // `catalog` must outlive this and not change.
  explicit EffectiveFingerprints(const CatalogView& catalog) : catalog_(catalog) {}

  // Of no object: all zero.
  Fingerprint Of(ObjectId id);

 private:
  const CatalogView& catalog_;
  std::unordered_map<uint32_t, Fingerprint> known_;
};

}  // namespace annals
