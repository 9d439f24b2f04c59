#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/commands/names.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/engine/mirror/object_file_internal.h"
#include "annals/engine/mirror/option_text_internal.h"
#include "annals/schemas/status.h"

namespace annals::mirror {
namespace {

constexpr std::string_view kOptionPrefix = "option:";
constexpr std::string_view kLabelPrefix = "label:";
constexpr std::string_view kColumnPrefix = "column:";
constexpr std::string_view kObjectPrefix = "object:";

absl::Status BadEntry(const FlatEntry& entry, std::string_view why) {
  return AtLine(entry.line, MakeError(Reason::INVALID_VALUE,
                                      absl::StrCat(Quoted(entry.key), " ", ToAbsl(why))));
}

// Whether an option of this name would be taken for something else.
bool MeansElse(std::string_view key) {
  if (key == "kind" || key == "type" || key == "comment") return true;
  for (const std::string_view prefix :
       {kOptionPrefix, kLabelPrefix, kColumnPrefix, kObjectPrefix}) {
    if (key.starts_with(prefix)) return true;
  }
  return false;
}

std::string OptionEntryKey(std::string_view key) {
  return absl::StrCat(MeansElse(key) ? ToAbsl(kOptionPrefix) : "", ToAbsl(key));
}

// --- Columns

void AddColumn(const ColumnDescriptor& column, size_t at, FlatMap& map) {
  const auto add = [&](std::string_view what, std::string value) {
    map.push_back({absl::StrFormat("%s%03d:%s", std::string(kColumnPrefix), at, std::string(what)),
                   std::move(value)});
  };
  add("name", std::string(column.name()));
  add("type", std::string(TypeName(column.type())));
  if (column.nullable()) add("nullable", "true");
  if (TakesPrecision(column.type())) add("precision", absl::StrCat(column.precision()));
  if (TakesScale(column.type())) add("scale", absl::StrCat(column.scale()));
  if (TakesLength(column.type()) && column.length_given()) {
    add("length", absl::StrCat(column.length()));
  }
  const DefaultValue value = column.default_value();
  if (value.kind == DefaultValue::Kind::kConstant) {
    add("default", value.text);
    // One of another type was given so, and is not to be made one of the column's.
    if (value.type != column.type()) add("default-type", std::string(TypeName(value.type)));
  }
  if (value.kind == DefaultValue::Kind::kFunction) add("default-function", value.text);
}

absl::Status ReadNumber(const FlatEntry& entry, std::optional<int64_t>& number) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(entry.value, &value)) return BadEntry(entry, "wants a whole number");
  number = value;
  return absl::OkStatus();
}

Literal LiteralOf(std::string text, TypeId type) {
  switch (type) {
    case TypeId::kBoolean:
      return {Literal::Shape::kBoolean, absl::AsciiStrToUpper(text)};
    case TypeId::kByteArray:
      return {Literal::Shape::kBytes, std::move(text)};
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return {Literal::Shape::kNumber, std::move(text)};
    default:
      return {Literal::Shape::kString, std::move(text)};
  }
}

// One entry of a column. They come by key: the default before its type.
absl::Status ReadColumnEntry(const FlatEntry& entry, std::string_view what,
                             ColumnDefinition& column) {
  DataType& type = column.type;
  if (what == "name") {
    column.name = entry.value;
    return absl::OkStatus();
  }
  if (what == "type") {
    const auto id = TypeByName(entry.value);
    if (!id) return BadEntry(entry, "names no type that there is");
    type.id = *id;
    if (TakesLength(*id) && !type.length) {
      type.length = kDefaultLength;
      type.length_given = false;
    }
    return absl::OkStatus();
  }
  if (what == "nullable") {
    column.nullable = entry.value == "true";
    return column.nullable || entry.value == "false" ? absl::OkStatus()
                                                     : BadEntry(entry, "wants true or false");
  }
  if (what == "precision") return ReadNumber(entry, type.precision);
  if (what == "scale") return ReadNumber(entry, type.scale);
  if (what == "length") {
    type.length_given = true;
    return ReadNumber(entry, type.length);
  }
  if (what == "default") {
    column.default_value = {ColumnDefault::Kind::kConstant, {Literal::Shape::kString, entry.value}};
    column.default_value.convert = true;
    return absl::OkStatus();
  }
  if (what == "default-type") {
    const auto id = TypeByName(entry.value);
    if (!id) return BadEntry(entry, "names no type that there is");
    column.default_value.literal = LiteralOf(std::move(column.default_value.literal.text), *id);
    column.default_value.convert = false;
    return absl::OkStatus();
  }
  if (what == "default-function") {
    column.default_value = Function(entry.value);
    return absl::OkStatus();
  }
  return BadEntry(entry, "is nothing that is known of a column");
}

// "column:003:name" -> 3 and "name".
absl::Status ReadColumns(const FlatMap& entries, std::vector<ColumnDefinition>& columns) {
  std::map<uint32_t, ColumnDefinition> by_number;
  for (const FlatEntry& entry : entries) {
    const std::string_view rest = std::string_view(entry.key).substr(kColumnPrefix.size());
    const size_t colon = rest.find(':');
    uint32_t number = 0;
    if (colon == std::string_view::npos ||
        !absl::SimpleAtoi(ToAbsl(rest.substr(0, colon)), &number)) {
      return BadEntry(entry, "is no column:NUMBER:...");
    }
    ANNALS_RETURN_IF_ERROR(ReadColumnEntry(entry, rest.substr(colon + 1), by_number[number]));
  }
  for (auto& [number, column] : by_number) {
    ColumnDefault& value = column.default_value;
    if (value.convert) value.literal = LiteralOf(std::move(value.literal.text), column.type.id);
    columns.push_back(std::move(column));
  }
  return absl::OkStatus();
}

// --- Reading

std::string KindNames() {
  return absl::StrJoin(AllKinds(), ", ", [](std::string* out, const KindDefinition* kind) {
    absl::StrAppend(out, kind->name);
  });
}

const FlatEntry* FindEntry(const FlatMap& map, std::string_view key) {
  const auto found = std::find_if(map.begin(), map.end(),
                                  [&](const FlatEntry& entry) { return entry.key == key; });
  return found == map.end() ? nullptr : &*found;
}

absl::StatusOr<const KindDefinition*> KindOf(const FlatMap& map, const NamedFile& file) {
  const FlatEntry* const entry = FindEntry(map, "kind");
  const std::string word = entry != nullptr ? entry->value : file.kind.value_or("catalog");
  const KindDefinition* const kind = FindKindByName(word);
  const uint64_t line = entry == nullptr ? 0 : entry->line;
  if (kind == nullptr) {
    return AtLine(line,
                  MakeError(Reason::INVALID_VALUE, absl::StrCat("there is no kind ", Quoted(word),
                                                                "; there are ", KindNames())));
  }
  if (file.kind && kind->name != *file.kind) {
    return AtLine(line, MakeError(Reason::INVALID_VALUE,
                                  absl::StrCat("the file's name says that it is a ", *file.kind,
                                               ", and not a ", kind->name)));
  }
  return kind;
}

// The name, from the file's name or, if that was too long, from the file.
absl::Status ReadPlace(const FlatMap& map, const KindDefinition& kind, NamedFile file,
                       ObjectPlace& place) {
  place.kind = kind.kind;
  const FlatEntry* const name = FindEntry(map, "object:name");
  const FlatEntry* const schema = FindEntry(map, "object:schema");
  if (!file.tells_name) {
    if (name == nullptr) {
      return MakeError(Reason::INVALID_VALUE,
                       "neither the file's name nor object:name says what it is called");
    }
    file.name = name->value;
    if (schema != nullptr) file.schema = schema->value;
  } else if (name != nullptr || schema != nullptr) {
    return BadEntry(name != nullptr ? *name : *schema, "is for files whose name has a ~ in it");
  }
  place.name = std::move(file.name);
  if (kind.at_root && file.schema) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("a ", kind.name,
                                  " lives in no schema; a dot in its name is %2E "
                                  "in the file's name"));
  }
  if (!kind.at_root) place.schema = file.schema.value_or(std::string(kPublicSchema));
  return absl::OkStatus();
}

absl::Status ReadType(const FlatMap& map, const KindDefinition& kind, ObjectFile& file) {
  const FlatEntry* const entry = FindEntry(map, "type");
  if (entry != nullptr) {
    file.type = TypeKey(entry->value);
    file.line = entry->line;
  }
  if (kind.type_word.empty()) file.type.clear();  // It follows from what the object refers to.
  if (!kind.type_word.empty() && file.type.empty()) {
    return MakeError(Reason::INVALID_VALUE, absl::StrCat("there is no type; a ", kind.name,
                                                         " has one. Was the file cut off?"));
  }
  return absl::OkStatus();
}

absl::Status ReadOption(const FlatEntry& entry, std::string_view words, const KindDefinition& kind,
                        ObjectFile& file) {
  std::string key = OptionKey(words);
  auto value = ReadOptionText(key, entry.value, FindOption(kind.kind, file.type, key));
  if (!value.ok()) return AtLine(entry.line, value.status());
  file.options.push_back({{std::move(key), *std::move(value)}, entry.line});
  return absl::OkStatus();
}

// Nobody resolves what a label says, so one that sounds like a secret is none or a slip.
absl::Status ReadLabel(const FlatEntry& entry, std::string_view key, ObjectFile& file) {
  if (ShownLabel(key, entry.value) != entry.value) {
    return BadEntry(entry, "is seen by everybody, and sounds as if nobody should see it");
  }
  file.labels.push_back({std::string(key), entry.value});
  return absl::OkStatus();
}

absl::Status ReadGeneration(const FlatEntry& entry, const KindDefinition& kind, ObjectFile& file) {
  constexpr uint32_t kMost = 1'000'000'000;  // So that it can always grow.
  if (kind.kind != ObjectKind::kSecret) return BadEntry(entry, "is for secrets alone");
  if (!absl::SimpleAtoi(entry.value, &file.generation) || file.generation > kMost) {
    return BadEntry(entry, absl::StrCat("wants a whole number from 0 to ", kMost));
  }
  return absl::OkStatus();
}

absl::Status ReadEntry(const FlatEntry& entry, const KindDefinition& kind, ObjectFile& file) {
  const std::string_view key = entry.key;
  if (key == "kind" || key == "type" || key == "object:name" || key == "object:schema") {
    return absl::OkStatus();
  }
  if (key == "object:generation") return ReadGeneration(entry, kind, file);
  if (key == "comment") {
    file.comment = entry.value;
    return absl::OkStatus();
  }
  if (key.starts_with(kLabelPrefix)) {
    return ReadLabel(entry, key.substr(kLabelPrefix.size()), file);
  }
  if (key.starts_with(kColumnPrefix)) {
    file.column_entries.push_back(entry);
    return absl::OkStatus();
  }
  if (key.starts_with(kObjectPrefix)) return BadEntry(entry, "is nothing that is known");
  const bool prefixed = key.starts_with(kOptionPrefix);
  return ReadOption(entry, prefixed ? key.substr(kOptionPrefix.size()) : key, kind, file);
}

}  // namespace

ObjectPlace PlaceOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  return {object.kind(), SchemaOf(catalog, object), std::string(object.name())};
}

ObjectDescriptor FindPlace(const CatalogView& catalog, const ObjectPlace& place) {
  if (place.schema.empty()) return catalog.Find(NameScope::Root(place.kind), place.name);
  const auto schema = catalog.Schema(place.schema);
  if (!schema) return {};
  const ObjectDescriptor found = catalog.Find(NameScope::In(schema->id()), place.name);
  return found && found.kind() == place.kind ? found : ObjectDescriptor();
}

std::string PlaceText(const ObjectPlace& place) {
  const std::string name =
      place.schema.empty() ? Quoted(place.name) : Qualified(place.schema, place.name);
  return absl::StrCat(ToAbsl(KindName(place.kind)), " ", name);
}

FlatMap ColumnEntries(const ColumnList& columns) {
  FlatMap map;
  for (size_t at = 0; at < columns.size(); ++at) AddColumn(columns[at], at, map);
  std::ranges::sort(map, {}, &FlatEntry::key);
  return map;
}

FlatMap ObjectEntries(const CatalogView& catalog, const ConfiguredDescriptor& object,
                      bool says_name) {
  FlatMap map = ColumnEntries(object.columns());
  map.push_back({"kind", std::string(KindName(object.kind()))});
  if (!object.type().empty()) map.push_back({"type", std::string(object.type())});
  if (!object.comment().empty()) map.push_back({"comment", std::string(object.comment())});
  for (const OptionDescriptor& option : object.options()) {
    map.push_back({OptionEntryKey(option.key()), OptionText(catalog, object, option)});
  }
  for (const OptionDescriptor& label : object.labels()) {
    map.push_back({absl::StrCat(ToAbsl(kLabelPrefix), ToAbsl(label.key())),
                   std::string(ShownLabel(label.key(), label.value()))});
  }
  if (object.generation() > 0) {
    map.push_back({"object:generation", absl::StrCat(object.generation())});
  }
  if (!says_name) return map;
  const ObjectPlace place = PlaceOf(catalog, object);
  map.push_back({"object:name", place.name});
  if (!place.schema.empty()) map.push_back({"object:schema", place.schema});
  return map;
}

bool SayTheSame(const ObjectFile& a, const ObjectFile& b) {
  const auto same_option = [](const auto& x, const auto& y) { return x.option == y.option; };
  const auto same_entry = [](const auto& x, const auto& y) {
    return x.key == y.key && x.value == y.value;
  };
  return a.place == b.place && a.type == b.type && a.comment == b.comment && a.labels == b.labels &&
         a.generation == b.generation && std::ranges::equal(a.options, b.options, same_option) &&
         std::ranges::equal(a.column_entries, b.column_entries, same_entry);
}

absl::StatusOr<ObjectFile> ReadObjectFile(const FlatMap& map, std::string_view stem) {
  auto named = ReadFileStem(stem);
  if (!named) {
    return MakeError(Reason::INVALID_VALUE,
                     "the file's name is none of an object; expected NAME or SCHEMA.NAME, in "
                     "which %2E is a dot");
  }
  ANNALS_ASSIGN_OR_RETURN(const KindDefinition* const kind, KindOf(map, *named));
  ObjectFile file;
  ANNALS_RETURN_IF_ERROR(ReadPlace(map, *kind, *std::move(named), file.place));
  ANNALS_RETURN_IF_ERROR(ReadType(map, *kind, file));
  FlatMap sorted = map;
  std::sort(sorted.begin(), sorted.end(),
            [](const FlatEntry& a, const FlatEntry& b) { return a.key < b.key; });
  for (const FlatEntry& entry : sorted) ANNALS_RETURN_IF_ERROR(ReadEntry(entry, *kind, file));
  std::sort(file.options.begin(), file.options.end(),
            [](const auto& a, const auto& b) { return a.option.key < b.option.key; });
  ANNALS_RETURN_IF_ERROR(ReadColumns(file.column_entries, file.columns));
  return file;
}

}  // namespace annals::mirror
