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

class ConfiguredDescriptor;

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
  // `catalog` must outlive this and not change. Objects from `first_new` on, if there are
  // such, have no ids that will last: in fingerprints they go by NumberOf.
  explicit EffectiveFingerprints(const CatalogView& catalog, ObjectId first_new = kNoObject)
      : catalog_(catalog), first_new_(first_new) {}

  // Of no object: all zero.
  Fingerprint Of(ObjectId id);

  // Its id, or of a new one, which one of the new ones it is: the same wherever the same
  // objects are made. IdOf is the way back.
  uint64_t NumberOf(ObjectId id) const {
    return id < first_new_ ? id.value : kNew | (id.value - first_new_.value);
  }
  ObjectId IdOf(uint64_t number) const {
    const auto low = static_cast<uint32_t>(number);
    return {number < kNew ? low : first_new_.value + low};
  }

 private:
  static constexpr uint64_t kNew = uint64_t{1} << 32;

  Fingerprint WithRefs(const Fingerprint& own, const ConfiguredDescriptor& object) const;

  const CatalogView& catalog_;
  const ObjectId first_new_;
  std::unordered_map<uint32_t, Fingerprint> known_;
};

}  // namespace annals
