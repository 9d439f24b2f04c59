#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/commands/names.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/engine/mirror/option_text_internal.h"
#include "annals/schemas/status.h"

namespace annals::mirror {
namespace {

std::optional<ObjectKind> KindByWord(std::string_view word) {
  if (const KindDefinition* const kind = FindKindByName(word)) return kind->kind;
  for (const ObjectKind kind : {ObjectKind::kTable, ObjectKind::kIndex, ObjectKind::kZone}) {
    if (absl::EqualsIgnoreCase(ToAbsl(word), ToAbsl(KindName(kind)))) return kind;
  }
  return std::nullopt;
}

// A kind and what follows it in ${KIND:...}.
struct Reference {
  ObjectKind kind;
  std::string_view name;
};
std::optional<Reference> AsReference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}') || IsPlaceholder(text)) return std::nullopt;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = KindByWord(text.substr(2, colon - 2));
  if (!kind) return std::nullopt;
  return Reference{*kind, text.substr(colon + 1, text.size() - colon - 2)};
}

// $${ or $$${ or ...
bool IsEscaped(std::string_view text) {
  const size_t dollars = std::min(text.find_first_not_of('$'), text.size());
  return dollars >= 2 && text.substr(dollars).starts_with('{');
}

absl::StatusOr<OptionValue> NamedObject(std::string_view key, std::optional<ObjectKind> kind,
                                        std::string_view text) {
  auto parts = PartsOf(text);
  if (!parts || parts->size() > 2) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("option ", Quoted(key), ": ", Quoted(text),
                                  " is no name of an object; expected NAME or SCHEMA.NAME, in "
                                  "which %2E is a dot"));
  }
  ObjectName name{.kind = kind, .name = std::move(parts->back())};
  if (parts->size() == 2) name.schema = std::move(parts->front());
  return name;
}

}  // namespace

std::string SchemaOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  return std::string(catalog.Find(object.parent()).name());
}

std::string OptionText(const CatalogView& catalog, const ConfiguredDescriptor& object,
                       const OptionDescriptor& option) {
  if (option.ref() != kNoObject) {
    const ObjectDescriptor target = catalog.Find(option.ref());
    return absl::StrCat("${", absl::AsciiStrToUpper(ToAbsl(KindName(target.kind()))), ":",
                        QualifiedText(SchemaOf(catalog, target), target.name()), "}");
  }
  const std::string_view text = ShownValue(object, option);
  const bool means_else = AsReference(text).has_value() || IsEscaped(text);
  return absl::StrCat(means_else ? "$" : "", ToAbsl(text));
}

absl::StatusOr<OptionValue> ReadOptionText(std::string_view key, std::string_view text,
                                           const OptionDefinition* definition) {
  if (IsEscaped(text)) return std::string(text.substr(1));
  if (const auto reference = AsReference(text)) {
    return NamedObject(key, reference->kind, reference->name);
  }
  const bool is_object = definition != nullptr && definition->type == OptionType::kObject;
  if (is_object) return NamedObject(key, std::nullopt, text);
  return std::string(text);
}

bool IsSame(const CatalogView& catalog, const ConfiguredDescriptor& object,
            const OptionDescriptor& option, const OptionValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) {
    return option.ref() == kNoObject && *text == ShownValue(object, option);
  }
  if (option.ref() == kNoObject) return false;
  const auto& name = std::get<ObjectName>(value);
  const ObjectDescriptor target = catalog.Find(option.ref());
  const std::string schema = SchemaOf(catalog, target);
  return target.name() == name.name && (schema.empty() || schema == name.schema) &&
         (!name.kind || *name.kind == target.kind());
}

}  // namespace annals::mirror
