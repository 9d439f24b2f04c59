#include "annals/catalog/catalog_image.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status BadImage(const CatalogImage& image, std::string_view what) {
  return MakeError(Reason::DAMAGED, absl::StrCat("the snapshot of version ", image.version.value,
                                                 " ", ToAbsl(what)));
}

namespace {

// What must be there for `object` to be whole, and of which kind.
struct Needed {
  ObjectId id;
  std::optional<ObjectKind> kind;
};

std::vector<Needed> NeededBy(const ObjectDescriptor& object) {
  std::vector<Needed> needed;
  for (ObjectId ref : object.refs()) needed.push_back({ref, std::nullopt});
  if (object.parent() != kNoObject) needed.push_back({object.parent(), ObjectKind::kSchema});
  if (const auto table = As<TableDescriptor>(object)) {
    needed.push_back({table->zone_id(), ObjectKind::kZone});
    if (table->key_index_id() != kNoObject) {
      needed.push_back({table->key_index_id(), ObjectKind::kIndex});
    }
  }
  if (const auto index = As<IndexDescriptor>(object)) {
    needed.push_back({index->table_id(), ObjectKind::kTable});
  }
  return needed;
}

}  // namespace

absl::Status CheckImage(const CatalogImage& image) {
  absl::flat_hash_map<ObjectId, ObjectKind> kinds;
  absl::flat_hash_set<std::pair<NameScope, std::string_view>> names;
  ObjectId last = kNoObject;
  for (const CatalogImage::Object& one : image.objects) {
    const ObjectDescriptor object(one.bytes, one.from, one.timestamp);
    const ObjectId id = object.id();
    if (id >= image.next_object_id || (last != kNoObject && id <= last)) {
      return BadImage(image, absl::StrCat("has object ", id.value, " out of order"));
    }
    if (one.from.value == 0 || one.from > image.version) {
      return BadImage(image, absl::StrCat("has object ", id.value, " of version ", one.from.value));
    }
    last = id;
    kinds.emplace(id, object.kind());
    if (object.has_name() && !names.emplace(object.scope(), object.name()).second) {
      return BadImage(image, absl::StrCat("has the name \"", ToAbsl(object.name()), "\" twice"));
    }
  }
  for (const CatalogImage::Object& one : image.objects) {
    const ObjectDescriptor object(one.bytes, one.from, one.timestamp);
    for (const Needed& needed : NeededBy(object)) {
      const auto found = kinds.find(needed.id);
      if (found == kinds.end() || (needed.kind && *needed.kind != found->second)) {
        return BadImage(image, absl::StrCat("has object ", object.id().value, ", which needs ",
                                            needed.kind ? ToAbsl(KindName(*needed.kind)) : "object",
                                            " ", needed.id.value, ", which is not there"));
      }
    }
  }
  if (image.default_zone_id != kNoObject) {
    const auto zone = kinds.find(image.default_zone_id);
    if (zone == kinds.end() || zone->second != ObjectKind::kZone) {
      return BadImage(image, "names a default zone that is not there");
    }
  }
  return absl::OkStatus();
}

}  // namespace annals
