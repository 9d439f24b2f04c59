#include "annals/catalog/fingerprint.h"

#include <xxhash.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/object_tables_internal.h"

namespace annals {
namespace {

// Fields one after the other, each with its length, so that no two lists are alike.
class FieldBytes {
 public:
  void Add(std::string_view text) {
    Add(uint64_t{text.size()});
    bytes_.append(text);
  }
  void Add(uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(number >> (8 * i)));
  }
  void Add(const Fingerprint& fingerprint) {
    Add(fingerprint.high);
    Add(fingerprint.low);
  }
  Fingerprint Hash() const {
    const XXH128_hash_t hash = XXH3_128bits(bytes_.data(), bytes_.size());
    return {hash.high64, hash.low64};
  }

 private:
  std::string bytes_;
};

// Without its ids and its life.
void AddColumns(const ColumnList& columns, FieldBytes& bytes) {
  bytes.Add(uint64_t{columns.size()});
  for (const ColumnDescriptor column : columns) {
    bytes.Add(column.name());
    bytes.Add(static_cast<uint64_t>(column.type()));
    bytes.Add(uint64_t{column.nullable()});
    bytes.Add(uint64_t{column.precision()});
    bytes.Add(uint64_t{column.scale()});
    bytes.Add(uint64_t{column.length()});
    bytes.Add(uint64_t{column.length_given()});
    const DefaultValue value = column.default_value();
    bytes.Add(static_cast<uint64_t>(value.kind));
    bytes.Add(static_cast<uint64_t>(value.type));
    bytes.Add(value.text);
  }
}

void AddConfigured(const ConfiguredDescriptor& object, FieldBytes& bytes) {
  bytes.Add(object.type());
  for (const OptionDescriptor& option : object.options()) {
    bytes.Add(option.key());
    bytes.Add(uint64_t{option.ref() != kNoObject});
    bytes.Add(option.value());
  }
  AddColumns(object.columns(), bytes);
  bytes.Add(uint64_t{object.generation()});
}

void AddTable(const TableDescriptor& table, FieldBytes& bytes) {
  AddColumns(table.columns(), bytes);
  for (ColumnId id : table.primary_key()) {
    const auto column = table.FindColumn(id);
    bytes.Add(column ? column->name() : std::string_view());
  }
}

// All that there is but id, name, place and comment.
void AddOther(const ObjectDescriptor& object, FieldBytes& bytes) {
  fbs::ObjectT other = UnpackObject(object.bytes());
  other.id = 0;
  other.name = "-";
  other.parent = kNoObject.value;
  other.comment.clear();
  bytes.Add(PackObject(other));
}

}  // namespace

std::string Fingerprint::ToHex() const {
  return absl::StrCat(absl::Hex(high, absl::kZeroPad16), absl::Hex(low, absl::kZeroPad16));
}

Fingerprint FingerprintOf(const ObjectDescriptor& object) {
  if (!object) return {};
  FieldBytes bytes;
  bytes.Add(static_cast<uint64_t>(object.kind()));
  if (const auto configured = As<ConfiguredDescriptor>(object)) {
    AddConfigured(*configured, bytes);
  } else if (const auto table = As<TableDescriptor>(object)) {
    AddTable(*table, bytes);
  } else {
    AddOther(object, bytes);
  }
  return bytes.Hash();
}

// All that `object` refers to is known.
Fingerprint EffectiveFingerprints::WithRefs(const Fingerprint& own,
                                            const ConfiguredDescriptor& object) const {
  FieldBytes bytes;
  bytes.Add(own);
  for (const OptionDescriptor& option : object.options()) {
    if (option.ref() == kNoObject) continue;
    bytes.Add(option.key());
    bytes.Add(NumberOf(option.ref()));
    const auto found = known_.find(option.ref().value);
    bytes.Add(found == known_.end() ? Fingerprint() : found->second);
  }
  return bytes.Hash();
}

// No recursion: a chain of references may be long.
Fingerprint EffectiveFingerprints::Of(ObjectId id) {
  std::vector<ObjectId> stack = {id};
  while (!stack.empty()) {
    const ObjectId next = stack.back();
    if (known_.contains(next.value)) {
      stack.pop_back();
      continue;
    }
    const ObjectDescriptor object = catalog_.Find(next);
    const auto configured = As<ConfiguredDescriptor>(object);
    const size_t waiting = stack.size();
    if (configured) {
      for (ObjectId ref : object.refs()) {
        if (!known_.contains(ref.value)) stack.push_back(ref);
      }
    }
    if (stack.size() > waiting) continue;
    const Fingerprint own = FingerprintOf(object);
    known_.emplace(next.value, configured ? WithRefs(own, *configured) : own);
    stack.pop_back();
  }
  return known_.at(id.value);
}

}  // namespace annals
