#include "annals/catalog/catalog_draft.h"

#include <algorithm>
#include <iterator>

namespace annals {

CatalogDraft::CatalogDraft(const CatalogView& base, CatalogVersion version,
                           HybridTimestamp timestamp)
    : base_(base),
      version_(version),
      timestamp_(timestamp),
      next_object_id_(base.next_object_id()),
      default_zone_id_(base.default_zone_id()) {}

ObjectDescriptor CatalogDraft::Find(ObjectId id) const {
  const auto own = objects_.find(id);
  if (own == objects_.end()) return base_.Find(id);
  return own->second == nullptr ? ObjectDescriptor() : Describe(*own->second);
}

ObjectDescriptor CatalogDraft::Find(NameScope scope, std::string_view name) const {
  const auto own = names_.find(std::pair(scope, std::string(name)));
  if (own == names_.end()) {
    // The base's owner of the name has it still: else the name would be ours.
    const ObjectDescriptor found = base_.Find(scope, name);
    return found ? Find(found.id()) : found;
  }
  return own->second == kNoObject ? ObjectDescriptor() : Find(own->second);
}

void CatalogDraft::ForEach(std::vector<ObjectId> base_ids, std::vector<ObjectId> own_ids,
                           absl::FunctionRef<bool(const ObjectDescriptor&)> wanted,
                           Visit visit) const {
  std::vector<ObjectId> ids = std::move(base_ids);
  ids.insert(ids.end(), own_ids.begin(), own_ids.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (ObjectId id : ids) {
    const ObjectDescriptor object = Find(id);
    if (object && wanted(object)) visit(object);
  }
}

void CatalogDraft::ForEachChild(ObjectId parent, Visit visit) const {
  std::vector<ObjectId> ids;
  base_.ForEachChild(parent, [&](const ObjectDescriptor& child) { ids.push_back(child.id()); });
  const auto own = linked_.find(parent);
  ForEach(
      std::move(ids), own == linked_.end() ? std::vector<ObjectId>() : own->second,
      [&](const ObjectDescriptor& object) { return object.parent() == parent; }, visit);
}

void CatalogDraft::ForEachDependent(ObjectId target, Visit visit) const {
  std::vector<ObjectId> ids;
  base_.ForEachDependent(target, [&](const ObjectDescriptor& one) { ids.push_back(one.id()); });
  const auto own = linked_.find(target);
  ForEach(
      std::move(ids), own == linked_.end() ? std::vector<ObjectId>() : own->second,
      [&](const ObjectDescriptor& object) { return object.RefersTo(target); }, visit);
}

void CatalogDraft::ForEachObject(Visit visit) const {
  std::vector<ObjectId> ids;
  base_.ForEachObject([&](const ObjectDescriptor& object) { ids.push_back(object.id()); });
  std::vector<ObjectId> own;
  for (const auto& [id, bytes] : objects_) own.push_back(id);
  ForEach(
      std::move(ids), std::move(own), [](const ObjectDescriptor&) { return true; }, visit);
}

void CatalogDraft::Unname(ObjectId id) {
  const ObjectDescriptor old = Find(id);
  if (!old || !old.has_name()) return;
  const ObjectDescriptor owner = Find(old.scope(), old.name());
  if (owner && owner.id() == id) {
    names_[std::pair(old.scope(), std::string(old.name()))] = kNoObject;
  }
}

void CatalogDraft::Put(std::string bytes) {
  std::string& kept = arena_.emplace_back(std::move(bytes));
  const ObjectDescriptor object = Describe(kept);
  const ObjectId id = object.id();
  Unname(id);
  objects_[id] = &kept;
  if (object.has_name()) names_[std::pair(object.scope(), std::string(object.name()))] = id;
  linked_[object.parent()].push_back(id);
  for (ObjectId ref : object.refs()) linked_[ref].push_back(id);
}

void CatalogDraft::Drop(ObjectId id) {
  Unname(id);
  objects_[id] = nullptr;
}

Delta CatalogDraft::TakeDelta() && {
  Delta delta{
      .changes = {}, .next_object_id = next_object_id_, .default_zone_id = default_zone_id_};
  delta.changes.reserve(objects_.size());
  for (const auto& [id, bytes] : objects_) {
    const ObjectDescriptor old = base_.Find(id);
    if (bytes == nullptr ? !old : old && old.bytes() == *bytes) continue;
    delta.changes.push_back({id, bytes == nullptr ? std::string() : std::move(*bytes)});
  }
  std::sort(delta.changes.begin(), delta.changes.end(),
            [](const Delta::Change& a, const Delta::Change& b) { return a.id < b.id; });
  return delta;
}

void CatalogDraft::MergeInto(CatalogDraft& base) && {
  for (auto& [id, bytes] : objects_) {
    if (bytes == nullptr) {
      base.objects_[id] = nullptr;
    } else {
      base.objects_[id] = &base.arena_.emplace_back(std::move(*bytes));
    }
  }
  for (auto& [key, id] : names_) base.names_[key] = id;
  for (auto& [owner, ids] : linked_) {
    auto& list = base.linked_[owner];
    list.insert(list.end(), ids.begin(), ids.end());
  }
  base.next_object_id_ = next_object_id_;
  base.default_zone_id_ = default_zone_id_;
}

}  // namespace annals
