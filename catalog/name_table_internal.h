#pragma once

// Names to those who have, or had, them: an open-addressing hash table that grows
// without a pause. One writer; readers take no lock.
//
// A slot is a hash tag and a pointer: to the newest element under the name, or, once the
// name has had a second owner, to the name's history. Eight slots, a cache line, are a
// bucket; a name whose bucket is full goes into the next one.
//
// To grow, the writer puts an empty table in front of the old one and then moves a few
// buckets with each name that it adds. A name that is moved is stored in the new table
// first and leaves the old one afterwards, so a reader who looks into the old one before
// the new one finds it. One who finds nothing looks again if there was a newer table.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/attributes.h"
#include "annals/catalog/append_array_internal.h"
#include "annals/catalog/element_internal.h"
#include "annals/catalog/limbo_internal.h"
#include "annals/catalog/name_hash_internal.h"
#include "annals/catalog/stall_point_internal.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(__SANITIZE_THREAD__)
#define ANNALS_ATOMIC_TAGS
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ANNALS_ATOMIC_TAGS
#endif
#endif

namespace annals {

// The owners of a name that had more than one.
struct OwnerSince {
  CatalogVersion from;
  ObjectId id;  // kNoObject: nobody's.
};

struct NameHistory {
  using Owners = AppendArray<OwnerSince>;

  NameScope scope;
  uint64_t hash;
  std::string name;
  std::atomic<Owners*> owners;

  ~NameHistory() { Owners::Delete(owners.load(std::memory_order_relaxed)); }
  static void Delete(NameHistory* history) { delete history; }
  ObjectId OwnerAt(CatalogVersion version) const {
    const Owners* array = owners.load(std::memory_order_acquire);
    ANNALS_STALL_POINT("find: owners loaded");
    const OwnerSince* owner = array->Find(version);
    return owner == nullptr ? kNoObject : owner->id;
  }
  OwnerSince last() const { return owners.load(std::memory_order_relaxed)->last(); }
};

// What is in a slot.
class NameSlot {
 public:
  NameSlot() = default;  // Empty: no name was ever there.
  explicit NameSlot(uint64_t raw) : raw_(raw) {}
  NameSlot(uint64_t hash, const Element* element)
      : raw_((hash & ~kPointer) | reinterpret_cast<uint64_t>(element)) {}
  NameSlot(uint64_t hash, const NameHistory* history)
      : raw_((hash & ~kPointer) | reinterpret_cast<uint64_t>(history) | kIsHistory) {}
  static NameSlot Left() { return NameSlot(kLeft); }  // There was one.

  uint64_t raw() const { return raw_; }
  bool empty() const { return raw_ == 0; }
  bool holds() const { return (raw_ & kPointer) > kLeft; }
  // One of the two. REQUIRES: holds().
  Element* element() const {
    return (raw_ & kIsHistory) != 0 ? nullptr : reinterpret_cast<Element*>(raw_ & kPointer);
  }
  NameHistory* history() const {
    return (raw_ & kIsHistory) == 0 ? nullptr
                                    : reinterpret_cast<NameHistory*>(raw_ & kPointer & ~kIsHistory);
  }

  static uint64_t Tag(uint64_t raw_or_hash) { return raw_or_hash >> 48; }
  bool Is(uint64_t hash, NameScope scope, std::string_view name) const;
  // REQUIRES: holds().
  uint64_t hash() const;

 private:
  static constexpr uint64_t kPointer = (uint64_t{1} << 48) - 1;
  static constexpr uint64_t kIsHistory = 1;
  static constexpr uint64_t kLeft = 1;

  uint64_t raw_ = 0;
};

class NameTable {
 public:
  explicit NameTable(Limbo& limbo);
  ~NameTable();
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  // Any thread. Empty, or left, if there is none. REQUIRES: the caller holds a pin.
  NameSlot Find(NameScope scope, std::string_view name) const;

  // The writer's. The place of a name, which can be stored to until the next call. `hash`
  // is ScopedNameHash(scope, name).
  std::atomic<uint64_t>* Place(uint64_t hash, NameScope scope, std::string_view name);
  // The same, made if there is none.
  std::atomic<uint64_t>& AddPlace(uint64_t hash, NameScope scope, std::string_view name);
  // The name is nobody's any more.
  void Leave(std::atomic<uint64_t>& place);

 private:
  static constexpr size_t kSlots = 8;
  struct alignas(64) Bucket {
    std::atomic<uint64_t> slots[kSlots];

    uint32_t Matches(uint64_t hash) const;
    bool full() const { return slots[kSlots - 1].load(std::memory_order_acquire) != 0; }
  };
  struct Table {
    uint64_t mask;  // Of the number of buckets.
    Bucket* buckets;
    std::atomic<Table*> older{nullptr};  // From which names are being moved.
    uint64_t used = 0;                   // Slots that are not empty,
    uint64_t moved = 0;                  // and buckets of `older` that are; the writer's.

    static Table* New(uint64_t buckets);
    static void Delete(Table* table);
    NameSlot Find(uint64_t hash, NameScope scope, std::string_view name) const;
    std::atomic<uint64_t>* Place(uint64_t hash, NameScope scope, std::string_view name) const;
    std::atomic<uint64_t>& EmptyPlace(uint64_t hash) const;
  };

  NameSlot FindWhileItGrows(const Table* newest, uint64_t hash, NameScope scope,
                            std::string_view name) const;
  Table& table() const { return *table_.load(std::memory_order_relaxed); }
  void Grow();
  void MoveSome(Table& table, uint64_t buckets);
  void MoveOne(Table& table, std::atomic<uint64_t>& from);

  std::atomic<Table*> table_;
  uint64_t names_ = 0;
  Limbo& limbo_;
};

// --- Inline, since look-ups are what a catalog is for.

inline bool NameSlot::Is(uint64_t hash, NameScope scope, std::string_view name) const {
  if (Tag(raw_) != Tag(hash) || !holds()) return false;
  if (const Element* newest = element()) {
    Element::Prefetch(newest);
    return newest->Is(scope, name);
  }
  return history()->scope == scope && history()->name == name;
}

// Which slots may have the tag of `hash`, a bit each. It is a hint: what a reader finds
// by it is loaded again, atomically. What comes after it is not loaded before it, so that
// who misses a name that was moved sees where to.
inline uint32_t NameTable::Bucket::Matches(uint64_t hash) const {
#if defined(__SSE2__) && !defined(ANNALS_ATOMIC_TAGS)
  const auto* at = reinterpret_cast<const __m128*>(this);
  // The upper halves of four slots at a time, then their upper halves.
  const __m128i low = _mm_castps_si128(_mm_shuffle_ps(at[0], at[1], 0xDD));
  const __m128i high = _mm_castps_si128(_mm_shuffle_ps(at[2], at[3], 0xDD));
  const __m128i tags = _mm_packs_epi32(_mm_srai_epi32(low, 16), _mm_srai_epi32(high, 16));
  std::atomic_signal_fence(std::memory_order_acquire);  // x86 keeps loads in order.
  const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(NameSlot::Tag(hash)));
  const __m128i equal = _mm_packs_epi16(_mm_cmpeq_epi16(tags, wanted), _mm_setzero_si128());
  return static_cast<uint32_t>(_mm_movemask_epi8(equal));
#else
  uint32_t matches = 0;
  for (size_t i = 0; i < kSlots; ++i) {
    const uint64_t slot = slots[i].load(std::memory_order_acquire);
    matches |= static_cast<uint32_t>(NameSlot::Tag(slot) == NameSlot::Tag(hash)) << i;
  }
  return matches;
#endif
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline NameSlot NameTable::Table::Find(uint64_t hash, NameScope scope,
                                                                    std::string_view name) const {
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    const Bucket& bucket = buckets[i];
    for (uint32_t matches = bucket.Matches(hash); matches != 0; matches &= matches - 1) {
      const NameSlot slot(bucket.slots[__builtin_ctz(matches)].load(std::memory_order_acquire));
      ANNALS_STALL_POINT("find: slot loaded");
      if (slot.Is(hash, scope, name)) return slot;
    }
    if (!bucket.full()) return {};
  }
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline NameSlot NameTable::Find(NameScope scope,
                                                             std::string_view name) const {
  const uint64_t hash = ScopedNameHash(scope, name);
  const Table* newest = table_.load(std::memory_order_acquire);
  ANNALS_STALL_POINT("find: slots loaded");
  if (newest->older.load(std::memory_order_acquire) == nullptr) [[likely]] {
    const NameSlot slot = newest->Find(hash, scope, name);
    if (!slot.empty()) [[likely]]
      return slot;
  }
  return FindWhileItGrows(newest, hash, scope, name);
}

}  // namespace annals
