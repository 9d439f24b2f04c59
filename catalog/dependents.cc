#include "annals/catalog/dependents.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "annals/catalog/configured.h"
#include "annals/catalog/fingerprint.h"

namespace annals {
namespace {

using ById = std::map<ObjectId, ObjectDescriptor>;

// What `wanted` says yes to of all that refer to one of `ids`, all the way.
ById Reached(const CatalogView& catalog, std::vector<ObjectId> ids,
             absl::FunctionRef<bool(const ObjectDescriptor&)> wanted) {
  ById reached;
  while (!ids.empty()) {
    const ObjectId next = ids.back();
    ids.pop_back();
    catalog.ForEachDependent(next, [&](const ObjectDescriptor& object) {
      if (wanted(object) && reached.emplace(object.id(), object).second) ids.push_back(object.id());
    });
  }
  return reached;
}

// Each after those among them that it refers to, otherwise by id. No recursion: a chain may
// be long.
std::vector<ObjectDescriptor> NeededFirst(const ById& objects) {
  std::vector<ObjectDescriptor> ordered;
  std::set<ObjectId> placed;
  std::set<ObjectId> open;
  std::vector<ObjectId> stack;
  for (const auto& [id, object] : objects) {
    stack.push_back(id);
    while (!stack.empty()) {
      const ObjectId next = stack.back();
      const ObjectDescriptor& one = objects.at(next);
      if (open.insert(next).second) {
        for (ObjectId ref : one.refs()) {
          if (objects.contains(ref) && !open.contains(ref)) stack.push_back(ref);
        }
        continue;
      }
      stack.pop_back();
      if (placed.insert(next).second) ordered.push_back(one);
    }
  }
  return ordered;
}

}  // namespace

std::vector<ObjectDescriptor> DependentsOf(const CatalogView& catalog, ObjectId id) {
  ById reached = Reached(catalog, {id}, [](const ObjectDescriptor&) { return true; });
  reached.erase(id);
  return NeededFirst(reached);
}

std::vector<ObjectId> AffectedBy(const CatalogView& before, const CatalogView& after,
                                 const std::vector<ObjectId>& changed) {
  // What else is changed (a zone, with all tables in it) has nothing to do with them.
  std::vector<ObjectId> from;
  for (ObjectId id : changed) {
    const ObjectDescriptor object = after.Find(id);
    if (object && (IsConfigured(object.kind()) || object.kind() == ObjectKind::kTable)) {
      from.push_back(id);
    }
  }
  std::vector<ObjectId> affected;
  if (from.empty()) return affected;
  EffectiveFingerprints old_ones(before);
  EffectiveFingerprints new_ones(after);
  for (const auto& [id, object] : Reached(after, std::move(from), [](const ObjectDescriptor& one) {
         return IsConfigured(one.kind());
       })) {
    const ObjectDescriptor was = before.Find(id);
    if (!was || was.bytes() != object.bytes() || old_ones.Of(id) == new_ones.Of(id)) continue;
    affected.push_back(id);
  }
  return affected;
}

}  // namespace annals
