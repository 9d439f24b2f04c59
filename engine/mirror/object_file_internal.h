#pragma once

// An object of a configured kind as a flat map (docs/mirror.md): `kind`, `type`, `comment`,
// its options under their names, `label:NAME`, `column:000:name` and so on. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/commands/column_definition.h"
#include "annals/commands/option_setting.h"
#include "annals/engine/mirror/flat_map_internal.h"

namespace annals::mirror {

// What an object is called, over all kinds.
struct ObjectPlace {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema;  // Empty at the root.
  std::string name;

  friend auto operator<=>(const ObjectPlace&, const ObjectPlace&) = default;
};
ObjectPlace PlaceOf(const CatalogView& catalog, const ObjectDescriptor& object);
// No object if there is none.
ObjectDescriptor FindPlace(const CatalogView& catalog, const ObjectPlace& place);
// "connection PUBLIC.C", for messages.
std::string PlaceText(const ObjectPlace& place);

// What an object's file says of its columns, by key.
FlatMap ColumnEntries(const ColumnList& columns);

// The file of `object`. Values that nobody is to see are `***`. `says_name`: the file's
// name cannot.
FlatMap ObjectEntries(const CatalogView& catalog, const ConfiguredDescriptor& object,
                      bool says_name);

// What a file says.
struct ObjectFile {
  struct OptionLine {
    OptionSetting option;
    uint64_t line = 0;
  };
  ObjectPlace place;
  uint64_t line = 0;  // Of the type, or else the first.
  std::string type;
  std::string comment;
  std::vector<OptionLine> options;  // By key.
  std::vector<Option> labels;       // By key.
  uint32_t generation = 0;
  FlatMap column_entries;  // By key.
  std::vector<ColumnDefinition> columns;
};

// Whether both say the same of one object.
bool SayTheSame(const ObjectFile& a, const ObjectFile& b);

// What `map`, the content of the file called `stem` and an extension, says. Without `kind`
// the kind is the stem's, or catalog.
//   INVALID_VALUE  names the key, and what was expected; with its line
absl::StatusOr<ObjectFile> ReadObjectFile(const FlatMap& map, std::string_view stem);

}  // namespace annals::mirror
