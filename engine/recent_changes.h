#pragma once

// Which objects the last versions changed, so that who compares two of them need not
// look at all objects. Any thread.

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "annals/catalog/catalog_draft.h"
#include "annals/schemas/ids.h"

namespace annals {

class RecentChanges {
 public:
  // How many versions are remembered, and how many changes of each.
  static constexpr size_t kVersions = 256;
  static constexpr size_t kChanges = 1024;

  void Add(CatalogVersion version, const Delta& delta);
  // What the versions after `from` up to `to` changed; nothing if one is not remembered.
  std::optional<std::vector<ObjectId>> Between(CatalogVersion from, CatalogVersion to) const;

 private:
  struct Slot {
    CatalogVersion version;
    std::vector<ObjectId> ids;
  };

  mutable std::mutex mutex_;
  std::vector<Slot> slots_ = std::vector<Slot>(kVersions);  // Guarded by mutex_.
};

}  // namespace annals
