#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "annals/catalog/id_table_internal.h"
#include "annals/catalog/memory_order_internal.h"

namespace annals {
namespace {

constexpr size_t kLargestPiece = 4096;

// By id, each once.
void SortUnique(std::vector<ObjectId>& ids) {
  if (!std::is_sorted(ids.begin(), ids.end())) std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

void DeleteAll(ChildList* list) {
  while (list != nullptr) ChildList::Delete(std::exchange(list, list->older.load(kUnordered)));
}

}  // namespace

ChildList* ChildList::New(const std::vector<ObjectId>& first, size_t capacity) {
  auto list = std::make_unique<ChildList>();
  list->ids = AppendArray<ObjectId>::New(capacity);
  for (ObjectId id : first) list->ids->Append(id);
  return list.release();
}

void ChildList::Delete(ChildList* list) {
  AppendArray<ObjectId>::Delete(list->ids);
  delete list;
}

IdTable::Directory* IdTable::Directory::New(uint64_t size) {
  void* memory = ::operator new(sizeof(Directory) + size * sizeof(std::atomic<Page*>));
  auto* directory = new (memory) Directory{size};
  for (uint64_t i = 0; i < size; ++i) new (directory->pages() + i) std::atomic<Page*>(nullptr);
  return directory;
}

IdTable::IdTable(Limbo& limbo) : directory_(Directory::New(1)), limbo_(limbo) {}

IdTable::~IdTable() {
  Directory* directory = directory_;
  for (uint64_t p = 0; p < directory->size; ++p) {
    Page* page = directory->pages()[p];
    if (page == nullptr) continue;
    for (const auto& newest : page->newest) Element::Delete(newest);
    LinksPage* links = page->links;
    if (links == nullptr) continue;
    for (const Links& one : links->at) {
      Chain::Delete(one.chain);
      DeleteAll(one.children);
    }
  }
  Directory::Delete(directory);
  DeleteAll(root_children_);
}

const IdTable::Links* IdTable::FindLinks(ObjectId id) const {
  const Page* page = FindPage(id);
  const LinksPage* links = page == nullptr ? nullptr : page->links.load(kAcquire);
  return links == nullptr ? nullptr : &links->at[id.value % kPageSize];
}

const Element* IdTable::FindInChain(CatalogVersion version, ObjectId id) const {
  const Links* links = FindLinks(id);
  const Chain* chain = links == nullptr ? nullptr : links->chain.load(kAcquire);
  ANNALS_STALL_POINT("find: history loaded");
  const ElementSince* since = chain == nullptr ? nullptr : chain->Find(version);
  return since == nullptr ? nullptr : since->element;
}

ObjectId IdTable::NextKnown(ObjectId id, ObjectId end) const {
  while (id < end && FindPage(id) == nullptr) {
    const uint64_t next_page = (uint64_t{id.value} / kPageSize + 1) * kPageSize;
    id.value = static_cast<uint32_t>(std::min<uint64_t>(next_page, end.value));
  }
  return id;
}

std::vector<ObjectId> IdTable::Linked(ObjectId owner) const {
  const std::atomic<ChildList*>* link = &root_children_;
  if (owner != kNoObject) {
    const Links* links = FindLinks(owner);
    if (links == nullptr) return {};
    link = &links->children;
  }
  struct Seen {
    const ObjectId* ids;
    size_t size;
  };
  std::vector<Seen> pieces;
  size_t total = 0;
  const ChildList* piece = link->load(kAcquire);
  ANNALS_STALL_POINT("find: children loaded");
  for (; piece != nullptr; piece = piece->older.load(kAcquire)) {
    pieces.push_back({piece->ids->at(), piece->ids->size.load(kAcquire)});
    total += pieces.back().size;
  }
  std::vector<ObjectId> ids;
  ids.reserve(total);
  // Oldest first, which is mostly the order of ids.
  for (auto one = pieces.rbegin(); one != pieces.rend(); ++one) {
    ids.insert(ids.end(), one->ids, one->ids + one->size);
  }
  SortUnique(ids);
  return ids;
}

// --- The writer.

IdTable::Page& IdTable::GrowPage(ObjectId id) {
  const uint64_t number = id.value / kPageSize;
  Directory* directory = directory_.load(kUnordered);
  if (number >= directory->size) {
    Directory* larger = Directory::New(std::max(number + 1, directory->size * 2));
    for (uint64_t i = 0; i < directory->size; ++i) {
      larger->pages()[i].store(directory->pages()[i].load(kUnordered), kUnordered);
    }
    directory_.store(larger, kRelease);
    limbo_.Retire(std::exchange(directory, larger));
  }
  std::atomic<Page*>& page = directory->pages()[number];
  if (page.load(kUnordered) == nullptr) page.store(new (arena_.New(sizeof(Page))) Page(), kRelease);
  return *page.load(kUnordered);
}

IdTable::Links& IdTable::GrowLinks(ObjectId id) {
  Page& page = GrowPage(id);
  if (page.links.load(kUnordered) == nullptr) {
    page.links.store(new (arena_.New(sizeof(LinksPage))) LinksPage(), kRelease);
  }
  return page.links.load(kUnordered)->at[id.value % kPageSize];
}

Element* IdTable::Newest(ObjectId id) const {
  const Page* page = FindPage(id);
  return page == nullptr ? nullptr : page->newest[id.value % kPageSize].load(kUnordered);
}

void IdTable::SetNewest(Element* element, CatalogVersion reached) {
  const ObjectId id = element->object.id();
  std::atomic<Element*>& newest = GrowPage(id).newest[id.value % kPageSize];
  const Element* old = newest.load(kUnordered);
  if (old != nullptr) AppendToChain(old, reached);
  newest.store(element, kRelease);
}

void IdTable::AppendToChain(const Element* element, CatalogVersion reached) {
  std::atomic<Chain*>& link = GrowLinks(element->object.id()).chain;
  Chain* chain = link.load(kUnordered);
  const CatalogVersion from = element->object.from();
  if (chain == nullptr || chain->full()) {
    const uint32_t size = chain == nullptr ? 0 : chain->count();
    // What ended before anybody can still look is left behind (S3).
    uint32_t keep = size;
    const auto end_of = [&](uint32_t i) { return i + 1 < size ? chain->at()[i + 1].from : from; };
    while (keep > 0 && end_of(keep - 1) > reached) --keep;
    Chain* larger = Chain::New(std::max(2u, (size - keep) * 2));
    for (uint32_t i = keep; i < size; ++i) larger->Append(chain->at()[i]);
    larger->Append({from, element});
    link.store(larger, kRelease);
    limbo_.Retire(chain);
    return;
  }
  chain->Append({from, element});
}

void IdTable::Forget(ObjectId id) {
  Page& page = GrowPage(id);
  page.newest[id.value % kPageSize].store(nullptr, kRelease);
  if (page.links.load(kUnordered) == nullptr) return;
  Links& links = GrowLinks(id);
  limbo_.Retire(links.chain.exchange(nullptr));
  for (ChildList* piece = links.children.exchange(nullptr); piece != nullptr;) {
    limbo_.Retire(std::exchange(piece, piece->older.load(kUnordered)));
  }
}

void IdTable::AppendChild(ObjectId owner, ObjectId child) {
  std::atomic<ChildList*>& link = owner == kNoObject ? root_children_ : GrowLinks(owner).children;
  ChildList* newest = link.load(kUnordered);
  if (newest == nullptr || newest->ids->full()) {
    newest = newest == nullptr ? ChildList::New({}, 2) : Grown(newest);
    link.store(newest, kRelease);
  }
  newest->ids->Append(child);
}

// What takes the place of the newest piece, which is full.
ChildList* IdTable::Grown(ChildList* full) {
  const std::vector<ObjectId> living = Living(*full);
  if (2 * living.size() <= kLargestPiece) {
    ChildList* larger = ChildList::New(living, std::max<size_t>(2, 2 * living.size()));
    larger->older.store(full->older.load(kUnordered), kUnordered);
    larger->swept = full->swept;
    limbo_.Retire(full);
    return larger;
  }
  ChildList* next = ChildList::New({}, kLargestPiece);
  next->older.store(full, kUnordered);
  next->swept = full->swept;
  Sweep(*next);
  return next;
}

// Those of a piece that somebody may still see. An object that referred to the owner,
// stopped, and did again is there once.
std::vector<ObjectId> IdTable::Living(const ChildList& piece) const {
  std::vector<ObjectId> living(piece.ids->at(), piece.ids->at() + piece.ids->count());
  std::erase_if(living, [&](ObjectId id) { return Newest(id) == nullptr; });
  SortUnique(living);
  return living;
}

// With each new piece, the next two of the others become one if that can hold what is
// left of them: so at least about half of what is in a list is not gone.
void IdTable::Sweep(ChildList& newest) {
  ChildList* before = newest.swept == nullptr ? &newest : newest.swept;
  ChildList* first = before->older.load(kUnordered);
  ChildList* second = first == nullptr ? nullptr : first->older.load(kUnordered);
  if (second == nullptr) {
    newest.swept = nullptr;
    return;
  }
  std::vector<ObjectId> living = Living(*first);
  const std::vector<ObjectId> more = Living(*second);
  living.insert(living.end(), more.begin(), more.end());
  SortUnique(living);
  if (living.size() > kLargestPiece) {
    newest.swept = first;
    return;
  }
  ChildList* merged = ChildList::New(living, living.size());
  merged->older.store(second->older.load(kUnordered), kUnordered);
  before->older.store(merged, kRelease);
  limbo_.Retire(first);
  limbo_.Retire(second);
}

}  // namespace annals
