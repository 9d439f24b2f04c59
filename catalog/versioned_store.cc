#include "annals/catalog/versioned_store.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/stall_point_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kSeqCst = std::memory_order_seq_cst;

constexpr size_t kPageSize = 1024;

uint64_t HashName(NameScope scope, std::string_view name) {
  return XXH3_64bits_withSeed(name.data(), name.size(), scope.value);
}

// An array that grows at its end, by one writer, under the eyes of readers: they
// see a prefix, and elements never change. When it is full the writer puts a
// larger one in its place.
template <typename T>
struct AppendArray {
  std::atomic<uint32_t> size{0};
  uint32_t capacity = 0;

  static AppendArray* New(size_t capacity) {
    void* memory = ::operator new(sizeof(AppendArray) + capacity * sizeof(T));
    auto* array = new (memory) AppendArray();
    array->capacity = static_cast<uint32_t>(capacity);
    return array;
  }
  static void Delete(AppendArray* array) { ::operator delete(array); }

  T* at() { return reinterpret_cast<T*>(this + 1); }
  const T* at() const { return reinterpret_cast<const T*>(this + 1); }
  bool full() const { return size.load(kRelaxed) == capacity; }

  // REQUIRES: !full().
  void Append(T value) {
    const uint32_t n = size.load(kRelaxed);
    new (at() + n) T(value);
    size.store(n + 1, kRelease);
  }

  // The last element whose `from` is at most `version`; null if there is none.
  const T* Find(CatalogVersion version) const {
    const T* begin = at();
    const T* after =
        std::upper_bound(begin, begin + size.load(kAcquire), version,
                         [](CatalogVersion v, const T& element) { return v < element.from; });
    return after == begin ? nullptr : after - 1;
  }
};

}  // namespace

// One state of an object: header, then the object's bytes, 8-byte aligned.
struct VersionedStore::Element {
  CatalogVersion from;
  std::atomic<uint64_t> to{kNever.value};
  HybridTimestamp timestamp;
  uint32_t hash = 0;  // Low half of the name's, to move it when the table of names grows.
  uint32_t size = 0;
  NameScope scope;
  ObjectId id;
  uint32_t name_offset = 0;
  uint16_t name_size = 0;
  bool named = false;

  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view bytes() const { return {data(), size}; }
  std::string_view name() const { return {data() + name_offset, name_size}; }
  bool Is(NameScope s, std::string_view n) const { return named && scope == s && name() == n; }
  bool HoldsAt(CatalogVersion version) const {
    return from <= version && version.value < to.load(kAcquire);
  }

  static void Delete(void* element) { ::operator delete(element); }
};

// The elements of an object before its newest, oldest first.
struct ElementSince {
  CatalogVersion from;
  const void* element;
};
struct VersionedStore::History : AppendArray<ElementSince> {};

// What lives in an object or refers to it, now or once.
struct VersionedStore::ChildList : AppendArray<ObjectId> {};

// The owners of a name that had more than one.
struct OwnerSince {
  CatalogVersion from;
  ObjectId id;  // kNoObject: nobody's.
};
using Owners = AppendArray<OwnerSince>;

struct VersionedStore::NameHistory {
  NameScope scope;
  uint64_t hash;
  std::string name;
  std::atomic<Owners*> owners;

  ~NameHistory() { Owners::Delete(owners.load(kRelaxed)); }
  ObjectId OwnerAt(CatalogVersion version) const {
    const Owners* array = owners.load(kAcquire);
    ANNALS_STALL_POINT("find: owners loaded");
    const OwnerSince* owner = array->Find(version);
    return owner == nullptr ? kNoObject : owner->id;
  }
  OwnerSince last() const {
    const Owners* array = owners.load(kRelaxed);
    return array->at()[array->size.load(kRelaxed) - 1];
  }
};

// Open addressing. A slot is 0 (empty), 1 (left empty), or 16 bits of the hash
// and a pointer: to the newest element under the name, or, with its lowest bit
// set, to the name's history.
struct VersionedStore::Slots {
  uint64_t mask = 0;
  uint64_t used = 0;  // Not empty; the writer's.
  std::atomic<uint64_t>* at() { return reinterpret_cast<std::atomic<uint64_t>*>(this + 1); }

  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kLeft = 1;
  static constexpr uint64_t kPointer = (uint64_t{1} << 48) - 1;

  static Slots* New(uint64_t capacity) {
    void* memory = ::operator new(sizeof(Slots) + capacity * sizeof(std::atomic<uint64_t>));
    auto* slots = new (memory) Slots();
    slots->mask = capacity - 1;
    for (uint64_t i = 0; i < capacity; ++i) new (slots->at() + i) std::atomic<uint64_t>(kEmpty);
    return slots;
  }

  static uint64_t Tagged(uint64_t hash, const void* pointer) {
    return (hash & ~kPointer) | reinterpret_cast<uint64_t>(pointer);
  }
  static uint64_t Tagged(uint64_t hash, const NameHistory* history) {
    return Tagged(hash, static_cast<const void*>(history)) | 1;
  }
  static bool Holds(uint64_t slot) { return (slot & kPointer) > kLeft; }
  static bool HasTag(uint64_t slot, uint64_t hash) {
    return ((slot ^ hash) & ~kPointer) == 0 && Holds(slot);
  }
  static Element* AsElement(uint64_t slot) {
    return (slot & 1) != 0 ? nullptr : reinterpret_cast<Element*>(slot & kPointer);
  }
  static NameHistory* AsHistory(uint64_t slot) {
    return (slot & 1) == 0 ? nullptr : reinterpret_cast<NameHistory*>(slot & kPointer & ~1ull);
  }
};

struct VersionedStore::IdEntry {
  std::atomic<Element*> head{nullptr};
  std::atomic<History*> history{nullptr};
  std::atomic<ChildList*> children{nullptr};
};

struct VersionedStore::VersionInfo {
  HybridTimestamp timestamp;
  std::atomic<uint64_t> activation{0};  // 0: not active yet.
  ObjectId next_object_id;
  ObjectId default_zone_id;
};

struct VersionedStore::IdPage {
  IdEntry at[kPageSize];
};

struct VersionedStore::VersionPage {
  VersionInfo at[kPageSize];
};

// Pages by number, from `first` on. Grows by a larger one taking its place.
template <typename Page>
struct VersionedStore::Directory {
  uint64_t first = 0;
  uint64_t size = 0;
  std::atomic<Page*>* pages() { return reinterpret_cast<std::atomic<Page*>*>(this + 1); }

  static Directory* New(uint64_t first, uint64_t size) {
    void* memory = ::operator new(sizeof(Directory) + size * sizeof(std::atomic<Page*>));
    auto* directory = new (memory) Directory();
    directory->first = first;
    directory->size = size;
    for (uint64_t i = 0; i < size; ++i) new (directory->pages() + i) std::atomic<Page*>(nullptr);
    return directory;
  }
  static void Delete(void* directory) { ::operator delete(directory); }

  Page* Find(uint64_t page) {
    return page - first < size ? pages()[page - first].load(kAcquire) : nullptr;
  }
};

// A reader's claim on a version. `refs` counts the Catalogs that share it.
struct alignas(64) VersionedStore::Pin {
  std::atomic<uint64_t> version{kNever.value};
  std::atomic<bool> taken{true};
  std::atomic<bool> shareable{false};  // Its version stays while it is held.
  std::atomic<uint32_t> refs{1};
  Pin* next = nullptr;
};

std::shared_ptr<VersionedStore> VersionedStore::Create() {
  return std::shared_ptr<VersionedStore>(new VersionedStore());
}

VersionedStore::VersionedStore() {
  ids_ = Directory<IdPage>::New(0, 1);
  versions_ = Directory<VersionPage>::New(0, 1);
  VersionInfo& empty = GrowVersion({0});
  empty.timestamp = HybridTimestamp::FromRaw(1);
  empty.activation.store(1, kRelaxed);
  empty.next_object_id = {0};
  for (auto& segment : segments_) segment = Slots::New(8);
}

VersionedStore::~VersionedStore() {
  // Nobody reads any more. What ended may be in `ended_` and nowhere else.
  for (const Ended& ended : ended_) {
    if (ended.element != nullptr) ForgetElement(ended.element);
    if (ended.history != nullptr) ForgetName(ended.history, ended.to);
  }
  for (const Retired& retired : retired_) retired.free(retired.block);
  Directory<IdPage>* ids = ids_;
  for (uint64_t p = 0; p < ids->size; ++p) {
    IdPage* page = ids->pages()[p];
    if (page == nullptr) continue;
    for (IdEntry& entry : page->at) {
      Element::Delete(entry.head.load());
      ::operator delete(entry.history.load());
      ::operator delete(entry.children.load());
    }
    delete page;
  }
  Directory<IdPage>::Delete(ids);
  Directory<VersionPage>* versions = versions_;
  for (uint64_t p = 0; p < versions->size; ++p) delete versions->pages()[p].load();
  Directory<VersionPage>::Delete(versions);
  ::operator delete(root_children_.load());
  for (auto& segment : segments_) {
    Slots* slots = segment;
    for (uint64_t i = 0; i <= slots->mask; ++i) {
      const uint64_t slot = slots->at()[i];
      if (Slots::Holds(slot)) delete Slots::AsHistory(slot);
    }
    ::operator delete(slots);
  }
  for (Pin* pin = pins_; pin != nullptr;) delete std::exchange(pin, pin->next);
}

// --- Readers.

ObjectDescriptor VersionedStore::Describe(const Element* element) {
  if (element == nullptr) return {};
  return {element->bytes(), element->from, element->timestamp};
}

const VersionedStore::IdEntry* VersionedStore::FindId(ObjectId id) const {
  Directory<IdPage>* ids = ids_.load(kAcquire);
  ANNALS_STALL_POINT("find: ids loaded");
  IdPage* page = ids->Find(id.value / kPageSize);
  return page == nullptr ? nullptr : &page->at[id.value % kPageSize];
}

// The first id from `id` on, and below `end`, that an object may have; else `end`.
// Leaps over pages without any: a counter may have been raised by far.
ObjectId VersionedStore::NextKnown(ObjectId id, ObjectId end) const {
  while (id < end && FindId(id) == nullptr) {
    const uint64_t next_page = (uint64_t{id.value} / kPageSize + 1) * kPageSize;
    id.value = static_cast<uint32_t>(std::min<uint64_t>(next_page, end.value));
  }
  return id;
}

const VersionedStore::VersionInfo* VersionedStore::FindVersion(CatalogVersion version) const {
  Directory<VersionPage>* versions = versions_.load(kAcquire);
  ANNALS_STALL_POINT("find: versions loaded");
  VersionPage* page = versions->Find(version.value / kPageSize);
  return page == nullptr ? nullptr : &page->at[version.value % kPageSize];
}

const VersionedStore::Element* VersionedStore::FindElement(CatalogVersion version,
                                                           ObjectId id) const {
  const IdEntry* entry = FindId(id);
  if (entry == nullptr) return nullptr;
  const Element* head = entry->head.load(kAcquire);
  ANNALS_STALL_POINT("find: head loaded");
  if (head == nullptr) return nullptr;
  if (head->from <= version) return head->HoldsAt(version) ? head : nullptr;
  const History* history = entry->history.load(kAcquire);
  ANNALS_STALL_POINT("find: history loaded");
  if (history == nullptr) return nullptr;
  const ElementSince* since = history->Find(version);
  return since == nullptr ? nullptr : static_cast<const Element*>(since->element);
}

const VersionedStore::Element* VersionedStore::FindElement(CatalogVersion version, NameScope scope,
                                                           std::string_view name) const {
  const uint64_t hash = HashName(scope, name);
  Slots* slots = segments_[(hash >> 24) % kSegments].load(kAcquire);
  ANNALS_STALL_POINT("find: slots loaded");
  for (uint64_t i = hash & slots->mask;; i = (i + 1) & slots->mask) {
    const uint64_t slot = slots->at()[i].load(kAcquire);
    if (slot == Slots::kEmpty) return nullptr;
    if (!Slots::HasTag(slot, hash)) continue;
    ANNALS_STALL_POINT("find: slot loaded");
    ObjectId owner;
    if (const NameHistory* history = Slots::AsHistory(slot)) {
      if (history->scope != scope || history->name != name) continue;
      owner = history->OwnerAt(version);
    } else {
      const Element* newest = Slots::AsElement(slot);
      if (!newest->Is(scope, name)) continue;
      if (newest->from <= version) return newest->HoldsAt(version) ? newest : nullptr;
      owner = newest->id;
    }
    // The owner's older elements may have had other names.
    const Element* element = owner == kNoObject ? nullptr : FindElement(version, owner);
    return element != nullptr && element->Is(scope, name) ? element : nullptr;
  }
}

std::vector<ObjectId> VersionedStore::Linked(ObjectId owner) const {
  const std::atomic<ChildList*>* link = &root_children_;
  if (owner != kNoObject) {
    const IdEntry* entry = FindId(owner);
    if (entry == nullptr) return {};
    link = &entry->children;
  }
  const ChildList* list = link->load(kAcquire);
  ANNALS_STALL_POINT("find: children loaded");
  if (list == nullptr) return {};
  std::vector<ObjectId> ids(list->at(), list->at() + list->size.load(kAcquire));
  if (!std::is_sorted(ids.begin(), ids.end())) std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// Looking for a pin and adding one are sequentially consistent too: a truncator that
// has read `pins_` before a pin was in it has read before that pin's version is told.
VersionedStore::Pin* VersionedStore::AcquirePin() const {
  for (Pin* pin = pins_.load(kSeqCst); pin != nullptr; pin = pin->next) {
    if (!pin->taken.load(kRelaxed) && !pin->taken.exchange(true, kAcquire)) {
      pin->shareable.store(false, kRelaxed);
      pin->refs.store(1, kRelease);
      return pin;
    }
  }
  Pin* pin = new Pin();
  pin->next = pins_.load(kRelaxed);
  while (!pins_.compare_exchange_weak(pin->next, pin, kSeqCst, kRelaxed)) {
  }
  return pin;
}

// So many handles of one version cost one pin. What is held already is kept: that needs
// no look at the floor.
VersionedStore::Pin* VersionedStore::SharePin(CatalogVersion version) const {
  Pin* pin = latest_pin_.load(kAcquire);
  if (pin == nullptr) return nullptr;
  ANNALS_STALL_POINT("pin: found");
  uint32_t refs = pin->refs.load(kRelaxed);
  do {
    if (refs == 0) return nullptr;
  } while (!pin->refs.compare_exchange_weak(refs, refs + 1, kAcquire, kRelaxed));
  ANNALS_STALL_POINT("pin: shared");
  // It may have been let go, and taken for something else, meanwhile.
  if (pin->shareable.load(kAcquire) && pin->version.load(kRelaxed) == version.value) return pin;
  ReleasePin(pin);
  return nullptr;
}

void VersionedStore::ReleasePin(Pin* pin) {
  if (pin->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  pin->version.store(kNever.value, kRelease);
  pin->taken.store(false, kRelease);
}

// The pin is told first, the floor asked afterwards: either the truncator sees the
// pin, or we see its floor. Both orders are sequentially consistent.
VersionedStore::Pin* VersionedStore::PinAt(CatalogVersion version) const {
  Pin* pin = AcquirePin();
  ANNALS_STALL_POINT("pin: version loaded");
  pin->version.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("pin: told");
  if (earliest_.load(kSeqCst) <= version.value) return pin;
  ReleasePin(pin);
  return nullptr;
}

CatalogVersion VersionedStore::MinPinned() const {
  uint64_t least = kNever.value;
  for (Pin* pin = pins_.load(kSeqCst); pin != nullptr; pin = pin->next) {
    least = std::min(least, pin->version.load(kSeqCst));
  }
  return {least};
}

uint64_t VersionedStore::CountPins() const {
  uint64_t count = 0;
  for (Pin* pin = pins_.load(kAcquire); pin != nullptr; pin = pin->next) {
    count += pin->taken.load(kRelaxed);
  }
  return count;
}

Catalog VersionedStore::Latest() const {
  for (;;) {
    const CatalogVersion version = latest();
    if (Pin* pin = SharePin(version)) return {shared_from_this(), pin, version};
    if (Pin* pin = PinAt(version)) {
      pin->shareable.store(true, kRelease);
      latest_pin_.store(pin, kRelease);
      return {shared_from_this(), pin, version};
    }
  }
}

absl::StatusOr<Catalog> VersionedStore::At(CatalogVersion version) const {
  if (version > latest()) {
    return MakeError(
        Reason::CATALOG_VERSION_NOT_FOUND,
        absl::StrCat("version ", version.value, " does not exist; the latest is ", latest().value));
  }
  if (Pin* pin = PinAt(version)) return Catalog(shared_from_this(), pin, version);
  return MakeError(
      Reason::VERSION_TRUNCATED,
      absl::StrCat("version ", version.value, " was truncated; the earliest that can be read is ",
                   earliest().value));
}

absl::StatusOr<Catalog> VersionedStore::ActiveAt(HybridTimestamp time) const {
  const auto active_by = [&](uint64_t version) {
    return FindVersion({version})->activation.load(kRelaxed) <= time.raw();
  };
  // Pinned at the earliest version, all that is searched stays. The newest is asked for
  // before the earliest, so that between the two no jump (Rebase) can leave a gap.
  CatalogVersion active;
  CatalogVersion first;
  Pin* pin = nullptr;
  while (pin == nullptr) {
    active = latest_active();
    first = earliest();
    if (first <= active) pin = PinAt(first);
  }
  ANNALS_STALL_POINT("active at: pinned");
  // Galloping from the newest: most questions are about the recent past.
  const uint64_t newest = active.value;
  uint64_t after = newest + 1;
  uint64_t step = 1;
  while (after > first.value && !active_by(after - 1)) {
    after = after - first.value > step ? after - step : first.value;
    step *= 2;
  }
  // Active by `time`: all below `after`, and maybe some of what was leapt over last.
  uint64_t end = std::min(after + step, newest + 1);
  while (after < end) {
    const uint64_t middle = after + (end - after) / 2;
    if (active_by(middle)) {
      after = middle + 1;
    } else {
      end = middle;
    }
  }
  if (after > first.value) {
    ANNALS_STALL_POINT("active at: found");
    pin->version.store(after - 1, kSeqCst);
    return Catalog(shared_from_this(), pin, {after - 1});
  }
  ReleasePin(pin);
  if (first.value == 0) {
    return MakeError(Reason::CATALOG_TIMESTAMP_NOT_FOUND, "no version was active at that time");
  }
  return MakeError(Reason::VERSION_TRUNCATED,
                   absl::StrCat("what was active at that time was truncated; the earliest version "
                                "that can be read is ",
                                first.value));
}

StoreStats VersionedStore::Stats() const {
  const std::lock_guard lock(writer_mutex_);
  return {.earliest = earliest(),
          .latest = latest(),
          .oldest_held = MinPinned(),
          .pins = CountPins(),
          .elements = elements_,
          .element_bytes = element_bytes_,
          .ended_elements = ended_.size() - ended_names_,
          .retired_blocks = retired_.size()};
}

// --- The writer.

template <typename T>
void VersionedStore::Retire(T* block) {
  if (block == nullptr) return;
  retired_.push_back({latest(), block, [](void* memory) {
                        if constexpr (std::is_same_v<T, NameHistory> ||
                                      std::is_same_v<T, VersionPage>) {
                          delete static_cast<T*>(memory);
                        } else {
                          ::operator delete(memory);
                        }
                      }});
}

VersionedStore::IdEntry& VersionedStore::GrowId(ObjectId id) {
  const uint64_t page = id.value / kPageSize;
  Directory<IdPage>* directory = ids_.load(kRelaxed);
  if (page >= directory->size) {
    auto* larger = Directory<IdPage>::New(0, std::max(page + 1, directory->size * 2));
    for (uint64_t i = 0; i < directory->size; ++i) {
      larger->pages()[i].store(directory->pages()[i].load(kRelaxed), kRelaxed);
    }
    ids_.store(larger, kRelease);
    Retire(std::exchange(directory, larger));
  }
  if (directory->Find(page) == nullptr) directory->pages()[page].store(new IdPage(), kRelease);
  return directory->Find(page)->at[id.value % kPageSize];
}

VersionedStore::VersionInfo& VersionedStore::GrowVersion(CatalogVersion version) {
  const uint64_t page = version.value / kPageSize;
  Directory<VersionPage>* directory = versions_.load(kRelaxed);
  if (page - directory->first >= directory->size) {
    // Pages that nobody can ask for any more are not taken along.
    const uint64_t first = std::max(directory->first, std::min(reached_.value / kPageSize, page));
    auto* larger = Directory<VersionPage>::New(first, (page - first + 1) * 2);
    for (uint64_t i = 0; i < directory->size; ++i) {
      VersionPage* old = directory->pages()[i].load(kRelaxed);
      if (directory->first + i >= first) {
        larger->pages()[directory->first + i - first].store(old, kRelaxed);
      } else {
        Retire(old);
      }
    }
    versions_.store(larger, kRelease);
    Retire(std::exchange(directory, larger));
  }
  if (directory->Find(page) == nullptr) {
    directory->pages()[page - directory->first].store(new VersionPage(), kRelease);
  }
  return directory->Find(page)->at[version.value % kPageSize];
}

VersionedStore::Element* VersionedStore::NewElement(std::string_view bytes, CatalogVersion from,
                                                    HybridTimestamp timestamp) {
  auto* element = new (::operator new(sizeof(Element) + bytes.size())) Element();
  std::memcpy(reinterpret_cast<char*>(element + 1), bytes.data(), bytes.size());
  element->from = from;
  element->timestamp = timestamp;
  element->size = static_cast<uint32_t>(bytes.size());
  const ObjectDescriptor object(element->bytes(), from, timestamp);
  element->id = object.id();
  element->scope = object.scope();
  element->named = object.has_name();
  element->name_offset = static_cast<uint32_t>(object.name().data() - element->data());
  element->name_size = static_cast<uint16_t>(object.name().size());
  element->hash = static_cast<uint32_t>(HashName(element->scope, element->name()));
  ++elements_;
  element_bytes_ += bytes.size();
  return element;
}

void VersionedStore::End(Element* element, CatalogVersion version) {
  element->to.store(version.value, kRelease);
  ended_.push_back({version, element, nullptr});
}

void VersionedStore::AppendHistory(IdEntry& entry, Element* element) {
  History* history = entry.history.load(kRelaxed);
  if (history == nullptr || history->full()) {
    const uint32_t size = history == nullptr ? 0 : history->size.load(kRelaxed);
    // What ended before anybody can still look is left behind (S3).
    uint32_t keep = size;
    const auto end_of = [&](uint32_t i) {
      return i + 1 < size ? history->at()[i + 1].from : element->from;
    };
    while (keep > 0 && end_of(keep - 1) > reached_) --keep;
    auto* larger = static_cast<History*>(History::New(std::max(2u, (size - keep) * 2)));
    for (uint32_t i = keep; i < size; ++i) larger->Append(history->at()[i]);
    larger->Append({element->from, element});
    entry.history.store(larger, kRelease);
    Retire(history);
    return;
  }
  history->Append({element->from, element});
}

void VersionedStore::AppendChild(ObjectId owner, ObjectId child) {
  std::atomic<ChildList*>& link = owner == kNoObject ? root_children_ : GrowId(owner).children;
  ChildList* list = link.load(kRelaxed);
  if (list != nullptr && !list->full()) return list->Append(child);
  // Those that nobody can see any more are left behind, and so is what is there twice: an
  // object that referred to the owner, stopped, and did again.
  std::vector<ObjectId> living;
  if (list != nullptr) living.assign(list->at(), list->at() + list->size.load(kRelaxed));
  std::erase_if(living, [&](ObjectId id) { return FindId(id)->head.load(kRelaxed) == nullptr; });
  if (!std::is_sorted(living.begin(), living.end())) std::sort(living.begin(), living.end());
  living.erase(std::unique(living.begin(), living.end()), living.end());
  auto* larger = static_cast<ChildList*>(ChildList::New(std::max<size_t>(2, living.size() * 2)));
  for (ObjectId id : living) larger->Append(id);
  larger->Append(child);
  link.store(larger, kRelease);
  Retire(list);
}

void VersionedStore::GrowSlots(std::atomic<Slots*>& segment) {
  Slots* old = segment.load(kRelaxed);
  uint64_t living = 0;
  for (uint64_t i = 0; i <= old->mask; ++i) living += Slots::Holds(old->at()[i].load(kRelaxed));
  uint64_t capacity = 8;
  while (capacity < living * 2 + 2) capacity *= 2;
  Slots* larger = Slots::New(capacity);
  for (uint64_t i = 0; i <= old->mask; ++i) {
    const uint64_t slot = old->at()[i].load(kRelaxed);
    if (!Slots::Holds(slot)) continue;
    const NameHistory* history = Slots::AsHistory(slot);
    const uint64_t hash = history != nullptr ? history->hash : Slots::AsElement(slot)->hash;
    uint64_t to = hash & larger->mask;
    while (larger->at()[to].load(kRelaxed) != Slots::kEmpty) to = (to + 1) & larger->mask;
    larger->at()[to].store(slot, kRelaxed);
    ++larger->used;
  }
  segment.store(larger, kRelease);
  Retire(old);
}

// The segment for `hash`, with room for one more name.
VersionedStore::Slots& VersionedStore::SlotsFor(uint64_t hash) {
  std::atomic<Slots*>& segment = segments_[(hash >> 24) % kSegments];
  Slots* slots = segment.load(kRelaxed);
  if ((slots->used + 1) * 4 > (slots->mask + 1) * 3) GrowSlots(segment);
  return *segment.load(kRelaxed);
}

// The slot of a name, or the empty one where it would go.
std::atomic<uint64_t>* VersionedStore::FindSlot(Slots& slots, uint64_t hash, NameScope scope,
                                                std::string_view name) const {
  for (uint64_t i = hash & slots.mask;; i = (i + 1) & slots.mask) {
    std::atomic<uint64_t>& at = slots.at()[i];
    const uint64_t slot = at.load(kRelaxed);
    if (slot == Slots::kEmpty) return &at;
    if (!Slots::HasTag(slot, hash)) continue;
    const NameHistory* history = Slots::AsHistory(slot);
    if (history != nullptr ? history->scope == scope && history->name == name
                           : Slots::AsElement(slot)->Is(scope, name)) {
      return &at;
    }
  }
}

void VersionedStore::BindName(Element* element, CatalogVersion version) {
  const NameScope scope = element->scope;
  const std::string_view name = element->name();
  const uint64_t hash = HashName(scope, name);
  Slots& slots = SlotsFor(hash);
  std::atomic<uint64_t>* at = FindSlot(slots, hash, scope, name);
  const uint64_t slot = at->load(kRelaxed);
  if (slot == Slots::kEmpty) {
    ++slots.used;
    at->store(Slots::Tagged(hash, element), kRelease);
    return;
  }
  NameHistory* history = Slots::AsHistory(slot);
  if (history == nullptr) {
    const Element* newest = Slots::AsElement(slot);
    if (newest->id == element->id) {
      at->store(Slots::Tagged(hash, element), kRelease);
      return;
    }
    Owners* owners = Owners::New(2);
    owners->Append({{0}, newest->id});
    owners->Append({version, element->id});
    history = new NameHistory{scope, hash, std::string(name), owners};
    at->store(Slots::Tagged(hash, history), kRelease);
    return;
  }
  if (history->last().id != element->id) AppendOwner(*history, version, element->id);
}

void VersionedStore::AppendOwner(NameHistory& history, CatalogVersion version, ObjectId owner) {
  Owners* owners = history.owners.load(kRelaxed);
  if (owners->full()) {
    // Owners before the one that the oldest reader may ask for are left behind.
    const uint32_t size = owners->size.load(kRelaxed);
    uint32_t keep = size - 1;
    while (keep > 0 && owners->at()[keep].from > reached_) --keep;
    Owners* larger = Owners::New((size - keep) * 2);
    for (uint32_t i = keep; i < size; ++i) larger->Append(owners->at()[i]);
    history.owners.store(larger, kRelease);
    Retire(std::exchange(owners, larger));
  }
  owners->Append({version, owner});
}

// A name that leads to an element directly needs nothing: the element's end tells.
void VersionedStore::UnbindName(const Element* element, CatalogVersion version) {
  if (!element->named) return;
  const uint64_t hash = HashName(element->scope, element->name());
  Slots& slots = *segments_[(hash >> 24) % kSegments].load(kRelaxed);
  const uint64_t slot = FindSlot(slots, hash, element->scope, element->name())->load(kRelaxed);
  NameHistory* history = Slots::Holds(slot) ? Slots::AsHistory(slot) : nullptr;
  // Another object of the same version may have taken the name already.
  if (history == nullptr || history->last().id != element->id) return;
  AppendOwner(*history, version, kNoObject);
  ended_.push_back({version, nullptr, history});
  ++ended_names_;
}

void VersionedStore::InstallObject(ObjectId id, std::string_view bytes, CatalogVersion version,
                                   CatalogVersion from, HybridTimestamp timestamp) {
  IdEntry& entry = GrowId(id);
  Element* old = entry.head.load(kRelaxed);
  if (bytes.empty()) {
    UnbindName(old, version);
    End(old, version);
    return;
  }
  Element* element = NewElement(bytes, from, timestamp);
  const ObjectDescriptor object = Describe(element);
  if (old != nullptr) {
    if (!element->named || !old->Is(element->scope, element->name())) UnbindName(old, version);
    AppendHistory(entry, old);
    End(old, version);
  }
  if (element->named) BindName(element, version);
  entry.head.store(element, kRelease);
  if (old == nullptr) AppendChild(object.parent(), id);
  for (ObjectId ref : object.refs()) {
    if (old == nullptr || !Describe(old).RefersTo(ref)) AppendChild(ref, id);
  }
}

void VersionedStore::PublishVersion(CatalogVersion version, HybridTimestamp timestamp,
                                    ObjectId next_object_id, ObjectId default_zone_id) {
  VersionInfo& info = GrowVersion(version);
  info.timestamp = timestamp;
  info.next_object_id = next_object_id;
  info.default_zone_id = default_zone_id;
  published_.store(version.value, kRelease);
}

void VersionedStore::Install(const Delta& delta, HybridTimestamp timestamp) {
  const std::lock_guard lock(writer_mutex_);
  const CatalogVersion version = latest().Next();
  for (const Delta::Change& change : delta.changes) {
    InstallObject(change.id, change.bytes, version, version, timestamp);
  }
  ANNALS_STALL_POINT("install: before publishing");
  PublishVersion(version, timestamp, delta.next_object_id, delta.default_zone_id);
  ANNALS_STALL_POINT("install: published");
  if (!retired_.empty() || (!ended_.empty() && ended_.front().to <= earliest())) {
    RaiseFloor(earliest());
  }
}

void VersionedStore::Activate(CatalogVersion version, HybridTimestamp activation) {
  const std::lock_guard lock(writer_mutex_);
  ActivateVersion(version, activation);
}

void VersionedStore::ActivateVersion(CatalogVersion version, HybridTimestamp activation) {
  GrowVersion(version).activation.store(activation.raw(), kRelaxed);
  active_.store(version.value, kRelease);
}

// The object at the newest version, if it lives.
VersionedStore::Element* VersionedStore::Living(ObjectId id) const {
  const IdEntry* entry = FindId(id);
  Element* head = entry == nullptr ? nullptr : entry->head.load(kRelaxed);
  return head != nullptr && head->HoldsAt(latest()) ? head : nullptr;
}

// Whether `image` can come after what is here: time and counter go on, and what is
// older than the image's new versions is as it was.
absl::Status VersionedStore::CheckContinues(const CatalogImage& image) const {
  const CatalogVersion head = latest();
  if (image.version <= head) {
    return BadImage(image, absl::StrCat("is not newer than version ", head.value));
  }
  const VersionInfo& info = *FindVersion(head);
  const uint64_t last_activation = FindVersion(latest_active())->activation.load(kRelaxed);
  if (image.timestamp <= info.timestamp || image.activation < image.timestamp ||
      image.activation.raw() <= last_activation) {
    return BadImage(image, absl::StrCat("is not later than version ", head.value));
  }
  if (image.next_object_id < info.next_object_id) {
    return BadImage(image,
                    absl::StrCat("has an object-id counter below that of version ", head.value));
  }
  for (const ObjectDescriptor& object : image.objects) {
    const ObjectDescriptor old = Describe(Living(object.id()));
    const bool fits = object.from() <= head
                          ? old && old.from() == object.from() && old.bytes() == object.bytes()
                      : old ? old.kind() == object.kind() && old.parent() == object.parent()
                            : object.id() >= info.next_object_id;
    if (!fits) {
      return BadImage(
          image, absl::StrCat("has an object ", object.id().value, " of version ",
                              object.from().value, " that cannot be after version ", head.value));
    }
  }
  return absl::OkStatus();
}

absl::Status VersionedStore::Rebase(const CatalogImage& image) {
  const std::lock_guard lock(writer_mutex_);
  ANNALS_RETURN_IF_ERROR(CheckImage(image));
  ANNALS_RETURN_IF_ERROR(CheckContinues(image));

  // Before anything is changed: the directory of versions reaches from the oldest that
  // is held to the newest.
  constexpr uint64_t kMaxGap = uint64_t{1} << 30;
  const CatalogVersion kept = std::max(reached_, std::min(image.version, MinPinned()));
  if (image.version.value - kept.value > kMaxGap) {
    return MakeError(Reason::INTERNAL,
                     absl::StrCat("version ", kept.value, " is held, and version ",
                                  image.version.value, " is too far from it"));
  }

  const CatalogVersion head = latest();
  auto there = image.objects.begin();
  // Those that are gone first: their names may have been given again.
  const ObjectId counter = FindVersion(head)->next_object_id;
  for (ObjectId id = NextKnown({0}, counter); id < counter;
       id = NextKnown({id.value + 1}, counter)) {
    while (there != image.objects.end() && there->id() < id) ++there;
    if (Living(id) == nullptr || (there != image.objects.end() && there->id() == id)) continue;
    InstallObject(id, {}, image.version, image.version, image.timestamp);
  }
  for (const ObjectDescriptor& object : image.objects) {
    if (object.from() <= head) continue;
    InstallObject(object.id(), object.bytes(), image.version, object.from(), object.updated_at());
  }
  // The versions between are nobody's: the floor rises before the jump is seen, so
  // that the directory of versions need not reach over them.
  earliest_.store(image.version.value, kSeqCst);
  ANNALS_STALL_POINT("rebase: floor raised");
  reached_ = std::max(reached_, std::min(image.version, MinPinned()));
  PublishVersion(image.version, image.timestamp, image.next_object_id, image.default_zone_id);
  ActivateVersion(image.version, image.activation);
  RaiseFloor(image.version);
  return absl::OkStatus();
}

void VersionedStore::Truncate(CatalogVersion version) {
  const std::lock_guard lock(writer_mutex_);
  RaiseFloor(std::max(earliest(), std::min(version, latest_active())));
}

void VersionedStore::RaiseFloor(CatalogVersion version) {
  earliest_.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("floor: raised");
  const CatalogVersion reached = std::min(version, MinPinned());
  reached_ = std::max(reached_, reached);
  FreeEnded(reached);
  ANNALS_STALL_POINT("floor: unlinked");
  // Stored again: a reader that pins from now on sees what was unlinked above.
  earliest_.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("floor: raised again");
  FreeRetired();
}

void VersionedStore::FreeEnded(CatalogVersion reached) {
  while (!ended_.empty() && ended_.front().to <= reached) {
    const Ended ended = ended_.front();
    ended_.pop_front();
    if (ended.element != nullptr) {
      ForgetElement(ended.element);
    } else {
      ForgetName(ended.history, ended.to);
      --ended_names_;
    }
  }
}

void VersionedStore::ForgetElement(Element* element) {
  IdEntry& entry = GrowId(element->id);
  if (entry.head.load(kRelaxed) == element) {
    entry.head.store(nullptr, kRelease);
    Retire(entry.history.exchange(nullptr));
    Retire(entry.children.exchange(nullptr));
  }
  if (element->named) {
    const uint64_t hash = HashName(element->scope, element->name());
    Slots& slots = *segments_[(hash >> 24) % kSegments].load(kRelaxed);
    std::atomic<uint64_t>* at = FindSlot(slots, hash, element->scope, element->name());
    const uint64_t slot = at->load(kRelaxed);
    if (Slots::Holds(slot) && Slots::AsElement(slot) == element) at->store(Slots::kLeft, kRelease);
  }
  --elements_;
  element_bytes_ -= element->size;
  Retire(element);
}

// Nobody has the name since `ended`, unless it was given again.
void VersionedStore::ForgetName(NameHistory* history, CatalogVersion ended) {
  if (history->last().id != kNoObject || history->last().from != ended) return;
  Slots& slots = *segments_[(history->hash >> 24) % kSegments].load(kRelaxed);
  FindSlot(slots, history->hash, history->scope, history->name)->store(Slots::kLeft, kRelease);
  Retire(history);
}

void VersionedStore::FreeRetired() {
  const CatalogVersion least = MinPinned();
  while (!retired_.empty() && retired_.front().stamp < least) {
    retired_.front().free(retired_.front().block);
    retired_.pop_front();
  }
}

// --- Catalog, where it needs to know pins and versions.

Catalog::Catalog(std::shared_ptr<const VersionedStore> store, VersionedStore::Pin* pin,
                 CatalogVersion version)
    : store_(std::move(store)), pin_(pin), version_(version) {
  const VersionedStore::VersionInfo& info = *store_->FindVersion(version);
  timestamp_ = info.timestamp;
  activation_ = HybridTimestamp::FromRaw(info.activation.load(kRelaxed));
  next_object_id_ = info.next_object_id;
  default_zone_id_ = info.default_zone_id;
}

Catalog::Catalog(const Catalog& other)
    : store_(other.store_),
      pin_(other.pin_),
      version_(other.version_),
      timestamp_(other.timestamp_),
      activation_(other.activation_),
      next_object_id_(other.next_object_id_),
      default_zone_id_(other.default_zone_id_) {
  if (pin_ != nullptr) pin_->refs.fetch_add(1, kRelaxed);
}

Catalog::Catalog(Catalog&& other) noexcept
    : store_(std::move(other.store_)),
      pin_(std::exchange(other.pin_, nullptr)),
      version_(other.version_),
      timestamp_(other.timestamp_),
      activation_(other.activation_),
      next_object_id_(other.next_object_id_),
      default_zone_id_(other.default_zone_id_) {}

Catalog& Catalog::operator=(Catalog other) noexcept {
  std::swap(store_, other.store_);
  std::swap(pin_, other.pin_);
  version_ = other.version_;
  timestamp_ = other.timestamp_;
  activation_ = other.activation_;
  next_object_id_ = other.next_object_id_;
  default_zone_id_ = other.default_zone_id_;
  return *this;
}

Catalog::~Catalog() {
  if (pin_ != nullptr) VersionedStore::ReleasePin(pin_);
}

}  // namespace annals
