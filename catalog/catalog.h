#pragma once

// A version of the catalog, immutable. A handle: copies are cheap and share it; it
// keeps its version, and the memory behind it, for as long as it lives, whatever
// is truncated meanwhile. Any thread; a single handle object is not to be changed
// by two threads at once.

#include <memory>
#include <optional>
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
  ObjectId next_object_id() const override { return next_object_id_; }
  ObjectId default_zone_id() const override { return default_zone_id_; }
  // When the version was made, and from when on it counts.
  HybridTimestamp timestamp() const { return timestamp_; }
  // No time (raw 0) if the version was not active yet when the handle was taken.
  HybridTimestamp activation() const { return activation_; }

  ObjectDescriptor Find(ObjectId id) const override;
  ObjectDescriptor Find(NameScope scope, std::string_view name) const override;
  void ForEachChild(ObjectId parent, Visit visit) const override;
  void ForEachDependent(ObjectId target, Visit visit) const override;
  void ForEachObject(Visit visit) const override;

 private:
  friend class VersionedStore;

  // Takes over `pin`, which holds `version`.
  Catalog(std::shared_ptr<const VersionedStore> store, VersionedStore::Pin* pin,
          CatalogVersion version);

  std::shared_ptr<const VersionedStore> store_;
  VersionedStore::Pin* pin_;
  CatalogVersion version_;
  HybridTimestamp timestamp_;
  HybridTimestamp activation_;
  ObjectId next_object_id_;
  ObjectId default_zone_id_;
};

// A thread's own way to the latest catalog, for look-ups on a hot path: while no
// version is added, Latest() is one load and two compares. It holds the version that
// it gave last, so a thread that goes idle should call Release. One thread at a time.
class CatalogReader {
 public:
  explicit CatalogReader(std::shared_ptr<const VersionedStore> store) : store_(std::move(store)) {}

  // Valid until the next call on this reader.
  const Catalog& Latest() {
    // One that was taken before its activation was known is not kept.
    if (current_.has_value() && current_->version() == store_->latest() &&
        current_->activation().raw() != 0) {
      return *current_;
    }
    return current_.emplace(store_->Latest());
  }
  void Release() { current_.reset(); }

 private:
  std::shared_ptr<const VersionedStore> store_;
  std::optional<Catalog> current_;
};

}  // namespace annals
