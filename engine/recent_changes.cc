#include "annals/engine/recent_changes.h"

namespace annals {

void RecentChanges::Add(CatalogVersion version, const Delta& delta) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[version.value % kVersions];
  const bool small = delta.changes.size() <= kChanges;
  slot.version = small ? version : CatalogVersion{0};
  slot.ids.clear();
  if (!small) return;
  for (const Delta::Change& change : delta.changes) slot.ids.push_back(change.id);
}

std::optional<std::vector<ObjectId>> RecentChanges::Between(CatalogVersion from,
                                                            CatalogVersion to) const {
  if (to.value - from.value > kVersions) return std::nullopt;
  const std::lock_guard lock(mutex_);
  std::vector<ObjectId> ids;
  for (CatalogVersion version = from.Next(); version <= to; version = version.Next()) {
    const Slot& slot = slots_[version.value % kVersions];
    if (slot.version != version) return std::nullopt;
    ids.insert(ids.end(), slot.ids.begin(), slot.ids.end());
  }
  return ids;
}

}  // namespace annals
