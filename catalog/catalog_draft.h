#pragma once

// A catalog in the making: another one and the changes on top. Commands plan on
// drafts, so a batch sees its own effects; Apply works on drafts; what a draft
// changed is the delta that makes the next version. Drafts nest: a failed command
// is forgotten by dropping the draft it was planned on.
//
// One thread at a time. The base must outlive the draft and not change.

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
  // Hands all changes to `base`, the draft that this one was made on.
  void MergeInto(CatalogDraft& base) &&;

 private:
  ObjectDescriptor Describe(const std::string& bytes) const {
    return {bytes, version_, timestamp_};
  }
  void Unname(ObjectId id);
  void ForEach(std::vector<ObjectId> base_ids, std::vector<ObjectId> own_ids,
               absl::FunctionRef<bool(const ObjectDescriptor&)> wanted, Visit visit) const;

  const CatalogView& base_;
  const CatalogVersion version_;
  const HybridTimestamp timestamp_;
  ObjectId next_object_id_;
  ObjectId default_zone_id_;
  std::deque<std::string> arena_;  // Bytes of objects; never moved, so that views stay valid.
  absl::flat_hash_map<ObjectId, std::string*> objects_;                     // Null: dropped.
  absl::flat_hash_map<std::pair<NameScope, std::string>, ObjectId> names_;  // kNoObject: free.
  // Objects put here by what they live in or refer to; may name some that are gone.
  absl::flat_hash_map<ObjectId, std::vector<ObjectId>> linked_;
};

}  // namespace annals
