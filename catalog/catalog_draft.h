#pragma once

// A catalog in the making: another one and the changes on top. Commands plan on
// drafts, so a batch sees its own effects; Apply works on drafts; what a draft
// changed is the delta that makes the next version. Drafts nest: a failed command
// is forgotten by dropping the draft it was planned on.
//
// One thread at a time. The base must outlive the draft and not change.

#include <algorithm>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "annals/catalog/catalog_view.h"

namespace annals {

// What a version changes in the version before, object by object.
struct Delta {
  struct Change {
    ObjectId id;
    std::string bytes;  // The object as it is now; empty if it is gone.
  };
  std::vector<Change> changes;  // By id, each object once.
  ObjectId next_object_id;
  ObjectId default_zone_id;
};

// A map for what a draft changed: most change a handful of things, which are found faster
// by looking at each; an index is made once there are more.
template <typename Key, typename Value>
class DraftMap {
 public:
  const Value* Find(const Key& key) const {
    const size_t at = Position(key);
    return at == entries_.size() ? nullptr : &entries_[at].second;
  }
  void Set(const Key& key, Value value) {
    const size_t at = Position(key);
    if (at < entries_.size()) {
      entries_[at].second = value;
      return;
    }
    entries_.emplace_back(key, value);
    if (entries_.size() > kFew) Index();
  }
  size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  static constexpr size_t kFew = 16;

  // That of the entry, or the end.
  size_t Position(const Key& key) const {
    if (!index_.empty()) {
      const auto found = index_.find(key);
      return found == index_.end() ? entries_.size() : found->second;
    }
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    return static_cast<size_t>(found - entries_.begin());
  }

  // A table of absl's that finds no memory to grow cannot even be destroyed. So this one is
  // never let grow: another takes its place.
  void Index() {
    if (entries_.size() > index_.capacity() / 2) index_ = Table(4 * entries_.size());
    while (index_.size() < entries_.size()) {
      index_.emplace(entries_[index_.size()].first, index_.size());
    }
  }

  using Table = absl::flat_hash_map<Key, size_t>;

  absl::InlinedVector<std::pair<Key, Value>, 4> entries_;  // In the order of their coming.
  Table index_;                                            // Of all of them, or empty.
};

class CatalogDraft final : public CatalogView {
 public:
  // Changed objects will say that they are from `version`, made at `timestamp`.
  CatalogDraft(const CatalogView& base, CatalogVersion version, HybridTimestamp timestamp);
  CatalogDraft(const CatalogDraft&) = delete;
  CatalogDraft& operator=(const CatalogDraft&) = delete;

  CatalogVersion version() const override { return version_; }
  ObjectId next_object_id() const override { return next_object_id_; }
  ObjectId default_zone_id() const override { return default_zone_id_; }
  ObjectDescriptor Find(ObjectId id) const override;
  ObjectDescriptor Find(NameScope scope, std::string_view name) const override;
  void ForEachChild(ObjectId parent, Visit visit) const override;
  void ForEachDependent(ObjectId target, Visit visit) const override;
  void ForEachObject(Visit visit) const override;

  // Descriptors got before stay valid.
  // REQUIRES: CheckObject(bytes) is ok.
  void Put(std::string bytes);
  void Drop(ObjectId id);
  void set_next_object_id(ObjectId id) { next_object_id_ = id; }
  void set_default_zone_id(ObjectId id) { default_zone_id_ = id; }

  // What was changed. An object that was made and dropped again is not in it, one
  // that has its old bytes again neither.
  Delta TakeDelta() &&;
  Delta CopyDelta() const;
  // Hands all changes to `base`, the draft that this one was made on.
  void MergeInto(CatalogDraft& base) &&;

 private:
  ObjectDescriptor Describe(const std::string& bytes) const {
    return {bytes, version_, timestamp_};
  }
  void Unname(ObjectId id);
  template <typename Bytes>
  Delta MakeDelta(Bytes bytes_of) const;
  const std::vector<ObjectId>& Linked(ObjectId owner) const;
  void ForEach(std::vector<ObjectId> base_ids, const std::vector<ObjectId>& own_ids,
               absl::FunctionRef<bool(const ObjectDescriptor&)> wanted, Visit visit) const;

  const CatalogView& base_;
  const CatalogVersion version_;
  const HybridTimestamp timestamp_;
  ObjectId next_object_id_;
  ObjectId default_zone_id_;
  std::list<std::string> arena_;              // Bytes of objects; never moved, so views stay valid.
  DraftMap<ObjectId, std::string*> objects_;  // Null: dropped.
  // By scope and name, whose text is in the arena's bytes or in the base's. kNoObject: free.
  DraftMap<std::pair<NameScope, std::string_view>, ObjectId> names_;
  // Objects put here by what they live in or refer to; may name some that are gone. Made
  // when somebody asks, of what is not linked yet.
  mutable std::unordered_map<ObjectId, std::vector<ObjectId>, absl::Hash<ObjectId>> linked_;
  mutable absl::InlinedVector<const std::string*, 4> not_linked_;
};

}  // namespace annals
