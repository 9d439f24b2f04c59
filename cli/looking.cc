#include "annals/cli/looking.h"

#include <functional>
#include <map>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/catalog_json.h"
#include "annals/cli/change_text.h"
#include "annals/cli/effects.h"
#include "annals/cli/listing.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/object_text.h"
#include "annals/cli/selector.h"
#include "annals/cli/text_table.h"
#include "annals/commands/names.h"
#include "annals/ddl/names.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::StatusOr<Catalog> CatalogOf(const ddl::AsOf& as_of, const CatalogManager& manager,
                                  const Looking& looking) {
  if (const auto* version = std::get_if<CatalogVersion>(&as_of)) return manager.At(*version);
  const auto* const moment = std::get_if<std::string>(&as_of);
  if (moment == nullptr && looking.at) return manager.At(*looking.at);
  if (moment == nullptr) return manager.Latest();
  const auto time = ParseMoment(*moment);
  if (!time.has_value()) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("'", Shown(*moment), "' is no time; write '2026-11-01T10:00Z'"));
  }
  auto catalog = manager.ActiveAt(*time);
  if (!catalog.ok() || catalog->version().value > 0) return catalog;
  return MakeError(Reason::CATALOG_TIMESTAMP_NOT_FOUND,
                   absl::StrCat("'", *moment, "' is before all versions"));
}

absl::StatusOr<std::string> Versions(const ddl::Show& show, const Catalog& until,
                                     const CatalogManager& manager, bool json) {
  if (show.like.has_value()) {
    return MakeError(Reason::INVALID_REQUEST, "versions have no names that LIKE could look at");
  }
  TextTable table({"VERSION", "TIME", "ACTIVE FROM"});
  Json list = Json::array();
  const CatalogVersion earliest = manager.GetStats().store.earliest;
  for (CatalogVersion v{std::max<uint64_t>(earliest.value, 1)}; v <= until.version();
       v = v.Next()) {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, manager.At(v));
    const std::string time = MomentText(catalog.timestamp());
    const std::string active = MomentText(catalog.activation());
    table.AddRow({absl::StrCat(v.value), time, active});
    list.push_back({{"version", v.value}, {"timestamp", time}, {"activation", active}});
  }
  return json ? PrettyJsonText(list) : table.TakeText();
}

// What `entry` does, where the catalog is known before and after.
std::string EntryText(const UpdateEntry& entry, const KnownNames& names, const CatalogView& before,
                      const CatalogView& after) {
  if (std::holds_alternative<SetDefaultZone>(entry)) return names.WordsOf(entry);
  const ObjectId id = names.FactsOf(entry).id;
  const ObjectDescriptor old = before.Find(id);
  const ObjectDescriptor now = after.Find(id);
  if (!old && !now) return names.WordsOf(entry);
  if (!old) {
    const std::string details = ShortText(after, now);
    return absl::StrCat("create ", ToAbsl(KindName(now.kind())), " ", QualifiedName(after, now),
                        details.empty() ? "" : ": ", details);
  }
  ObjectChange change{ObjectChange::Kind::kAltered, id, old, now};
  if (std::holds_alternative<RenameObject>(entry)) change.kind = ObjectChange::Kind::kRenamed;
  if (!now) change.kind = ObjectChange::Kind::kDropped;
  const auto* const drop = std::get_if<DropObject>(&entry);
  return ChangeText(change, before, after, kAllPieces) +
         (drop != nullptr && drop->cascade ? " and what depends on it" : "");
}

// Each entry is told on what those before it leave, and is done to `done`.
std::string EntriesText(const UpdateEntries& entries, const CatalogView& catalog,
                        CatalogDraft& done) {
  const KnownNames names(entries, &catalog, &ddl::QuoteName);
  TextTable table({"ENTRY", "WHAT IT DOES"});
  for (const UpdateEntry& entry : entries) {
    CatalogDraft next(done, done.version(), {});
    // A version may have come in between, on which the entry does not fit.
    const bool fits = Apply(entry, next).ok();
    table.AddRow({std::string(EntryName(entry)),
                  fits ? EntryText(entry, names, done, next) : names.WordsOf(entry)});
    if (fits) std::move(next).MergeInto(done);
  }
  return table.TakeText();
}

using Wanted = std::function<bool(const ObjectDescriptor&)>;

// Configured objects by name.
std::string ConfiguredListing(const CatalogView& catalog, const Wanted& wanted) {
  std::map<std::string, ConfiguredDescriptor> objects;
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (!wanted(object)) return;
    objects.emplace(QualifiedName(catalog, object), *As<ConfiguredDescriptor>(object));
  });
  TextTable table({"NAME", "TYPE", "VERSION", "COMMENT"});
  for (const auto& [name, object] : objects) {
    table.AddRow({name, std::string(object.type()), absl::StrCat(object.from().value),
                  std::string(object.comment())});
  }
  return table.TakeText();
}

// Those after whom they depend on.
std::string DependentsText(const CatalogView& catalog, ObjectId id) {
  TextTable table({"KIND", "NAME", "VERSION", "DETAILS"});
  for (const ObjectDescriptor& object : DependentsOf(catalog, id)) {
    table.AddRow({std::string(KindName(object.kind())), QualifiedName(catalog, object),
                  absl::StrCat(object.from().value), ShortText(catalog, object)});
  }
  return table.TakeText();
}

std::string DependentsJson(const CatalogView& catalog, ObjectId id) {
  Json list = Json::array();
  for (const ObjectDescriptor& object : DependentsOf(catalog, id)) {
    list.push_back(ObjectJson(catalog, object));
  }
  return PrettyJsonText(list);
}

std::string JsonListing(const CatalogView& catalog, const Wanted& wanted) {
  Json list = Json::array();
  catalog.ForEachObject([&](const ObjectDescriptor& object) {
    if (object.has_name() && wanted(object)) list.push_back(ObjectJson(catalog, object));
  });
  return PrettyJsonText(list);
}

class Looker {
 public:
  Looker(const CatalogManager& manager, const ExecuteOptions& options, const Looking& looking)
      : manager_(manager), options_(options), looking_(looking) {}

  absl::StatusOr<std::string> operator()(const ddl::Write& /*write*/) const {
    return MakeError(Reason::INTERNAL, "a writing statement does not look");
  }

  absl::StatusOr<std::string> operator()(const ddl::Show& show) const {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, CatalogOf(show.as_of, manager_, looking_));
    if (!show.kind.has_value()) return Versions(show, catalog, manager_, looking_.json);
    const auto wanted = [&](const ObjectDescriptor& object) {
      return object.kind() == *show.kind &&
             (!show.like.has_value() || IsLike(object.name(), *show.like));
    };
    if (looking_.json) return JsonListing(catalog, wanted);
    return IsConfigured(*show.kind) ? ConfiguredListing(catalog, wanted)
                                    : ListingText(catalog, wanted);
  }

  absl::StatusOr<std::string> operator()(const ddl::Describe& describe) const {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, CatalogOf(describe.as_of, manager_, looking_));
    ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object,
                            FindObject(catalog, describe.kind, describe.schema, describe.name));
    return looking_.json ? PrettyJsonText(ObjectJson(catalog, object))
                         : DescribeText(catalog, object, describe.extended);
  }

  absl::StatusOr<std::string> operator()(const ddl::ShowCreate& show) const {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, CatalogOf(show.as_of, manager_, looking_));
    ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object,
                            FindObject(catalog, show.kind, show.schema, show.name));
    ANNALS_ASSIGN_OR_RETURN(const std::string sql, ddl::ToSql(catalog, object));
    return sql + "\n";
  }

  absl::StatusOr<std::string> operator()(const ddl::ShowDependents& show) const {
    ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, CatalogOf(show.as_of, manager_, looking_));
    ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object,
                            FindObject(catalog, show.kind, show.schema, show.name));
    return looking_.json ? DependentsJson(catalog, object.id())
                         : DependentsText(catalog, object.id());
  }

  absl::StatusOr<std::string> operator()(const ddl::Explain& explain) const {
    ANNALS_ASSIGN_OR_RETURN(const UpdateEntries entries,
                            manager_.Explain(explain.write.commands, options_));
    const Catalog catalog = manager_.Latest();
    CatalogDraft done(catalog, catalog.version().Next(), {});
    const std::string text = EntriesText(entries, catalog, done);
    return text + EffectsText(explain.write.commands, catalog, done,
                              [this](ObjectKind kind, std::string_view type) {
                                return manager_.handles().FactoryOf(kind, type);
                              });
  }

 private:
  const CatalogManager& manager_;
  const ExecuteOptions& options_;
  const Looking& looking_;
};

}  // namespace

absl::StatusOr<std::string> Look(const ddl::Statement& statement, const CatalogManager& manager,
                                 const ExecuteOptions& options, const Looking& looking) {
  return std::visit(Looker(manager, options, looking), statement.what);
}

}  // namespace annals::cli
