#pragma once

// The lives of a catalog's objects, version by version: of each object every state that
// it was in, told as what changed. From this the page finds the catalog of any version,
// and what is different between any two. One thread.

#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "annals/catalog/catalog.h"
#include "annals/cli/json.h"
#include "annals/cli/object_text.h"
#include "annals/cli/report/text_pool.h"

namespace annals::cli {

// How many there are of what.
struct CatalogCounts {
  // In the order in which the page knows them; those that catalogs need not have come in
  // that of their coming, and never go.
  std::vector<ObjectKind> kinds = {ObjectKind::kSchema, ObjectKind::kTable, ObjectKind::kIndex,
                                   ObjectKind::kSystemView, ObjectKind::kZone};
  std::vector<int64_t> objects = std::vector<int64_t>(kinds.size());  // Of `kinds`.
  int64_t columns = 0;                                                // Of tables, views, ...

  size_t PlaceOf(ObjectKind kind);  // In `kinds`, which may grow.
  void Add(const ObjectDescriptor& object, int64_t times);
};

class ObjectLives {
 public:
  // Objects beyond the first `most` are counted and not told. `texts` must outlive this.
  ObjectLives(TextPool& texts, size_t most) : texts_(texts), most_(most) {}

  // Everything in `catalog` was there already.
  void Begin(const CatalogView& catalog);
  // The version `after` made another thing of `changed`.
  void Add(const CatalogView& before, const CatalogView& after, std::span<const ObjectId> changed);

  const CatalogCounts& counts() const { return counts_; }
  size_t left_out() const { return left_out_.size(); }

  // [[id, kind, parent, table, was there, dropped in, states], ...], by id. No parent and
  // no table is -1, never dropped 0. A state is
  //
  //   [from, since, name, qualified name, short text, is key index,
  //    [key, label, text, ...], [key, ...]]
  //
  // with properties that are other than in the state before, and those that are gone.
  // `since` is the version that made the object what it is: a state in which only what
  // it refers to has another name has that of the state before.
  Json TakeJson();

 private:
  struct Life {
    ObjectKind kind;
    ObjectId parent;
    ObjectId table;
    bool was_there = false;
    uint64_t dropped = 0;
    std::vector<Property> properties;  // Of the last state.
    Json states = Json::array();
  };

  void Put(const CatalogView& catalog, const ObjectDescriptor& object, bool was_there);
  Life* FindOrAdd(const ObjectDescriptor& object, bool was_there);

  TextPool& texts_;
  const size_t most_;
  absl::flat_hash_set<ObjectId> left_out_;
  CatalogCounts counts_;
  absl::flat_hash_map<ObjectId, Life> lives_;
};

}  // namespace annals::cli
