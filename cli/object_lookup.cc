#include "annals/cli/object_lookup.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

Reason ReasonOfKind(std::optional<ObjectKind> kind) {
  if (kind == ObjectKind::kSchema) return Reason::SCHEMA_NOT_FOUND;
  if (kind == ObjectKind::kTable) return Reason::TABLE_NOT_FOUND;
  if (kind == ObjectKind::kIndex) return Reason::INDEX_NOT_FOUND;
  if (kind == ObjectKind::kZone) return Reason::ZONE_NOT_FOUND;
  return Reason::OBJECT_NOT_FOUND;
}

bool LivesInSchema(ObjectKind kind) {
  return kind == ObjectKind::kTable || kind == ObjectKind::kIndex ||
         kind == ObjectKind::kSystemView;
}

ObjectDescriptor FindInSchema(const CatalogView& catalog, std::optional<ObjectKind> kind,
                              std::string_view schema, std::string_view name) {
  const auto owner = catalog.Schema(schema);
  if (!owner) return {};
  const ObjectDescriptor object = catalog.Find(NameScope::In(owner->id()), name);
  return object && (!kind || object.kind() == *kind) ? object : ObjectDescriptor();
}

ObjectDescriptor FindAtRoot(const CatalogView& catalog, std::optional<ObjectKind> kind,
                            std::string_view name) {
  for (const ObjectKind one :
       {ObjectKind::kSchema, ObjectKind::kZone, ObjectKind::kCatalog, ObjectKind::kConnection,
        ObjectKind::kSecret, ObjectKind::kSource, ObjectKind::kSink}) {
    if (kind && *kind != one) continue;
    const ObjectDescriptor object = catalog.Find(NameScope::Root(one), name);
    if (object) return object;
  }
  return {};
}

ObjectDescriptor Find(const CatalogView& catalog, std::optional<ObjectKind> kind,
                      std::optional<std::string_view> schema, std::string_view name) {
  if (!kind || LivesInSchema(*kind)) {
    const ObjectDescriptor object =
        FindInSchema(catalog, kind, schema.value_or(kPublicSchema), name);
    if (object) return object;
  }
  return schema.has_value() ? ObjectDescriptor() : FindAtRoot(catalog, kind, name);
}

absl::Status NotFound(const CatalogView& catalog, std::optional<ObjectKind> kind,
                      std::string_view shown) {
  return MakeError(ReasonOfKind(kind),
                   absl::StrCat(kind ? ToAbsl(KindName(*kind)) : "object", " ", ToAbsl(shown),
                                " does not exist in version ", catalog.version().value));
}

// A part of a name as it was written.
struct Part {
  std::string text;
  bool quoted = false;
};

// Nothing if `name` is not one or two parts.
std::optional<std::vector<Part>> SplitName(std::string_view name) {
  std::vector<Part> parts(1);
  for (size_t i = 0; i < name.size(); ++i) {
    Part& part = parts.back();
    if (name[i] == '"' && part.text.empty() && !part.quoted) {
      part.quoted = true;
      for (++i;; ++i) {
        if (i >= name.size()) return std::nullopt;
        if (name[i] == '"' && (i + 1 >= name.size() || name[i + 1] != '"')) break;
        if (name[i] == '"') ++i;
        part.text += name[i];
      }
    } else if (name[i] == '.') {
      parts.emplace_back();
    } else if (part.quoted) {
      return std::nullopt;
    } else {
      part.text += name[i];
    }
  }
  if (parts.size() > 2) return std::nullopt;
  for (const Part& part : parts) {
    if (part.text.empty()) return std::nullopt;
  }
  return parts;
}

std::string Folded(const Part& part) {
  return part.quoted ? part.text : absl::AsciiStrToUpper(part.text);
}

}  // namespace

std::optional<ObjectKind> KindByWord(std::string_view word) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(word));
  if (lower == "view" || lower == "system_view") return ObjectKind::kSystemView;
  for (const ObjectKind kind : {ObjectKind::kSchema, ObjectKind::kTable, ObjectKind::kIndex,
                                ObjectKind::kZone, ObjectKind::kCatalog, ObjectKind::kConnection,
                                ObjectKind::kSecret, ObjectKind::kSource, ObjectKind::kSink}) {
    if (KindName(kind) == lower) return kind;
  }
  return std::nullopt;
}

absl::StatusOr<ObjectDescriptor> FindObject(const CatalogView& catalog,
                                            std::optional<ObjectKind> kind, std::string_view schema,
                                            std::string_view name) {
  const bool anywhere = schema.empty() || schema == kPublicSchema;
  const ObjectDescriptor object =
      Find(catalog, kind, anywhere ? std::nullopt : std::optional(schema), name);
  if (object) return object;
  const std::string shown = schema.empty() ? Quoted(name) : Qualified(schema, name);
  return NotFound(catalog, kind, shown);
}

absl::StatusOr<ObjectDescriptor> FindWritten(const CatalogView& catalog,
                                             std::optional<ObjectKind> kind,
                                             std::string_view name) {
  const auto parts = SplitName(name);
  if (!parts.has_value()) {
    return MakeError(
        Reason::INVALID_REQUEST,
        absl::StrCat(Shown(name), " is no name; write ORDERS, SHOP.ORDERS or \"my shop\".\"a.b\""));
  }
  std::optional<std::string> schema;
  if (parts->size() == 2) {
    const Part& part = parts->front();
    schema = catalog.Schema(part.text) ? part.text : Folded(part);
  }
  for (const std::string& written : {parts->back().text, Folded(parts->back())}) {
    const ObjectDescriptor object = Find(catalog, kind, schema, written);
    if (object) return object;
  }
  return NotFound(catalog, kind, Shown(name));
}

}  // namespace annals::cli
