#include "annals/cli/object_lookup.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/cli/closest.h"
#include "annals/cli/object_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/commands/names.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::cli {
namespace {

using Objects = std::vector<ObjectDescriptor>;

constexpr int kLastKind = 254;  // Its number; nobody can register one so high.

// All that are called so, of `kind` if one is given: one of `schema`, or without that one of
// PUBLIC and one of each kind at the root. Which kinds live there is not asked: nobody may
// have registered them here.
Objects FindAll(const CatalogView& catalog, std::optional<ObjectKind> kind,
                std::optional<std::string_view> schema, std::string_view name) {
  Objects found;
  const auto look_in = [&](NameScope scope) {
    const ObjectDescriptor object = catalog.Find(scope, name);
    if (object && (!kind || object.kind() == *kind)) found.push_back(object);
  };
  if (const auto owner = catalog.Schema(schema.value_or(kPublicSchema))) {
    look_in(NameScope::In(owner->id()));
  }
  if (schema) return found;
  for (int number = 1; number <= kLastKind; ++number) {
    const auto one = static_cast<ObjectKind>(number);
    if (!kind || *kind == one) look_in(NameScope::Root(one));
  }
  return found;
}

absl::Status Ambiguous(const CatalogView& catalog, std::string_view shown, const Objects& found) {
  const auto append = [&](std::string* out, const ObjectDescriptor& object) {
    absl::StrAppend(out, ToAbsl(KindName(object.kind())), " ",
                    Visible(QualifiedName(catalog, object)));
  };
  return MakeError(Reason::INVALID_REQUEST,
                   absl::StrCat(ToAbsl(shown), " may mean ", absl::StrJoin(found, " or ", append),
                                "; write the kind before the name"));
}

absl::Status NotFound(const CatalogView& catalog, std::optional<ObjectKind> kind,
                      std::string_view shown, std::string_view suggestion) {
  return MakeError(ReasonOfKind(kind), absl::StrCat(kind ? ToAbsl(KindName(*kind)) : "object", " ",
                                                    ToAbsl(shown), " does not exist in version ",
                                                    catalog.version().value, ToAbsl(suggestion)));
}

// PUBLIC is where one looks without being told.
std::string ShortName(const CatalogView& catalog, const ObjectDescriptor& object) {
  const ObjectDescriptor parent = catalog.Find(object.parent());
  return parent && parent.name() == kPublicSchema ? ddl::QuoteName(object.name())
                                                  : QualifiedName(catalog, object);
}

}  // namespace

absl::StatusOr<std::pair<std::optional<ObjectKind>, std::string>> KindAndNameIn(
    const std::vector<std::string>& words) {
  if (words.size() < 2) return std::pair(std::optional<ObjectKind>(), words.back());
  const auto kind = KindByWord(words.front());
  if (kind.has_value()) return std::pair(kind, words.back());
  return MakeError(Reason::INVALID_REQUEST,
                   absl::StrCat(Quoted(words.front()), " is no kind; there are ",
                                absl::StrJoin(KindWords(), ", ")));
}

Reason ReasonOfKind(std::optional<ObjectKind> kind) {
  if (kind == ObjectKind::kSchema) return Reason::SCHEMA_NOT_FOUND;
  if (kind == ObjectKind::kTable) return Reason::TABLE_NOT_FOUND;
  if (kind == ObjectKind::kIndex) return Reason::INDEX_NOT_FOUND;
  if (kind == ObjectKind::kZone) return Reason::ZONE_NOT_FOUND;
  return Reason::OBJECT_NOT_FOUND;
}

std::vector<std::string> KindWords() {
  std::vector<std::string> words = {"schema", "table", "index", "zone", "view"};
  for (const KindDefinition* kind : AllKinds()) words.push_back(kind->name);
  return words;
}

std::optional<ObjectKind> KindByWord(std::string_view word) {
  if (const KindDefinition* kind = FindKindByName(word)) return kind->kind;
  std::string name = absl::AsciiStrToLower(ToAbsl(word));
  std::ranges::replace(name, '_', ' ');
  if (name == "view") return ObjectKind::kSystemView;
  for (int number = 1; number <= kLastKind; ++number) {
    const auto kind = static_cast<ObjectKind>(number);
    if (KindName(kind) == name) return kind;
  }
  return std::nullopt;
}

// A name alone may also be that of another schema's object, which is worth saying.
std::string DidYouMeanObject(const CatalogView& catalog, std::optional<ObjectKind> kind,
                             std::optional<std::string_view> schema, std::string_view name) {
  ClosestSearch search(schema ? absl::StrCat(ToAbsl(*schema), ".", ToAbsl(name))
                              : std::string(name));
  ObjectDescriptor closest;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!object.has_name() || (kind && object.kind() != *kind)) return;
    if (!schema) {
      if (search.Offer(object.name())) closest = object;
      return;
    }
    const ObjectDescriptor parent = catalog.Find(object.parent());
    const bool closer =
        parent && search.Offer(absl::StrCat(ToAbsl(parent.name()), ".", ToAbsl(object.name())));
    if (closer) closest = object;
  });
  if (!closest) return "";
  return absl::StrCat(
      "; did you mean ",
      Visible(schema ? QualifiedName(catalog, closest) : ShortName(catalog, closest)), "?");
}

absl::StatusOr<ObjectDescriptor> FindObject(const CatalogView& catalog,
                                            std::optional<ObjectKind> kind, std::string_view schema,
                                            std::string_view name) {
  const bool anywhere = schema.empty() || schema == kPublicSchema;
  const Objects found =
      FindAll(catalog, kind, anywhere ? std::nullopt : std::optional(schema), name);
  if (found.size() == 1) return found.front();
  const std::string shown = schema.empty() ? Quoted(name) : Qualified(schema, name);
  if (!found.empty()) return Ambiguous(catalog, shown, found);
  return NotFound(
      catalog, kind, shown,
      DidYouMeanObject(catalog, kind, anywhere ? std::nullopt : std::optional(schema), name));
}

std::string WrittenName::Part::Folded() const {
  return quoted ? text : absl::AsciiStrToUpper(text);
}

// Nothing if `text` is not one or two parts.
std::optional<std::vector<WrittenName::Part>> WrittenName::Split(std::string_view text) {
  std::vector<Part> parts(1);
  for (size_t i = 0; i < text.size(); ++i) {
    Part& part = parts.back();
    const bool begins = part.text.empty() && !part.quoted;
    const bool escapes = begins && absl::StartsWithIgnoreCase(ToAbsl(text.substr(i)), "U&\"");
    if (escapes) i += 2;
    if (text[i] == '"' && begins) {
      part.quoted = true;
      for (++i;; ++i) {
        if (i >= text.size()) return std::nullopt;
        if (text[i] == '"' && (i + 1 >= text.size() || text[i + 1] != '"')) break;
        if (text[i] == '"') ++i;
        part.text += text[i];
      }
      if (escapes) {
        auto meant = UnescapedText(part.text);
        if (!meant.has_value()) return std::nullopt;
        part.text = *std::move(meant);
      }
    } else if (text[i] == '.') {
      parts.emplace_back();
    } else if (part.quoted) {
      return std::nullopt;
    } else {
      part.text += text[i];
    }
  }
  if (parts.size() > 2) return std::nullopt;
  for (const Part& part : parts) {
    if (part.text.empty()) return std::nullopt;
  }
  return parts;
}

absl::StatusOr<WrittenName> WrittenName::Parse(std::string_view text) {
  auto parts = Split(text);
  if (parts.has_value()) return WrittenName(*std::move(parts));
  return MakeError(
      Reason::INVALID_REQUEST,
      absl::StrCat(Shown(text), " is no name; write ORDERS, SHOP.ORDERS or \"my shop\".\"a.b\""));
}

std::vector<ObjectDescriptor> WrittenName::FindIn(const CatalogView& catalog,
                                                  std::optional<ObjectKind> kind) const {
  std::optional<std::string> schema;
  if (parts_.size() == 2) {
    const Part& part = parts_.front();
    schema = catalog.Schema(part.text) ? part.text : part.Folded();
  }
  for (const std::string& written : {parts_.back().text, parts_.back().Folded()}) {
    Objects found = FindAll(catalog, kind, schema, written);
    if (!found.empty()) return found;
  }
  return {};
}

std::string WrittenName::SuggestionIn(const CatalogView& catalog,
                                      std::optional<ObjectKind> kind) const {
  const std::optional<std::string_view> schema =
      parts_.size() == 2 ? std::optional<std::string_view>(parts_.front().text) : std::nullopt;
  return DidYouMeanObject(catalog, kind, schema, parts_.back().text);
}

absl::StatusOr<ObjectDescriptor> FindWritten(const CatalogView& catalog,
                                             std::optional<ObjectKind> kind,
                                             std::string_view name) {
  ANNALS_ASSIGN_OR_RETURN(const WrittenName written, WrittenName::Parse(name));
  const Objects found = written.FindIn(catalog, kind);
  if (found.size() == 1) return found.front();
  if (!found.empty()) return Ambiguous(catalog, Shown(name), found);
  return NotFound(catalog, kind, Shown(name), written.SuggestionIn(catalog, kind));
}

}  // namespace annals::cli
