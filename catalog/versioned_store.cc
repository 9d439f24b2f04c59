#include "annals/catalog/versioned_store.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/element_internal.h"
#include "annals/catalog/id_table_internal.h"
#include "annals/catalog/limbo_internal.h"
#include "annals/catalog/memory_order_internal.h"
#include "annals/catalog/name_table_internal.h"
#include "annals/catalog/pins_internal.h"
#include "annals/catalog/stall_point_internal.h"
#include "annals/catalog/version_table_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

uint64_t HashOf(const Element& element) {
  return ScopedNameHash(element.object.scope(), element.object.name());
}

}  // namespace

struct VersionedStore::Parts {
  Parts(const std::atomic<uint64_t>& published, const std::atomic<uint64_t>& earliest)
      : limbo(published), pins(earliest), names(limbo), ids(limbo), versions(limbo) {}

  BlockArena blocks;
  Limbo limbo;
  Pins pins;
  NameTable names;
  IdTable ids;
  VersionTable versions;

  // --- The writer's.

  // Nobody has it any more from `to` on: an element, or a name with a history.
  struct Ended {
    CatalogVersion to;
    NameSlot what;
  };
  std::deque<Ended> ended;    // By `to`.
  CatalogVersion reached{0};  // What ended at or before it has been retired.
  uint64_t ended_names = 0;   // Of `ended`.
  uint64_t elements = 0;
  uint64_t element_bytes = 0;
};

std::shared_ptr<VersionedStore> VersionedStore::Create() {
  return std::shared_ptr<VersionedStore>(new VersionedStore());
}

VersionedStore::VersionedStore() : parts_(std::make_unique<Parts>(published_, earliest_)) {
  parts_->versions.Add({0}, {.timestamp = HybridTimestamp::FromRaw(1), .next_object_id = {0}}, {0});
  parts_->versions.Activate({0}, HybridTimestamp::FromRaw(1));
}

VersionedStore::~VersionedStore() {
  // Nobody reads any more. What ended may be in `ended` and nowhere else.
  FreeEnded(kNever);
}

// --- Readers.

ObjectDescriptor VersionedStore::Find(CatalogVersion version, ObjectId id) const {
  const Element* element = parts_->ids.Find(version, id);
  return element == nullptr ? ObjectDescriptor() : element->object;
}

ObjectDescriptor VersionedStore::Find(CatalogVersion version, NameScope scope,
                                      std::string_view name) const {
  const NameSlot slot = parts_->names.Find(scope, name);
  if (!slot.holds()) return {};
  ObjectId owner;
  if (const Element* newest = slot.element()) {
    if (newest->object.from() <= version) {
      return newest->HoldsAt(version) ? newest->object : ObjectDescriptor();
    }
    owner = newest->object.id();
  } else {
    owner = slot.history()->OwnerAt(version);
  }
  // The owner's older elements may have had other names.
  const Element* element = owner == kNoObject ? nullptr : parts_->ids.Find(version, owner);
  return element != nullptr && element->Is(scope, name) ? element->object : ObjectDescriptor();
}

std::vector<ObjectId> VersionedStore::Linked(ObjectId owner) const {
  return parts_->ids.Linked(owner);
}

ObjectId VersionedStore::NextKnown(ObjectId id, ObjectId end) const {
  return parts_->ids.NextKnown(id, end);
}

const VersionInfo& VersionedStore::Info(CatalogVersion version) const {
  return parts_->versions.Info(version);
}

HybridTimestamp VersionedStore::Activation(CatalogVersion version) const {
  return HybridTimestamp::FromRaw(parts_->versions.Activation(version));
}

Catalog VersionedStore::Latest() const {
  for (;;) {
    const CatalogVersion version = latest();
    if (Pin* pin = parts_->pins.AtLatest(version)) return {shared_from_this(), pin, version};
  }
}

absl::StatusOr<Catalog> VersionedStore::At(CatalogVersion version) const {
  if (version > latest()) {
    return MakeError(
        Reason::CATALOG_VERSION_NOT_FOUND,
        absl::StrCat("version ", version.value, " does not exist; the latest is ", latest().value));
  }
  if (Pin* pin = parts_->pins.At(version)) return Catalog(shared_from_this(), pin, version);
  return MakeError(
      Reason::VERSION_TRUNCATED,
      absl::StrCat("version ", version.value, " was truncated; the earliest that can be read is ",
                   earliest().value));
}

absl::StatusOr<Catalog> VersionedStore::ActiveAt(HybridTimestamp time) const {
  Pin* pin = nullptr;
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, PinActiveAt(time, pin));
  return Catalog(shared_from_this(), pin, version);
}

CatalogVersion VersionedStore::PinLatest(Pin*& pin) const {
  for (;;) {
    const CatalogVersion version = latest();
    // Never down, and so it cannot fail.
    if (pin != nullptr && parts_->pins.Move(pin, version)) return version;
    pin = parts_->pins.At(version);
    if (pin != nullptr) return version;
  }
}

absl::StatusOr<CatalogVersion> VersionedStore::PinActiveAt(HybridTimestamp time, Pin*& pin) const {
  for (;;) {
    // The newest is asked for before the earliest, so that between the two no jump
    // (Rebase) can leave a gap.
    const CatalogVersion active = latest_active();
    const CatalogVersion first = earliest();
    if (first > active) continue;
    // Pinned at the earliest version, all that is searched stays. A pin at a later one
    // keeps only the memory that is looked into; what was found may be truncated.
    if (pin == nullptr && (pin = parts_->pins.At(first)) == nullptr) continue;
    ANNALS_STALL_POINT("active at: pinned");
    const auto found = parts_->versions.LastActive(time, first, active);
    ANNALS_STALL_POINT("active at: found");
    if (found && parts_->pins.Move(pin, *found)) return *found;
    Pin::Release(std::exchange(pin, nullptr));
    if (!found && first == earliest()) return NothingActive(first);
  }
}

absl::Status VersionedStore::NothingActive(CatalogVersion first) const {
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
          .oldest_held = parts_->pins.Min(),
          .pins = parts_->pins.Count(),
          .elements = parts_->elements,
          .element_bytes = parts_->element_bytes,
          .ended_elements = parts_->ended.size() - parts_->ended_names,
          .retired_blocks = parts_->limbo.size()};
}

std::vector<CatalogVersion> VersionedStore::HeldVersions() const { return parts_->pins.Versions(); }

// --- The writer.

void VersionedStore::End(Element* element, CatalogVersion version) {
  element->to.store(version.value, kRelease);
  parts_->ended.push_back({version, NameSlot(0, element)});
}

void VersionedStore::BindName(Element* element, CatalogVersion version) {
  const NameScope scope = element->object.scope();
  const std::string_view name = element->object.name();
  const ObjectId id = element->object.id();
  const uint64_t hash = ScopedNameHash(scope, name);
  std::atomic<uint64_t>& place = parts_->names.AddPlace(hash, scope, name);
  const NameSlot slot(place.load(kUnordered));
  NameHistory* history = slot.holds() ? slot.history() : nullptr;
  if (history != nullptr) {
    if (history->last().id != id) AppendOwner(*history, version, id);
    return;
  }
  const Element* newest = slot.holds() ? slot.element() : nullptr;
  if (newest == nullptr || newest->object.id() == id) {
    place.store(NameSlot(hash, element).raw(), kRelease);
    return;
  }
  auto* owners = NameHistory::Owners::New(2);
  owners->Append({{0}, newest->object.id()});
  owners->Append({version, id});
  history = new NameHistory{scope, hash, std::string(name), owners};
  place.store(NameSlot(hash, history).raw(), kRelease);
}

void VersionedStore::AppendOwner(NameHistory& history, CatalogVersion version, ObjectId owner) {
  NameHistory::Owners* owners = history.owners.load(kUnordered);
  if (owners->full()) {
    // Owners before the one that the oldest reader may ask for are left behind.
    const uint32_t size = owners->count();
    uint32_t keep = size - 1;
    while (keep > 0 && owners->at()[keep].from > parts_->reached) --keep;
    auto* larger = NameHistory::Owners::New((size - keep) * 2);
    for (uint32_t i = keep; i < size; ++i) larger->Append(owners->at()[i]);
    history.owners.store(larger, kRelease);
    parts_->limbo.Retire(std::exchange(owners, larger));
  }
  owners->Append({version, owner});
}

// A name that leads to an element directly needs nothing: the element's end tells.
void VersionedStore::UnbindName(const Element* element, CatalogVersion version) {
  if (!element->object.has_name()) return;
  const auto* place =
      parts_->names.Place(HashOf(*element), element->object.scope(), element->object.name());
  NameHistory* history = place == nullptr ? nullptr : NameSlot(place->load(kUnordered)).history();
  // Another object of the same version may have taken the name already.
  if (history == nullptr || history->last().id != element->object.id()) return;
  AppendOwner(*history, version, kNoObject);
  parts_->ended.push_back({version, NameSlot(0, history)});
  ++parts_->ended_names;
}

void VersionedStore::InstallObject(ObjectId id, std::string_view bytes, CatalogVersion version,
                                   CatalogVersion from, HybridTimestamp timestamp) {
  Element* old = parts_->ids.Newest(id);
  if (bytes.empty()) {
    UnbindName(old, version);
    End(old, version);
    return;
  }
  Element* element = Element::New(parts_->blocks, bytes, from, timestamp);
  ++parts_->elements;
  parts_->element_bytes += bytes.size();
  const ObjectDescriptor& object = element->object;
  const ObjectDescriptor before = old == nullptr ? ObjectDescriptor() : old->object;
  if (old != nullptr) {
    if (!object.has_name() || !old->Is(object.scope(), object.name())) UnbindName(old, version);
    End(old, version);
  }
  if (object.has_name()) BindName(element, version);
  parts_->ids.SetNewest(element, parts_->reached);
  if (!before) parts_->ids.AppendChild(object.parent(), id);
  for (ObjectId ref : object.refs()) {
    if (!before || !before.RefersTo(ref)) parts_->ids.AppendChild(ref, id);
  }
}

void VersionedStore::PublishVersion(CatalogVersion version, const VersionInfo& info) {
  parts_->versions.Add(version, info, parts_->reached);
  published_.store(version.value, kRelease);
}

void VersionedStore::Install(const Delta& delta, HybridTimestamp timestamp) {
  const std::lock_guard lock(writer_mutex_);
  const CatalogVersion version = latest().Next();
  for (const Delta::Change& change : delta.changes) {
    InstallObject(change.id, change.bytes, version, version, timestamp);
  }
  ANNALS_STALL_POINT("install: before publishing");
  PublishVersion(version, {timestamp, delta.next_object_id, delta.default_zone_id});
  ANNALS_STALL_POINT("install: published");
  const auto& ended = parts_->ended;
  if (parts_->limbo.size() > 0 || (!ended.empty() && ended.front().to <= earliest())) {
    RaiseFloor(earliest());
  }
}

void VersionedStore::Activate(CatalogVersion version, HybridTimestamp activation) {
  const std::lock_guard lock(writer_mutex_);
  ActivateVersion(version, activation);
}

void VersionedStore::ActivateVersion(CatalogVersion version, HybridTimestamp activation) {
  parts_->versions.Activate(version, activation);
  active_.store(version.value, kRelease);
}

// The object at the newest version, if it lives.
Element* VersionedStore::Living(ObjectId id) const {
  Element* newest = parts_->ids.Newest(id);
  return newest != nullptr && newest->HoldsAt(latest()) ? newest : nullptr;
}

// Whether `image` can come after what is here: time and counter go on, and what is
// older than the image's new versions is as it was.
absl::Status VersionedStore::CheckContinues(const CatalogImage& image) const {
  const CatalogVersion head = latest();
  if (image.version <= head) {
    return BadImage(image, absl::StrCat("is not newer than version ", head.value));
  }
  const VersionInfo& info = Info(head);
  if (image.timestamp <= info.timestamp || image.activation < image.timestamp ||
      image.activation <= Activation(latest_active())) {
    return BadImage(image, absl::StrCat("is not later than version ", head.value));
  }
  if (image.next_object_id < info.next_object_id) {
    return BadImage(image,
                    absl::StrCat("has an object-id counter below that of version ", head.value));
  }
  for (const ObjectDescriptor& object : image.objects) {
    const Element* const living = Living(object.id());
    const ObjectDescriptor old = living == nullptr ? ObjectDescriptor() : living->object;
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
  const CatalogVersion kept =
      std::max(parts_->reached, std::min(image.version, parts_->pins.Min()));
  if (image.version.value - kept.value > kMaxGap) {
    return MakeError(Reason::INTERNAL,
                     absl::StrCat("version ", kept.value, " is held, and version ",
                                  image.version.value, " is too far from it"));
  }

  const CatalogVersion head = latest();
  auto there = image.objects.begin();
  // Those that are gone first: their names may have been given again.
  const ObjectId counter = Info(head).next_object_id;
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
  parts_->reached = std::max(parts_->reached, std::min(image.version, parts_->pins.Min()));
  PublishVersion(image.version, {image.timestamp, image.next_object_id, image.default_zone_id});
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
  const CatalogVersion reached = std::min(version, parts_->pins.Min());
  parts_->reached = std::max(parts_->reached, reached);
  FreeEnded(reached);
  ANNALS_STALL_POINT("floor: unlinked");
  // Stored again: a reader that pins from now on sees what was unlinked above.
  earliest_.store(version.value, kSeqCst);
  ANNALS_STALL_POINT("floor: raised again");
  parts_->limbo.FreeBefore(parts_->pins.Min());
}

void VersionedStore::FreeEnded(CatalogVersion reached) {
  std::deque<Parts::Ended>& ended = parts_->ended;
  while (!ended.empty() && ended.front().to <= reached) {
    const Parts::Ended first = ended.front();
    ended.pop_front();
    if (Element* element = first.what.element()) {
      ForgetElement(element);
    } else {
      ForgetName(first.what.history(), first.to);
      --parts_->ended_names;
    }
  }
}

void VersionedStore::ForgetElement(Element* element) {
  if (parts_->ids.Newest(element->object.id()) == element) parts_->ids.Forget(element->object.id());
  if (element->object.has_name()) {
    auto* place =
        parts_->names.Place(HashOf(*element), element->object.scope(), element->object.name());
    if (place != nullptr && NameSlot(place->load(kUnordered)).element() == element) {
      parts_->names.Leave(*place);
    }
  }
  --parts_->elements;
  parts_->element_bytes -= element->object.bytes().size();
  parts_->limbo.Retire(element);
}

// Nobody has the name since `ended`, unless it was given again.
void VersionedStore::ForgetName(NameHistory* history, CatalogVersion ended) {
  if (history->last().id != kNoObject || history->last().from != ended) return;
  parts_->names.Leave(*parts_->names.Place(history->hash, history->scope, history->name));
  parts_->limbo.Retire(history);
}

}  // namespace annals
