#pragma once

// What is known of each version but its objects, by number and by time. One writer;
// readers take no lock.

#include <atomic>
#include <cstdint>
#include <optional>

#include "annals/catalog/limbo_internal.h"
#include "annals/catalog/stall_point_internal.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"

namespace annals {

struct VersionInfo {
  HybridTimestamp timestamp;
  ObjectId next_object_id;
  ObjectId default_zone_id;
};

class VersionTable {
 public:
  explicit VersionTable(Limbo& limbo);
  ~VersionTable();
  VersionTable(const VersionTable&) = delete;
  VersionTable& operator=(const VersionTable&) = delete;

  // --- Any thread. REQUIRES: the caller holds a pin.

  // REQUIRES: the pin is at `version` or an earlier one, and the version was added.
  const VersionInfo& Info(CatalogVersion version) const {
    return FindPage(version)->info[version.value % kPageSize];
  }
  // 0: not active yet.
  uint64_t Activation(CatalogVersion version) const {
    return FindPage(version)->activation[version.value % kPageSize].load(std::memory_order_relaxed);
  }
  // The last of [first, newest], all of them active, that was active by `time`; of those
  // that were truncated meanwhile it may miss any.
  std::optional<CatalogVersion> LastActive(HybridTimestamp time, CatalogVersion first,
                                           CatalogVersion newest) const;

  // --- The writer's. `reached`: nobody asks for older versions any more.

  void Add(CatalogVersion version, const VersionInfo& info, CatalogVersion reached);
  void Activate(CatalogVersion version, HybridTimestamp activation);

 private:
  static constexpr uint64_t kPageSize = 1024;

  struct Page {
    std::atomic<uint64_t> activation[kPageSize] = {};  // Side by side, to be searched.
    VersionInfo info[kPageSize];
    static void Delete(Page* page) { delete page; }
  };
  struct Entry {
    std::atomic<Page*> page{nullptr};
    // Of the page's first version: a search by time finds the page without looking into
    // any. 0 if that is not active yet, or was left out by a jump.
    std::atomic<uint64_t> activation{0};
  };
  // Pages by number, from `first` on. Grows by a larger one taking its place.
  struct Directory {
    uint64_t first;
    uint64_t size;
    Entry* entries() { return reinterpret_cast<Entry*>(this + 1); }
    static Directory* New(uint64_t first, uint64_t size);
    static void Delete(Directory* directory) { ::operator delete(directory); }
  };

  Directory& Load() const {
    Directory* directory = directory_.load(std::memory_order_acquire);
    ANNALS_STALL_POINT("find: versions loaded");
    return *directory;
  }
  Page* FindPage(CatalogVersion version) const {
    Directory& directory = Load();
    return directory.entries()[version.value / kPageSize - directory.first].page.load(
        std::memory_order_acquire);
  }

  std::atomic<Directory*> directory_;
  Limbo& limbo_;
};

}  // namespace annals
