#include "annals/catalog/catalog_image.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

absl::Status BadImage(const CatalogImage& image, std::string_view what) {
  return MakeError(Reason::DAMAGED, absl::StrCat("the snapshot of version ", image.version.value,
                                                 " ", ToAbsl(what)));
}

namespace {

// What is asked of an object again and again, beside each other: the objects themselves
// are as large as all the catalog.
struct Known {
  ObjectId id;
  ObjectKind kind;
};

// By id, each once.
absl::StatusOr<std::vector<Known>> CheckOrder(const CatalogImage& image) {
  std::vector<Known> known;
  known.reserve(image.objects.size());
  for (const ObjectDescriptor& object : image.objects) {
    const ObjectId id = object.id();
    if (id >= image.next_object_id || (!known.empty() && id <= known.back().id)) {
      return BadImage(image, absl::StrCat("has object ", id.value, " out of order"));
    }
    if (object.from().value == 0 || object.from() > image.version) {
      return BadImage(image,
                      absl::StrCat("has object ", id.value, " of version ", object.from().value));
    }
    known.push_back({id, object.kind()});
  }
  return known;
}

absl::Status CheckNames(const CatalogImage& image) {
  struct Named {
    const ObjectDescriptor* object;
    size_t hash;
  };
  std::vector<Named> named;
  named.reserve(image.objects.size());
  for (const ObjectDescriptor& object : image.objects) {
    if (!object.has_name()) continue;
    const std::string_view name = object.name();
    named.push_back(
        {&object, XXH3_64bits_withSeed(name.data(), name.size(), object.scope().value)});
  }
  const auto hash = [&](size_t i) { return named[i].hash; };
  const auto same = [&](size_t i, size_t j) {
    return named[i].hash == named[j].hash && named[i].object->scope() == named[j].object->scope() &&
           named[i].object->name() == named[j].object->name();
  };
  // With room for all, and some: one that finds no memory to grow cannot even be destroyed.
  absl::flat_hash_set<uint32_t, decltype(hash), decltype(same)> names(
      named.size() + named.size() / 4 + 1, hash, same);
  // Each place of so large a set is far from the one before: they are fetched together.
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < named.size(); ++i) {
    if (i + kAhead < named.size()) names.prefetch(static_cast<uint32_t>(i + kAhead));
    if (!names.insert(static_cast<uint32_t>(i)).second) {
      return BadImage(image,
                      absl::StrCat("has the name \"", ToAbsl(named[i].object->name()), "\" twice"));
    }
  }
  return absl::OkStatus();
}

// The kind of object `id`. `at` is the place of one that refers to it: most ids follow one
// another without a gap, so where this one is can be told from how far apart the two are.
std::optional<ObjectKind> FindKind(const std::vector<Known>& known, size_t at, ObjectId id) {
  const size_t guess = at + id.value - known[at].id.value;
  if (guess < known.size() && known[guess].id == id) return known[guess].kind;
  const auto found = std::lower_bound(known.begin(), known.end(), id,
                                      [](const Known& one, ObjectId i) { return one.id < i; });
  if (found == known.end() || found->id != id) return std::nullopt;
  return found->kind;
}

// What must be there for an object to be whole, and of which kind.
class Needs {
 public:
  Needs(const CatalogImage& image, const std::vector<Known>& known)
      : image_(image), known_(known) {}

  absl::Status CheckAll() const {
    for (size_t at = 0; at < image_.objects.size(); ++at) {
      ANNALS_RETURN_IF_ERROR(CheckObjectAt(at));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckObjectAt(size_t at) const {
    const ObjectDescriptor& object = image_.objects[at];
    for (ObjectId ref : object.refs()) ANNALS_RETURN_IF_ERROR(Check(at, ref, std::nullopt));
    if (object.parent() != kNoObject) {
      ANNALS_RETURN_IF_ERROR(Check(at, object.parent(), ObjectKind::kSchema));
    }
    if (const auto table = As<TableDescriptor>(object)) {
      ANNALS_RETURN_IF_ERROR(Check(at, table->zone_id(), ObjectKind::kZone));
      if (table->key_index_id() != kNoObject) {
        ANNALS_RETURN_IF_ERROR(Check(at, table->key_index_id(), ObjectKind::kIndex));
      }
    }
    if (const auto index = As<IndexDescriptor>(object)) {
      ANNALS_RETURN_IF_ERROR(Check(at, index->table_id(), ObjectKind::kTable));
    }
    return absl::OkStatus();
  }

  absl::Status Check(size_t at, ObjectId id, std::optional<ObjectKind> kind) const {
    const auto found = FindKind(known_, at, id);
    if (found && (!kind || *found == *kind)) return absl::OkStatus();
    return BadImage(image_, absl::StrCat("has object ", known_[at].id.value, ", which needs ",
                                         kind ? ToAbsl(KindName(*kind)) : "object", " ", id.value,
                                         ", which is not there"));
  }

  const CatalogImage& image_;
  const std::vector<Known>& known_;
};

absl::Status CheckDefaultZone(const CatalogImage& image, const std::vector<Known>& known) {
  const ObjectId zone = image.default_zone_id;
  if (zone == kNoObject) return absl::OkStatus();
  if (!known.empty() && FindKind(known, 0, zone) == ObjectKind::kZone) return absl::OkStatus();
  return BadImage(image, "names a default zone that is not there");
}

}  // namespace

absl::Status CheckImage(const CatalogImage& image) {
  ANNALS_ASSIGN_OR_RETURN(const std::vector<Known> known, CheckOrder(image));
  ANNALS_RETURN_IF_ERROR(CheckNames(image));
  ANNALS_RETURN_IF_ERROR(Needs(image, known).CheckAll());
  return CheckDefaultZone(image, known);
}

}  // namespace annals
