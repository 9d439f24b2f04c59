#pragma once

// A version of the catalog, immutable. A handle: copies are cheap and share it; it
// keeps its version, and the memory behind it, for as long as it lives, whatever
// is truncated meanwhile. Any thread; a single handle object is not to be changed
// by two threads at once.

#include <memory>
#include <utility>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/versioned_store.h"

namespace annals {

class Catalog final : public CatalogView {
 public:
  Catalog(const Catalog& other);
  Catalog(Catalog&& other) noexcept;
  Catalog& operator=(Catalog other) noexcept;
  ~Catalog() override;

  CatalogVersion version() const override { return version_; }
  ObjectId next_object_id() const override;
  ObjectId default_zone_id() const override;
  // When the version was made, and from when on it counts.
  HybridTimestamp timestamp() const;
  // No time (raw 0) as long as the version is not active.
  HybridTimestamp activation() const;

  ObjectDescriptor Find(ObjectId id) const override;
  ObjectDescriptor Find(NameScope scope, std::string_view name) const override;
  void ForEachChild(ObjectId parent, Visit visit) const override;
  void ForEachDependent(ObjectId target, Visit visit) const override;
  void ForEachObject(Visit visit) const override;

 private:
  friend class VersionedStore;
  friend class CatalogReader;

  // Takes over `pin`, which holds `version`.
  Catalog(std::shared_ptr<const VersionedStore> store, Pin* pin, CatalogVersion version)
      : store_(std::move(store)), pin_(pin), version_(version) {}

  std::shared_ptr<const VersionedStore> store_;
  Pin* pin_;  // Null once it was moved from.
  CatalogVersion version_;
};

// A thread's own way to catalogs, for look-ups on a hot path: while no version is added,
// Latest() is one load and one compare. It holds the version that it gave last, so a
// thread that goes idle should call Release. One thread at a time.
class CatalogReader {
 public:
  explicit CatalogReader(std::shared_ptr<const VersionedStore> store)
      : store_(std::move(store)), current_(store_, nullptr, kNever) {}

  // These are valid until the next call on this reader.

  const Catalog& Latest() { return current_.version() == store_->latest() ? current_ : Renew(); }
  // As VersionedStore::ActiveAt.
  absl::StatusOr<const Catalog*> ActiveAt(HybridTimestamp time);

  void Release() { current_ = Catalog(store_, nullptr, kNever); }

 private:
  const Catalog& Renew();
  // The pin that this reader alone has, out of `current_`; null if there is none.
  Pin* TakePin();
  const Catalog& Put(Pin* pin, CatalogVersion version);

  std::shared_ptr<const VersionedStore> store_;
  Catalog current_;  // At kNever, which no version is, if it holds none.
};

}  // namespace annals
