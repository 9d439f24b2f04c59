#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "annals/catalog/block_arena_internal.h"
#include "annals/catalog/name_hash_internal.h"
#include "annals/catalog/object.h"

namespace annals {

// One state of an object. Its bytes lie before it in the same block of memory, and the
// name is the last thing in them (Pack writes it first, and a FlatBuffer is written from
// its end): who looks for a name finds it and the element in one place.
struct Element {
  ObjectDescriptor object;
  std::atomic<uint64_t> to{kNever.value};

  static Element* New(BlockArena& arena, std::string_view bytes, CatalogVersion from,
                      HybridTimestamp timestamp) {
    auto* block = static_cast<char*>(arena.New(BlockSize(bytes.size())));
    std::memcpy(block, bytes.data(), bytes.size());
    auto* element = new (block + Padded(bytes.size())) Element();
    element->object = ObjectDescriptor({block, bytes.size()}, from, timestamp);
    return element;
  }
  static void Delete(Element* element) {
    if (element == nullptr) return;
    const std::string_view bytes = element->object.bytes();
    BlockArena::Delete(const_cast<char*>(bytes.data()), BlockSize(bytes.size()));
  }

  // Begins to load what Is() looks at; the name may be on another line than the rest.
  static void Prefetch(const Element* element) {
    __builtin_prefetch(element);
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(element) - 1));
  }
  bool Is(NameScope scope, std::string_view name) const {
    return object.scope() == scope && object.has_name() && SameName(object.name(), name);
  }
  bool HoldsAt(CatalogVersion version) const {
    return object.from() <= version && version.value < to.load(std::memory_order_acquire);
  }

 private:
  static size_t Padded(size_t size) { return (size + 7) / 8 * 8; }
  static size_t BlockSize(size_t size) { return Padded(size) + sizeof(Element); }
};

}  // namespace annals
