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
  std::string* const* own = objects_.Find(id);
  if (own == nullptr) return base_.Find(id);
  return *own == nullptr ? ObjectDescriptor() : Describe(**own);
}

ObjectDescriptor CatalogDraft::Find(NameScope scope, std::string_view name) const {
  const ObjectId* own = names_.Find(std::pair(scope, name));
  if (own == nullptr) {
    // The base's owner of the name has it still: else the name would be ours.
    const ObjectDescriptor found = base_.Find(scope, name);
    return found ? Find(found.id()) : found;
  }
  return *own == kNoObject ? ObjectDescriptor() : Find(*own);
}

const std::vector<ObjectId>& CatalogDraft::Linked(ObjectId owner) const {
  for (const std::string* bytes : not_linked_) {
    const ObjectDescriptor object = Describe(*bytes);
    linked_[object.parent()].push_back(object.id());
    for (ObjectId ref : object.refs()) linked_[ref].push_back(object.id());
  }
  not_linked_.clear();
  static const std::vector<ObjectId> kNone;
  const auto found = linked_.find(owner);
  return found == linked_.end() ? kNone : found->second;
}

void CatalogDraft::ForEach(std::vector<ObjectId> base_ids, const std::vector<ObjectId>& own_ids,
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
  ForEach(
      std::move(ids), Linked(parent),
      [&](const ObjectDescriptor& object) { return object.parent() == parent; }, visit);
}

void CatalogDraft::ForEachDependent(ObjectId target, Visit visit) const {
  std::vector<ObjectId> ids;
  base_.ForEachDependent(target, [&](const ObjectDescriptor& one) { ids.push_back(one.id()); });
  ForEach(
      std::move(ids), Linked(target),
      [&](const ObjectDescriptor& object) { return object.RefersTo(target); }, visit);
}

void CatalogDraft::ForEachObject(Visit visit) const {
  std::vector<ObjectId> ids;
  base_.ForEachObject([&](const ObjectDescriptor& object) { ids.push_back(object.id()); });
  std::vector<ObjectId> own;
  for (const auto& [id, bytes] : objects_) own.push_back(id);
  ForEach(
      std::move(ids), own, [](const ObjectDescriptor&) { return true; }, visit);
}

void CatalogDraft::Unname(ObjectId id) {
  const ObjectDescriptor old = Find(id);
  if (!old || !old.has_name()) return;
  const ObjectDescriptor owner = Find(old.scope(), old.name());
  if (owner && owner.id() == id) names_.Set(std::pair(old.scope(), old.name()), kNoObject);
}

void CatalogDraft::Put(std::string bytes) {
  std::string& kept = arena_.emplace_back(std::move(bytes));
  const ObjectDescriptor object = Describe(kept);
  const ObjectId id = object.id();
  Unname(id);
  objects_.Set(id, &kept);
  if (object.has_name()) names_.Set(std::pair(object.scope(), object.name()), id);
  not_linked_.push_back(&kept);
}

void CatalogDraft::Drop(ObjectId id) {
  Unname(id);
  objects_.Set(id, nullptr);
}

// `bytes_of` gives the text of an object that was put here, by copying or moving it.
template <typename Bytes>
Delta CatalogDraft::MakeDelta(Bytes bytes_of) const {
  Delta delta{
      .changes = {}, .next_object_id = next_object_id_, .default_zone_id = default_zone_id_};
  delta.changes.reserve(objects_.size());
  for (const auto& [id, bytes] : objects_) {
    const ObjectDescriptor old = base_.Find(id);
    if (bytes == nullptr ? !old : old && old.bytes() == *bytes) continue;
    delta.changes.push_back({id, bytes == nullptr ? std::string() : bytes_of(*bytes)});
  }
  std::sort(delta.changes.begin(), delta.changes.end(),
            [](const Delta::Change& a, const Delta::Change& b) { return a.id < b.id; });
  return delta;
}

Delta CatalogDraft::TakeDelta() && {
  return MakeDelta([](std::string& bytes) { return std::move(bytes); });
}

Delta CatalogDraft::CopyDelta() const {
  return MakeDelta([](const std::string& bytes) { return bytes; });
}

void CatalogDraft::MergeInto(CatalogDraft& base) && {
  for (const auto& [id, bytes] : objects_) base.objects_.Set(id, bytes);
  for (const auto& [key, id] : names_) base.names_.Set(key, id);
  for (const std::string& bytes : arena_) base.not_linked_.push_back(&bytes);
  base.arena_.splice(base.arena_.end(), arena_);
  base.next_object_id_ = next_object_id_;
  base.default_zone_id_ = default_zone_id_;
}

}  // namespace annals
