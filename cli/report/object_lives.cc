#include "annals/cli/report/object_lives.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/string_view.h"
#include "annals/catalog/configured.h"

namespace annals::cli {
namespace {

size_t CountColumns(const ObjectDescriptor& object) {
  if (const auto table = As<TableDescriptor>(object)) return table->columns().size();
  if (const auto view = As<SystemViewDescriptor>(object)) return view->columns().size();
  if (const auto other = As<ConfiguredDescriptor>(object)) return other->columns().size();
  return 0;
}

ObjectId TableOf(const ObjectDescriptor& object) {
  const auto index = As<IndexDescriptor>(object);
  return index ? index->table_id() : kNoObject;
}

// The page need not know what kNoObject is.
int64_t IdOrMinusOne(ObjectId id) { return id == kNoObject ? -1 : id.value; }

bool SaysTheSame(const Property& a, const Property& b) {
  return a.label == b.label && a.text == b.text;
}

// What is said otherwise because `id` is another: an index names its table and columns, a
// table its key's columns and its zone.
void AddThoseThatTellOf(ObjectId id, const CatalogView& before, const CatalogView& after,
                        std::set<ObjectId>& ids) {
  const ObjectDescriptor now = after.Find(id);
  if (const ObjectId table = TableOf(now ? now : before.Find(id)); table != kNoObject) {
    ids.insert(table);
  }
  if (!now) return;
  const ObjectDescriptor then = before.Find(id);
  // Many may be in a zone, or refer to a connection, and all that they tell of it is its name.
  const bool named = now.kind() == ObjectKind::kZone || IsConfigured(now.kind());
  if (named && then && then.name() == now.name()) return;
  after.ForEachDependent(id, [&](const ObjectDescriptor& other) { ids.insert(other.id()); });
}

}  // namespace

size_t CatalogCounts::PlaceOf(ObjectKind kind) {
  const auto found = std::find(kinds.begin(), kinds.end(), kind);
  const auto place = static_cast<size_t>(found - kinds.begin());
  if (found == kinds.end()) {
    kinds.push_back(kind);
    objects.push_back(0);
  }
  return place;
}

void CatalogCounts::Add(const ObjectDescriptor& object, int64_t times) {
  if (!object) return;
  objects[PlaceOf(object.kind())] += times;
  columns += times * static_cast<int64_t>(CountColumns(object));
}

void ObjectLives::Begin(const CatalogView& catalog) {
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    counts_.Add(object, 1);
    Put(catalog, object, /*was_there=*/true);
  });
}

void ObjectLives::Add(const CatalogView& before, const CatalogView& after,
                      std::span<const ObjectId> changed) {
  std::set<ObjectId> ids(changed.begin(), changed.end());
  if (before.default_zone_id() != after.default_zone_id()) {
    ids.insert({before.default_zone_id(), after.default_zone_id()});
  }
  for (const ObjectId id : changed) {
    counts_.Add(before.Find(id), -1);
    counts_.Add(after.Find(id), 1);
    AddThoseThatTellOf(id, before, after, ids);
  }
  for (const ObjectId id : ids) {
    if (const ObjectDescriptor object = after.Find(id)) {
      Put(after, object, /*was_there=*/false);
    } else if (const auto life = lives_.find(id); life != lives_.end()) {
      life->second.dropped = after.version().value;
      life->second.properties = {};
    }
  }
}

ObjectLives::Life* ObjectLives::FindOrAdd(const ObjectDescriptor& object, bool was_there) {
  const auto found = lives_.find(object.id());
  if (found != lives_.end()) return &found->second;
  if (lives_.size() == most_) {
    left_out_.insert(object.id());
    return nullptr;
  }
  Life& life = lives_[object.id()];
  life.kind = object.kind();
  life.parent = object.parent();
  life.table = TableOf(object);
  life.was_there = was_there;
  return &life;
}

void ObjectLives::Put(const CatalogView& catalog, const ObjectDescriptor& object, bool was_there) {
  Life* const life = FindOrAdd(object, was_there);
  if (life == nullptr) return;
  const std::vector<Property> then = std::exchange(life->properties, PropertiesOf(catalog, object));
  absl::flat_hash_map<absl::string_view, const Property*> gone;
  for (const Property& property : then) gone.emplace(property.key, &property);
  Json other = Json::array();
  for (const Property& now : life->properties) {
    const auto found = gone.extract(now.key);
    if (!found.empty() && SaysTheSame(*found.mapped(), now)) continue;
    for (const std::string* text : {&now.key, &now.label, &now.text}) {
      other.push_back(texts_.Add(*text));
    }
  }
  Json left = Json::array();
  for (const Property& property : then) {
    if (gone.contains(property.key)) left.push_back(texts_.Add(property.key));
  }
  life->states.push_back({catalog.version().value, object.from().value, texts_.Add(object.name()),
                          texts_.Add(QualifiedName(catalog, object)),
                          texts_.Add(ShortText(catalog, object)),
                          IsKeyIndex(catalog, object) ? 1 : 0, std::move(other), std::move(left)});
}

Json ObjectLives::TakeJson() {
  std::vector<ObjectId> ids;
  for (const auto& [id, life] : lives_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  Json list = Json::array();
  for (const ObjectId id : ids) {
    Life& life = lives_[id];
    list.push_back({id.value, counts_.PlaceOf(life.kind), IdOrMinusOne(life.parent),
                    IdOrMinusOne(life.table), life.was_there ? 1 : 0, life.dropped,
                    std::move(life.states)});
  }
  lives_.clear();
  return list;
}

}  // namespace annals::cli
