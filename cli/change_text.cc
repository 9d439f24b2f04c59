#include "annals/cli/change_text.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/object_text.h"
#include "annals/cli/terminal_text.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr size_t kShownChanges = 3;

// `properties` by key; they must stay.
using ByKey = std::unordered_map<std::string_view, const Property*>;
ByKey IndexOf(const std::vector<Property>& properties) {
  ByKey by_key;
  for (const Property& property : properties) by_key.emplace(property.key, &property);
  return by_key;
}

// A column may be renamed and changed in one version.
void AddDifference(const Property& before, const Property& after,
                   std::vector<PieceChange>& pieces) {
  if (before.label != after.label) {
    pieces.push_back(
        {PieceChange::Kind::kRenamed, before.label, after.label, before.text, after.text});
  }
  if (before.text != after.text) {
    pieces.push_back(
        {PieceChange::Kind::kChanged, after.label, after.label, before.text, after.text});
  }
}

// "(4 columns)", "on A.B", "(kafka)"
std::string CreatedText(const CatalogView& catalog, const ObjectDescriptor& object) {
  const std::string what = KindAndName(catalog, object);
  if (const auto table = As<TableDescriptor>(object)) {
    return absl::StrCat(what, " (", Count(table->columns().size(), "column"), ")");
  }
  if (const auto index = As<IndexDescriptor>(object)) {
    const ObjectDescriptor table = catalog.Find(index->table_id());
    return absl::StrCat(what, table ? " on " + QualifiedName(catalog, table) : "");
  }
  const auto other = As<ConfiguredDescriptor>(object);
  if (other && !other->type().empty()) return absl::StrCat(what, " (", ToAbsl(other->type()), ")");
  return what;
}

std::string AlteredText(const ObjectChange& change, const CatalogView& before,
                        const CatalogView& after, size_t shown) {
  const std::vector<PieceChange> pieces = PiecesOf(change, before, after);
  std::vector<std::string> texts;
  for (const PieceChange& piece : pieces) texts.push_back(PieceText(piece));
  const size_t more = texts.size() > shown ? texts.size() - shown : 0;
  texts.resize(texts.size() - more);
  if (more > 0) texts.push_back(absl::StrCat("and ", more, " more"));
  return absl::StrCat("alter ", KindAndName(before, change.before), texts.empty() ? "" : ": ",
                      absl::StrJoin(texts, ", "));
}

// The table that has `object` as the index of its key; kNoObject if it is no such index.
ObjectId TableOfKeyIndex(const CatalogView& catalog, const ObjectDescriptor& object) {
  return object && IsKeyIndex(catalog, object) ? As<IndexDescriptor>(object)->table_id()
                                               : kNoObject;
}

}  // namespace

std::string KindAndName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", QualifiedName(catalog, object));
}

std::vector<ObjectChange> WithoutFollowers(std::span<const ObjectChange> changes,
                                           const CatalogView& before, const CatalogView& after) {
  std::unordered_set<uint32_t> changed;
  for (const ObjectChange& change : changes) changed.insert(change.id.value);
  std::vector<ObjectChange> telling;
  for (const ObjectChange& change : changes) {
    const bool follows = changed.contains(TableOfKeyIndex(before, change.before).value) ||
                         changed.contains(TableOfKeyIndex(after, change.after).value);
    if (!follows) telling.push_back(change);
  }
  return telling;
}

std::vector<PieceChange> PiecesOf(const ObjectChange& change, const CatalogView& before,
                                  const CatalogView& after) {
  std::vector<PieceChange> pieces;
  if (!change.before || !change.after) return pieces;
  if (change.before.name() != change.after.name()) {
    pieces.push_back({PieceChange::Kind::kChanged, "name", "name",
                      std::string(change.before.name()), std::string(change.after.name())});
  }
  const std::vector<Property> old_ones = PropertiesOf(before, change.before);
  const std::vector<Property> new_ones = PropertiesOf(after, change.after);
  const ByKey old_keys = IndexOf(old_ones);
  const ByKey new_keys = IndexOf(new_ones);
  for (const Property& one : old_ones) {
    const auto now = new_keys.find(one.key);
    if (now != new_keys.end()) {
      AddDifference(one, *now->second, pieces);
    } else {
      pieces.push_back({PieceChange::Kind::kRemoved, one.label, "", one.text, ""});
    }
  }
  for (const Property& one : new_ones) {
    if (old_keys.contains(one.key)) continue;
    pieces.push_back({PieceChange::Kind::kAdded, "", one.label, "", one.text});
  }
  return pieces;
}

std::string PieceText(const PieceChange& piece) {
  switch (piece.kind) {
    case PieceChange::Kind::kAdded:
      return absl::StrCat("add ", piece.after_label, " ", piece.after);
    case PieceChange::Kind::kRemoved:
      return absl::StrCat("drop ", piece.before_label);
    case PieceChange::Kind::kRenamed:
      return absl::StrCat("rename ", piece.before_label, " to ",
                          piece.after_label.substr(piece.after_label.find(' ') + 1));
    case PieceChange::Kind::kChanged:
      return absl::StrCat(piece.after_label, ": ", piece.before, " -> ", piece.after);
  }
  return "";
}

std::string ChangeText(const ObjectChange& change, const CatalogView& before,
                       const CatalogView& after, size_t pieces) {
  switch (change.kind) {
    case ObjectChange::Kind::kCreated:
      return "create " + CreatedText(after, change.after);
    case ObjectChange::Kind::kDropped:
      return "drop " + KindAndName(before, change.before);
    case ObjectChange::Kind::kRenamed:
      return absl::StrCat("rename ", KindAndName(before, change.before), " to ",
                          QualifiedName(after, change.after));
    case ObjectChange::Kind::kAltered:
      return AlteredText(change, before, after, pieces);
    case ObjectChange::Kind::kAffected:
      return "affect " + KindAndName(after, change.after);
  }
  return "";
}

std::string SummaryOf(const std::vector<std::string>& changes) {
  if (changes.empty()) return "no changes";
  std::string text;
  if (changes.size() > 1) text = absl::StrCat(changes.size(), " changes: ");
  for (size_t i = 0; i < changes.size() && i < kShownChanges; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", changes[i]);
  }
  if (changes.size() > kShownChanges) text += ", ...";
  return Visible(text);
}

std::string SummaryOf(std::span<const ObjectChange> changes, const CatalogView& before,
                      const CatalogView& after) {
  std::vector<std::string> texts;
  for (const ObjectChange& change : WithoutFollowers(changes, before, after)) {
    texts.push_back(ChangeText(change, before, after));
  }
  // A zone that came with the first table came as the default one.
  const auto moved = DefaultZoneChangeOf(before, after);
  if (moved && moved->after && !moved->after->automatic()) {
    texts.push_back(
        absl::StrCat("make zone ", ddl::QuoteName(moved->after->name()), " the default"));
  }
  return SummaryOf(texts);
}

std::string SummaryOf(const std::vector<UpdateEntry>& entries) {
  const KnownNames names(entries, nullptr, &ddl::QuoteName);
  std::vector<std::string> words;
  for (const UpdateEntry& entry : entries) words.push_back(names.WordsOf(entry));
  return SummaryOf(words);
}

}  // namespace annals::cli
