#include <algorithm>
#include <memory>

#include "annals/catalog/large_memory_internal.h"
#include "annals/catalog/memory_order_internal.h"
#include "annals/catalog/name_table_internal.h"

namespace annals {
namespace {

// Many, because look-ups take longer until the old table is empty, and it stays if no more
// names are added; and few enough for a version not to be held up.
constexpr uint64_t kBucketsMovedAtOnce = 64;

}  // namespace

uint64_t NameSlot::hash() const {
  if (const NameHistory* past = history()) return past->hash;
  return ScopedNameHash(element()->object.scope(), element()->object.name());
}

NameTable::Table* NameTable::Table::New(uint64_t buckets) {
  auto table = std::make_unique<Table>();
  table->mask = buckets - 1;
  // Zero is what an empty slot is.
  table->buckets = static_cast<Bucket*>(NewZeroed(buckets * sizeof(Bucket)));
  return table.release();
}

void NameTable::Table::Delete(Table* table) {
  DeleteZeroed(table->buckets, (table->mask + 1) * sizeof(Bucket));
  delete table;
}

NameTable::NameTable(Limbo& limbo) : table_(Table::New(1)), limbo_(limbo) {}

NameTable::~NameTable() {
  for (Table* table = table_; table != nullptr;) {
    for (uint64_t i = 0; i <= table->mask; ++i) {
      for (const auto& slot : table->buckets[i].slots) {
        const NameSlot last(slot.load(kUnordered));
        if (last.holds()) delete last.history();
      }
    }
    Table* older = table->older;
    Table::Delete(table);
    table = older;
  }
}

NameSlot NameTable::FindWhileItGrows(const Table* newest, uint64_t hash, NameScope scope,
                                     std::string_view name) const {
  for (;;) {
    if (const Table* older = newest->older.load(std::memory_order_acquire)) {
      const NameSlot slot = older->Find(hash, scope, name);
      if (!slot.empty()) return slot;
    }
    const NameSlot slot = newest->Find(hash, scope, name);
    const Table* newer = table_.load(std::memory_order_acquire);
    if (!slot.empty() || newer == newest) return slot;
    newest = newer;
  }
}

std::atomic<uint64_t>* NameTable::Table::Place(uint64_t hash, NameScope scope,
                                               std::string_view name) const {
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    Bucket& bucket = buckets[i];
    for (uint32_t matches = bucket.Matches(hash); matches != 0; matches &= matches - 1) {
      auto& slot = bucket.slots[__builtin_ctz(matches)];
      if (NameSlot(slot.load(kUnordered)).Is(hash, scope, name)) return &slot;
    }
    if (!bucket.full()) return nullptr;
  }
}

std::atomic<uint64_t>& NameTable::Table::EmptyPlace(uint64_t hash) const {
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    for (auto& slot : buckets[i].slots) {
      if (slot.load(kUnordered) == 0) return slot;
    }
  }
}

std::atomic<uint64_t>* NameTable::Place(uint64_t hash, NameScope scope, std::string_view name) {
  Table& newest = table();
  if (auto* place = newest.Place(hash, scope, name)) return place;
  Table* older = newest.older.load(kUnordered);
  auto* place = older == nullptr ? nullptr : older->Place(hash, scope, name);
  if (place == nullptr) return nullptr;
  // What changes is only ever in the newest table.
  MoveOne(newest, *place);
  return newest.Place(hash, scope, name);
}

std::atomic<uint64_t>& NameTable::AddPlace(uint64_t hash, NameScope scope, std::string_view name) {
  if (auto* place = Place(hash, scope, name)) return *place;
  if ((table().used + 1) * 4 > (table().mask + 1) * kSlots * 3) Grow();
  MoveSome(table(), kBucketsMovedAtOnce);
  ++names_;
  ++table().used;
  return table().EmptyPlace(hash);
}

void NameTable::Leave(std::atomic<uint64_t>& place) {
  place.store(NameSlot::Left().raw(), kRelease);
  --names_;
}

void NameTable::Grow() {
  Table* old = &table();
  // Only one is emptied at a time, and long before the next one is full.
  MoveSome(*old, old->mask + 1);
  // Half of it at least: else there would be too little time to empty the old one.
  uint64_t buckets = std::max<uint64_t>(1, (old->mask + 1) / 2);
  while (buckets * kSlots < names_ * 2 + 2) buckets *= 2;
  Table* larger = Table::New(buckets);
  larger->older.store(old, kUnordered);
  table_.store(larger, kRelease);
}

// Moves what is in the next so many buckets of the older table, if there is one.
void NameTable::MoveSome(Table& table, uint64_t buckets) {
  Table* older = table.older.load(kUnordered);
  if (older == nullptr) return;
  const uint64_t end = std::min(table.moved + buckets, older->mask + 1);
  // All that has to be looked at is asked for before any of it is waited for.
  for (uint64_t i = table.moved; i < end; ++i) {
    for (const auto& slot : older->buckets[i].slots) {
      const NameSlot named(slot.load(kUnordered));
      if (named.holds()) Element::Prefetch(named.element());
    }
  }
  for (; table.moved < end; ++table.moved) {
    for (auto& slot : older->buckets[table.moved].slots) {
      if (NameSlot(slot.load(kUnordered)).holds()) MoveOne(table, slot);
    }
  }
  if (table.moved <= older->mask) return;
  table.older.store(nullptr, kRelease);
  limbo_.Retire(older);
}

void NameTable::MoveOne(Table& table, std::atomic<uint64_t>& from) {
  const NameSlot slot(from.load(kUnordered));
  table.EmptyPlace(slot.hash()).store(slot.raw(), kRelease);
  ++table.used;
  from.store(NameSlot::Left().raw(), kRelease);
}

}  // namespace annals
