#pragma once

// Objects by id: each has its newest element, a chain of the older ones, and a list of
// what lives in it or refers to it. One writer; readers take no lock.

#include <atomic>
#include <cstdint>
#include <vector>

#include "annals/catalog/append_array_internal.h"
#include "annals/catalog/element_internal.h"
#include "annals/catalog/large_memory_internal.h"
#include "annals/catalog/limbo_internal.h"
#include "annals/catalog/stall_point_internal.h"

namespace annals {

// The elements of an object before its newest, oldest first.
struct ElementSince {
  CatalogVersion from;
  const Element* element;
};
using Chain = AppendArray<ElementSince>;

// What lives in an object or refers to it, now or once; in pieces, so that a long list
// need not be copied to grow. The newest piece comes first, and alone grows.
struct ChildList {
  std::atomic<ChildList*> older{nullptr};
  // The writer's, in the newest piece: behind this one it looks next for what is gone.
  ChildList* swept = nullptr;
  AppendArray<ObjectId>* ids = nullptr;

  static ChildList* New(const std::vector<ObjectId>& first, size_t capacity);
  static void Delete(ChildList* list);
};

class IdTable {
 public:
  explicit IdTable(Limbo& limbo);
  ~IdTable();
  IdTable(const IdTable&) = delete;
  IdTable& operator=(const IdTable&) = delete;

  // --- Any thread. REQUIRES: the caller holds a pin at `version`, or at any.

  // The element that holds at `version`; null if there is none.
  const Element* Find(CatalogVersion version, ObjectId id) const;
  // The first id from `id` on, and below `end`, that an object may have; else `end`.
  // Leaps over pages without any: a counter may have been raised by far.
  ObjectId NextKnown(ObjectId id, ObjectId end) const;
  // All that ever lived in `owner`, or referred to it, by id; maybe some that are gone.
  std::vector<ObjectId> Linked(ObjectId owner) const;

  // --- The writer's.

  Element* Newest(ObjectId id) const;
  // What was the newest until now goes into the chain. `reached`: nobody asks for older
  // versions any more.
  void SetNewest(Element* element, CatalogVersion reached);
  // The object is nobody's any more.
  void Forget(ObjectId id);
  void AppendChild(ObjectId owner, ObjectId child);

 private:
  static constexpr size_t kPageSize = 1024;

  struct Links {
    std::atomic<Chain*> chain{nullptr};
    std::atomic<ChildList*> children{nullptr};
  };
  // Apart from the newest elements, which most look-ups need alone; and many objects have
  // neither chain nor children.
  struct LinksPage {
    Links at[kPageSize];
  };
  struct alignas(64) Page {
    std::atomic<Element*> newest[kPageSize];
    std::atomic<LinksPage*> links;
  };
  // Grows by a larger one taking its place.
  struct Directory {
    uint64_t size;
    std::atomic<Page*>* pages() { return reinterpret_cast<std::atomic<Page*>*>(this + 1); }
    static Directory* New(uint64_t size);
    static void Delete(Directory* directory) { ::operator delete(directory); }
  };

  Page* FindPage(ObjectId id) const {
    Directory* directory = directory_.load(std::memory_order_acquire);
    ANNALS_STALL_POINT("find: ids loaded");
    const uint64_t page = id.value / kPageSize;
    return page < directory->size ? directory->pages()[page].load(std::memory_order_acquire)
                                  : nullptr;
  }
  const Links* FindLinks(ObjectId id) const;
  const Element* FindInChain(CatalogVersion version, ObjectId id) const;
  Page& GrowPage(ObjectId id);
  Links& GrowLinks(ObjectId id);
  void AppendToChain(const Element* element, CatalogVersion reached);
  ChildList* Grown(ChildList* full);
  void Sweep(ChildList& newest);
  std::vector<ObjectId> Living(const ChildList& piece) const;

  std::atomic<Directory*> directory_;
  std::atomic<ChildList*> root_children_{nullptr};
  PageArena arena_;
  Limbo& limbo_;
};

// --- Inline, since look-ups are what a catalog is for.

inline const Element* IdTable::Find(CatalogVersion version, ObjectId id) const {
  const Page* page = FindPage(id);
  if (page == nullptr) return nullptr;
  const Element* newest = page->newest[id.value % kPageSize].load(std::memory_order_acquire);
  ANNALS_STALL_POINT("find: head loaded");
  if (newest == nullptr) return nullptr;
  if (newest->object.from() <= version) return newest->HoldsAt(version) ? newest : nullptr;
  return FindInChain(version, id);
}

}  // namespace annals
