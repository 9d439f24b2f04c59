#pragma once

// All versions of a catalog in memory, at the cost of what each one changed.
//
// Every object has a chain: its elements, each with the version from which it
// holds. A name leads to the newest element under it. A reader at version V
// ignores all that is newer; it takes no lock and never waits. docs/architecture.md
// tells how memory is given back under the feet of readers.
//
// Threads: one writer at a time calls Install, Activate, Rebase and Truncate (they
// lock each other out); all else may be called by any thread at any time.
//
// Invariants
//   S1  What is reachable at a version in [earliest, published] never changes.
//   S2  An element is freed only when no version that a reader holds or may still
//       take can reach it.
//   S3  Links carry versions: nobody at V >= earliest follows one to an element
//       that ended at or before V.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/catalog_image.h"
#include "annals/catalog/object.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

class Catalog;
struct Element;
struct NameHistory;
struct Pin;
struct VersionInfo;

// How much a store holds, for operators.
struct StoreStats {
  CatalogVersion earliest;
  CatalogVersion latest;
  CatalogVersion oldest_held;  // kNever: no version is held.
  uint64_t pins = 0;           // That hold versions; handles of the latest share one.
  uint64_t elements = 0;       // Of chains, living and ended.
  uint64_t element_bytes = 0;
  uint64_t ended_elements = 0;  // Kept for old versions.
  uint64_t retired_blocks = 0;  // Unreachable, and waiting for readers to move on.
};

class VersionedStore : public std::enable_shared_from_this<VersionedStore> {
 public:
  // Holds version 0, the empty catalog.
  static std::shared_ptr<VersionedStore> Create();
  ~VersionedStore();
  VersionedStore(const VersionedStore&) = delete;
  VersionedStore& operator=(const VersionedStore&) = delete;

  // --- Writing.

  // Adds version latest() + 1. It can be read by number at once, by time once it
  // is activated.
  void Install(const Delta& delta, HybridTimestamp timestamp);
  // Makes `version`, the one after the last active, active from `activation` on,
  // which is later than that of the version before.
  void Activate(CatalogVersion version, HybridTimestamp activation);
  // Jumps to `image.version` > latest(), which becomes the earliest version too and
  // is active at once. Versions that are held stay valid. Who asks for the latest
  // while the jump is made waits for its last step, unless somebody holds the one before it.
  //   DAMAGED   the image does not continue what the store holds
  //   INTERNAL  a version is held that is 2^30 before it or more; nothing was changed
  absl::Status Rebase(const CatalogImage& image);
  // Raises the earliest version to `version`, at most the latest active one, and frees what nobody
  // can reach any more. Versions that are held stay valid, and keep what they reach.
  void Truncate(CatalogVersion version);

  // --- Reading.

  CatalogVersion earliest() const { return {earliest_.load(std::memory_order_acquire)}; }
  // The newest version; it may not be active yet.
  CatalogVersion latest() const { return {published_.load(std::memory_order_acquire)}; }
  CatalogVersion latest_active() const { return {active_.load(std::memory_order_acquire)}; }

  Catalog Latest() const;
  //   VERSION_TRUNCATED, CATALOG_VERSION_NOT_FOUND
  absl::StatusOr<Catalog> At(CatalogVersion version) const;
  // The greatest version that was active by `time`.
  //   VERSION_TRUNCATED            it is below the earliest
  //   CATALOG_TIMESTAMP_NOT_FOUND  `time` is before all versions
  absl::StatusOr<Catalog> ActiveAt(HybridTimestamp time) const;

  StoreStats Stats() const;
  // The versions that somebody holds, ascending.
  std::vector<CatalogVersion> HeldVersions() const;

 private:
  friend class Catalog;
  friend class CatalogReader;

  // What the store is made of, a file each: names, ids, versions, pins.
  struct Parts;

  VersionedStore();

  // --- Readers' side. REQUIRES: the caller holds a pin at `version`.

  ObjectDescriptor Find(CatalogVersion version, ObjectId id) const;
  ObjectDescriptor Find(CatalogVersion version, NameScope scope, std::string_view name) const;
  std::vector<ObjectId> Linked(ObjectId owner) const;
  ObjectId NextKnown(ObjectId id, ObjectId end) const;
  const VersionInfo& Info(CatalogVersion version) const;
  HybridTimestamp Activation(CatalogVersion version) const;

  // Moves `pin`, which nobody shares, or takes one if it is null.
  CatalogVersion PinLatest(Pin*& pin) const;
  // The same; if there is no such version, gives the pin back.
  absl::StatusOr<CatalogVersion> PinActiveAt(HybridTimestamp time, Pin*& pin) const;
  absl::Status NothingActive(CatalogVersion first) const;

  // --- The writer's side. REQUIRES: writer_mutex_ is held.

  void InstallObject(ObjectId id, std::string_view bytes, CatalogVersion version,
                     CatalogVersion from, HybridTimestamp timestamp);
  void End(Element* element, CatalogVersion version);
  void BindName(Element* element, CatalogVersion version);
  void AppendOwner(NameHistory& history, CatalogVersion version, ObjectId owner);
  void UnbindName(const Element* element, CatalogVersion version);
  void ActivateVersion(CatalogVersion version, HybridTimestamp activation);
  void PublishVersion(CatalogVersion version, const VersionInfo& info);
  Element* Living(ObjectId id) const;
  absl::Status CheckContinues(const CatalogImage& image) const;
  void RaiseFloor(CatalogVersion version);
  void FreeEnded(CatalogVersion reached);
  void ForgetElement(Element* element);
  void ForgetName(NameHistory* history, CatalogVersion ended);

  std::atomic<uint64_t> published_{0};
  std::atomic<uint64_t> active_{0};
  std::atomic<uint64_t> earliest_{0};
  const std::unique_ptr<Parts> parts_;
  mutable std::mutex writer_mutex_;
};

}  // namespace annals
