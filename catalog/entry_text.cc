#include "annals/catalog/entry_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/kind.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals {
namespace {

template <typename... Arms>
struct Overloaded : Arms... {
  using Arms::operator()...;
};
template <typename... Arms>
Overloaded(Arms...) -> Overloaded<Arms...>;

// The object in an entry. Entries are checked when they are decoded.
ObjectDescriptor ObjectIn(const std::string& bytes) { return {bytes, {}, {}}; }

std::string CountColumns(size_t count) {
  return absl::StrCat(count, count == 1 ? " column" : " columns");
}

// "VARCHAR(16) NOT NULL DEFAULT 'new'"
std::string TypeWords(const Column& column) {
  const std::string value = SqlDefault(column.default_value);
  return absl::StrCat(SqlType(column), column.nullable ? "" : " NOT NULL",
                      value.empty() ? "" : " DEFAULT ", value);
}

// "0.2 -> 0.5", or "0.5" alone where it is not known what was before.
template <typename T>
std::string ChangeWords(const std::optional<T>& before, T after) {
  return before ? absl::StrCat(*before, " -> ", after) : absl::StrCat(after);
}

std::string PropertyWords(const SetTableProperties& entry,
                          const std::optional<TableDescriptor>& before) {
  std::vector<std::string> words;
  if (entry.stale_rows_fraction) {
    std::optional<double> old;
    if (before) old = before->stale_rows_fraction();
    words.push_back("stale rows fraction " + ChangeWords(old, *entry.stale_rows_fraction));
  }
  if (entry.min_stale_rows_count) {
    std::optional<int64_t> old;
    if (before) old = before->min_stale_rows_count();
    words.push_back("min stale rows " + ChangeWords(old, *entry.min_stale_rows_count));
  }
  return words.empty() ? "properties" : absl::StrJoin(words, ", ");
}

std::string SecondsWords(uint32_t value) {
  return value >= INT32_MAX ? std::string("off") : absl::StrCat(value, " s");
}

std::string Quoted(std::string_view text) { return QuotedText(text, '\''); }

}  // namespace

KnownNames::KnownNames(const std::vector<UpdateEntry>& entries, const CatalogView* catalog,
                       WriteName write)
    : catalog_(catalog), write_(write) {
  for (const UpdateEntry& entry : entries) {
    const auto* const made = std::get_if<NewObject>(&entry);
    if (made == nullptr) continue;
    const ObjectDescriptor object = ObjectIn(made->object);
    known_.try_emplace(object.id(), object);
  }
}

ObjectDescriptor KnownNames::Find(ObjectId id) const {
  const auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  return catalog_ != nullptr ? catalog_->Find(id) : ObjectDescriptor();
}

std::string KnownNames::Path(const ObjectDescriptor& object) const {
  const ObjectDescriptor parent =
      object.parent() == kNoObject ? ObjectDescriptor() : Find(object.parent());
  return absl::StrCat(parent ? write_(parent.name()) + "." : "", write_(object.name()));
}

std::string KnownNames::Named(ObjectId id, std::string_view kind) const {
  const ObjectDescriptor object = Find(id);
  if (!object) return absl::StrCat(ToAbsl(kind), " #", id.value);
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", Path(object));
}

std::string KnownNames::ColumnName(ObjectId table, ColumnId column) const {
  const auto owner = As<TableDescriptor>(Find(table));
  const auto found = owner ? owner->FindColumnEver(column) : std::nullopt;
  return found ? write_(found->name()) : absl::StrCat("#", column.value);
}

template <typename Ids>
std::string KnownNames::ColumnNames(ObjectId table, const Ids& columns) const {
  const auto append = [&](std::string* out, ColumnId id) { *out += ColumnName(table, id); };
  return absl::StrJoin(columns, ", ", append);
}

std::string KnownNames::ColumnWords(const Column& column) const {
  return absl::StrCat("column ", write_(column.name), " ", TypeWords(column));
}

std::string KnownNames::CreatedWords(const ObjectDescriptor& object) const {
  std::string words = absl::StrCat("create ", ToAbsl(KindName(object.kind())), " ", Path(object));
  if (const auto table = As<TableDescriptor>(object)) {
    absl::StrAppend(&words, " (", CountColumns(table->columns().size()), ")");
  }
  const auto configured = As<ConfiguredDescriptor>(object);
  if (configured && !configured->type().empty()) {
    absl::StrAppend(&words, " (", ToAbsl(configured->type()), ")");
  }
  if (const auto index = As<IndexDescriptor>(object)) {
    std::vector<ColumnId> columns;
    for (const IndexColumn& column : index->columns()) columns.push_back(column.id);
    absl::StrAppend(&words, " on ", Named(index->table_id(), "table"), " (",
                    ColumnNames(index->table_id(), columns), ")");
  }
  return words;
}

// What `option` of `owner`, which may be unknown, is set to.
std::string KnownNames::ValueWords(const ObjectDescriptor& owner, const Option& option) const {
  if (option.ref != kNoObject) return Named(option.ref, "object");
  const auto object = As<ConfiguredDescriptor>(owner);
  const bool hidden = object ? IsSensitive(object->kind(), object->type(), option.key)
                             : SoundsSensitive(option.key);
  return hidden && !IsPlaceholder(option.value) ? std::string(kMasked) : Quoted(option.value);
}

// Nothing for kinds that are not replaced.
std::vector<KnownNames::Part> KnownNames::PartsOf(const ObjectDescriptor& object) const {
  if (const auto zone = As<ZoneDescriptor>(object)) {
    const auto append = [](std::string* out, std::string_view one) { *out += one; };
    return {{"replicas", absl::StrCat(zone->replicas())},
            {"quorum size", absl::StrCat(zone->quorum_size())},
            {"auto scale up", SecondsWords(zone->auto_scale_up_s())},
            {"auto scale down", SecondsWords(zone->auto_scale_down_s())},
            {"nodes filter", std::string(zone->filter())},
            {"storage profiles", absl::StrJoin(zone->storage_profiles(), ", ", append)}};
  }
  const auto configured = As<ConfiguredDescriptor>(object);
  if (!configured) return {};
  const ConfiguredFields fields = configured->ToFields();
  std::vector<Part> parts;
  if (!fields.comment.empty()) parts.push_back({"comment", Quoted(fields.comment)});
  if (fields.generation > 0) parts.push_back({"generation", absl::StrCat(fields.generation)});
  for (const Option& option : fields.options) {
    parts.push_back({"option:" + option.key, ValueWords(object, option)});
  }
  for (const Option& label : fields.labels) {
    parts.push_back({"label:" + label.key, Quoted(ShownLabel(label.key, label.value))});
  }
  return parts;
}

// All parts where it is not known what was before, else those that are other ones.
std::string KnownNames::ReplacedWords(const ObjectDescriptor& object) const {
  const std::vector<Part> now = PartsOf(object);
  const std::vector<Part> then =
      PartsOf(catalog_ != nullptr ? catalog_->Find(object.id()) : ObjectDescriptor());
  const auto find = [](const std::vector<Part>& parts, const std::string& name) {
    const auto found = std::ranges::find(parts, name, &Part::name);
    return found == parts.end() ? nullptr : &*found;
  };
  std::vector<std::string> texts;
  for (const Part& part : now) {
    const Part* const before = find(then, part.name);
    if (before == nullptr) {
      texts.push_back(absl::StrCat(part.name, " ", part.text));
    } else if (before->text != part.text) {
      texts.push_back(absl::StrCat(part.name, " ", before->text, " -> ", part.text));
    }
  }
  for (const Part& part : then) {
    if (find(now, part.name) == nullptr) texts.push_back("reset " + part.name);
  }
  return absl::StrCat("change ", ToAbsl(KindName(object.kind())), " ", Path(object),
                      texts.empty() ? "" : ": ", absl::StrJoin(texts, ", "));
}

std::string KnownNames::OptionsWords(const SetOptions& entry) const {
  const ObjectDescriptor owner = Find(entry.object);
  const auto before = As<ConfiguredDescriptor>(owner);
  std::vector<std::string> texts;
  for (const Option& option : entry.set) {
    const auto old = before ? before->FindOption(option.key) : std::nullopt;
    const std::string value = ValueWords(owner, option);
    texts.push_back(
        old ? absl::StrCat("option:", option.key, " ",
                           ValueWords(owner, {option.key, std::string(old->value()), old->ref()}),
                           " -> ", value)
            : absl::StrCat("set option:", option.key, " ", value));
  }
  for (const std::string& key : entry.reset) texts.push_back("reset option:" + key);
  return absl::StrCat("change ", Named(entry.object, "object"), ": ", absl::StrJoin(texts, ", "));
}

std::string KnownNames::AlteredWords(const AlterColumn& entry) const {
  const auto table = As<TableDescriptor>(Find(entry.table));
  const auto before = table ? table->FindColumn(entry.column.id) : std::nullopt;
  if (!before) {
    return absl::StrCat("change ", ColumnWords(entry.column), " of ", Named(entry.table, "table"));
  }
  return absl::StrCat("change column ", write_(entry.column.name), " of ",
                      Named(entry.table, "table"), ": ", TypeWords(before->ToColumn()), " -> ",
                      TypeWords(entry.column));
}

EntryFacts KnownNames::FactsOf(const UpdateEntry& entry) const {
  const auto of_bytes = [](const std::string& bytes) {
    const ObjectDescriptor object = ObjectIn(bytes);
    return EntryFacts{object.kind(), object.id(), std::string(object.name())};
  };
  const auto of_id = [&](ObjectId id, std::optional<ObjectKind> kind) {
    const ObjectDescriptor known = Find(id);
    return known ? EntryFacts{known.kind(), id, std::string(known.name())}
                 : EntryFacts{kind, id, ""};
  };
  return std::visit(Overloaded{
                        [&](const NewObject& e) { return of_bytes(e.object); },
                        [&](const ReplaceObject& e) { return of_bytes(e.object); },
                        [&](const DropObject& e) { return of_id(e.id, std::nullopt); },
                        [&](const RenameObject& e) { return of_id(e.id, std::nullopt); },
                        [&](const SetOptions& e) { return of_id(e.object, std::nullopt); },
                        [&](const SetIndexStatus& e) { return of_id(e.index, ObjectKind::kIndex); },
                        [&](const SetDefaultZone& e) { return of_id(e.zone, ObjectKind::kZone); },
                        [&](const auto& e) { return of_id(e.table, ObjectKind::kTable); },
                    },
                    entry);
}

std::string KnownNames::WordsOf(const UpdateEntry& entry) const {
  const auto table = [&](ObjectId id) { return Named(id, "table"); };
  return std::visit(
      Overloaded{
          [&](const NewObject& e) { return CreatedWords(ObjectIn(e.object)); },
          [&](const ReplaceObject& e) { return ReplacedWords(ObjectIn(e.object)); },
          [&](const DropObject& e) {
            return absl::StrCat("drop ", Named(e.id, "object"),
                                e.cascade ? " and what depends on it" : "");
          },
          [&](const RenameObject& e) {
            return absl::StrCat("rename ", Named(e.id, "object"), " to ", write_(e.name));
          },
          [&](const SetOptions& e) { return OptionsWords(e); },
          [&](const NewColumns& e) {
            const auto append = [&](std::string* out, const Column& c) { *out += ColumnWords(c); };
            return absl::StrCat("add ", absl::StrJoin(e.columns, ", ", append), " to ",
                                table(e.table));
          },
          [&](const DropColumns& e) {
            return absl::StrCat("drop ", e.columns.size() == 1 ? "column " : "columns ",
                                ColumnNames(e.table, e.columns), " of ", table(e.table));
          },
          [&](const AlterColumn& e) { return AlteredWords(e); },
          [&](const RenameColumn& e) {
            return absl::StrCat("rename column ", ColumnName(e.table, e.column), " of ",
                                table(e.table), " to ", write_(e.name));
          },
          [&](const SetPrimaryKey& e) {
            if (e.columns.empty()) return absl::StrCat("drop the primary key of ", table(e.table));
            return absl::StrCat("set the primary key of ", table(e.table), " to (",
                                ColumnNames(e.table, e.columns), ")");
          },
          [&](const SetTableProperties& e) {
            return absl::StrCat("set ", PropertyWords(e, As<TableDescriptor>(Find(e.table))),
                                " of ", table(e.table));
          },
          [&](const SetIndexStatus& e) {
            return absl::StrCat("set ", Named(e.index, "index"), " to ",
                                ToAbsl(StatusName(e.status)));
          },
          [&](const SetDefaultZone& e) {
            return absl::StrCat("make ", Named(e.zone, "zone"), " the default zone");
          },
      },
      entry);
}

}  // namespace annals
