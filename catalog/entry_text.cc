#include "annals/catalog/entry_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/schemas/status.h"

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

}  // namespace

KnownNames::KnownNames(const std::vector<UpdateEntry>& entries, const CatalogView* catalog,
                       WriteName write)
    : catalog_(catalog), write_(write) {
  for (const UpdateEntry& entry : entries) {
    const auto* const made = std::get_if<NewObject>(&entry);
    if (made == nullptr) continue;
    const ObjectDescriptor object = ObjectIn(made->object);
    known_.try_emplace(object.id(), Known{object.id(), object.kind(), std::string(object.name())});
  }
}

std::optional<KnownNames::Known> KnownNames::Find(ObjectId id) const {
  const auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  const ObjectDescriptor object = catalog_ != nullptr ? catalog_->Find(id) : ObjectDescriptor();
  if (!object) return std::nullopt;
  return Known{id, object.kind(), std::string(object.name())};
}

std::string KnownNames::Named(ObjectId id, std::string_view kind) const {
  const auto known = Find(id);
  if (!known.has_value()) return absl::StrCat(ToAbsl(kind), " #", id.value);
  return absl::StrCat(ToAbsl(KindName(known->kind)), " ", write_(known->name));
}

std::string KnownNames::ColumnWords(const Column& column) const {
  return absl::StrCat("column ", write_(column.name), " ", SqlType(column),
                      column.nullable ? "" : " NOT NULL");
}

std::string KnownNames::ObjectWords(const ObjectDescriptor& object) const {
  std::string words = absl::StrCat(ToAbsl(KindName(object.kind())), " ", write_(object.name()));
  if (const auto table = As<TableDescriptor>(object)) {
    absl::StrAppend(&words, " (", CountColumns(table->columns().size()), ")");
  }
  return words;
}

EntryFacts KnownNames::FactsOf(const UpdateEntry& entry) const {
  const auto of_bytes = [](const std::string& bytes) {
    const ObjectDescriptor object = ObjectIn(bytes);
    return EntryFacts{object.kind(), object.id(), std::string(object.name())};
  };
  const auto of_id = [&](ObjectId id, std::optional<ObjectKind> kind) {
    const auto known = Find(id);
    return known ? EntryFacts{known->kind, id, known->name} : EntryFacts{kind, id, ""};
  };
  return std::visit(Overloaded{
                        [&](const NewObject& e) { return of_bytes(e.object); },
                        [&](const ReplaceObject& e) { return of_bytes(e.object); },
                        [&](const DropObject& e) { return of_id(e.id, std::nullopt); },
                        [&](const RenameObject& e) { return of_id(e.id, std::nullopt); },
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
          [&](const NewObject& e) {
            return absl::StrCat("create ", ObjectWords(ObjectIn(e.object)));
          },
          [&](const ReplaceObject& e) {
            return absl::StrCat("change ", ObjectWords(ObjectIn(e.object)));
          },
          [&](const DropObject& e) {
            return absl::StrCat("drop ", Named(e.id, "object"),
                                e.cascade ? " and what depends on it" : "");
          },
          [&](const RenameObject& e) {
            return absl::StrCat("rename ", Named(e.id, "object"), " to ", write_(e.name));
          },
          [&](const NewColumns& e) {
            const auto append = [&](std::string* out, const Column& c) { *out += ColumnWords(c); };
            return absl::StrCat("add ", absl::StrJoin(e.columns, ", ", append), " to ",
                                table(e.table));
          },
          [&](const DropColumns& e) {
            const auto append = [](std::string* out, ColumnId c) { absl::StrAppend(out, c.value); };
            return absl::StrCat("drop ", CountColumns(e.columns.size()), " (column id ",
                                absl::StrJoin(e.columns, ", ", append), ") of ", table(e.table));
          },
          [&](const AlterColumn& e) {
            return absl::StrCat("change ", ColumnWords(e.column), " of ", table(e.table));
          },
          [&](const RenameColumn& e) {
            return absl::StrCat("rename column id ", e.column.value, " of ", table(e.table), " to ",
                                write_(e.name));
          },
          [&](const SetPrimaryKey& e) {
            return absl::StrCat(
                e.columns.empty() ? "drop the primary key of " : "set the primary key of ",
                table(e.table));
          },
          [&](const SetTableProperties& e) {
            return absl::StrCat("set properties of ", table(e.table));
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
