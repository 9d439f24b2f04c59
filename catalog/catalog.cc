#include "annals/catalog/catalog.h"

#include "annals/catalog/pins_internal.h"
#include "annals/catalog/version_table_internal.h"
#include "annals/schemas/status.h"

namespace annals {

Catalog::Catalog(const Catalog& other)
    : store_(other.store_), pin_(other.pin_), version_(other.version_) {
  if (pin_ != nullptr) pin_->refs.fetch_add(1, std::memory_order_relaxed);
}

Catalog::Catalog(Catalog&& other) noexcept
    : store_(std::move(other.store_)),
      pin_(std::exchange(other.pin_, nullptr)),
      version_(other.version_) {}

Catalog& Catalog::operator=(Catalog other) noexcept {
  std::swap(store_, other.store_);
  std::swap(pin_, other.pin_);
  version_ = other.version_;
  return *this;
}

Catalog::~Catalog() {
  if (pin_ != nullptr) Pin::Release(pin_);
}

ObjectId Catalog::next_object_id() const { return store_->Info(version_).next_object_id; }
ObjectId Catalog::default_zone_id() const { return store_->Info(version_).default_zone_id; }
HybridTimestamp Catalog::timestamp() const { return store_->Info(version_).timestamp; }
HybridTimestamp Catalog::activation() const { return store_->Activation(version_); }

ObjectDescriptor Catalog::Find(ObjectId id) const { return store_->Find(version_, id); }

ObjectDescriptor Catalog::Find(NameScope scope, std::string_view name) const {
  return store_->Find(version_, scope, name);
}

void Catalog::ForEachChild(ObjectId parent, Visit visit) const {
  for (ObjectId id : store_->Linked(parent)) {
    const ObjectDescriptor object = Find(id);
    if (object && object.parent() == parent) visit(object);
  }
}

void Catalog::ForEachDependent(ObjectId target, Visit visit) const {
  for (ObjectId id : store_->Linked(target)) {
    const ObjectDescriptor object = Find(id);
    if (object && object.RefersTo(target)) visit(object);
  }
}

void Catalog::ForEachObject(Visit visit) const {
  const ObjectId end = next_object_id();
  for (ObjectId id = store_->NextKnown({0}, end); id < end;
       id = store_->NextKnown({id.value + 1}, end)) {
    if (const ObjectDescriptor object = Find(id)) visit(object);
  }
}

// A pin that nobody shares is moved along instead of being given back and taken again.
Pin* CatalogReader::TakePin() {
  Pin* const pin = current_.pin_;
  if (pin == nullptr || pin->refs.load(std::memory_order_acquire) != 1) return nullptr;
  current_.version_ = kNever;
  return std::exchange(current_.pin_, nullptr);
}

const Catalog& CatalogReader::Put(Pin* pin, CatalogVersion version) {
  if (current_.pin_ != nullptr) return current_ = Catalog(store_, pin, version);
  current_.pin_ = pin;
  current_.version_ = version;
  return current_;
}

const Catalog& CatalogReader::Renew() {
  Pin* pin = TakePin();
  const CatalogVersion version = store_->PinLatest(pin);
  return Put(pin, version);
}

absl::StatusOr<const Catalog*> CatalogReader::ActiveAt(HybridTimestamp time) {
  Pin* pin = TakePin();
  const auto version = store_->PinActiveAt(time, pin);
  if (version.ok()) return &Put(pin, *version);
  Release();
  return version.status();
}

}  // namespace annals
