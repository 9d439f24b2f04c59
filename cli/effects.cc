#include "annals/cli/effects.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/fingerprint.h"
#include "annals/catalog/kind.h"
#include "annals/cli/object_text.h"
#include "annals/cli/text_table.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string KindAndName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", QualifiedName(catalog, object));
}

ObjectDescriptor FindConfigured(const CatalogView& catalog, ObjectKind kind,
                                std::string_view schema, std::string_view name) {
  const KindDefinition* const definition = FindKind(kind);
  if (definition != nullptr && definition->at_root) {
    return catalog.Find(NameScope::Root(kind), name);
  }
  const auto owner = catalog.Schema(schema);
  return owner ? catalog.Find(NameScope::In(owner->id()), name) : ObjectDescriptor();
}

class EffectsTable {
 public:
  EffectsTable(const CatalogView& before, const CatalogView& after, const FactoryOf& factory_of)
      : before_(before),
        after_(after),
        factory_of_(factory_of),
        changes_(Diff(before, after)),
        affected_(AffectedBy(before, after, Ids(changes_))) {}

  // An index goes with its table.
  void AddDrops() {
    std::vector<ObjectDescriptor> gone;
    for (const ObjectChange& change : changes_) {
      const auto index = change.Before<IndexDescriptor>();
      const bool with_table = index && !after_.Find(index->table_id());
      if (!change.after && !with_table) gone.push_back(change.before);
    }
    if (gone.size() < 2) return;
    for (const ObjectDescriptor& object : gone) {
      table_.AddRow({"drop", KindAndName(before_, object), "before what it refers to"});
    }
  }

  // Data does not come back with what is made anew under an old name.
  void AddLosses() {
    for (const ObjectChange& change : changes_) {
      const auto table = change.Before<TableDescriptor>();
      if (!table) continue;
      const auto after = change.After<TableDescriptor>();
      if (after) {
        AddLosses(*table, *after);
        continue;
      }
      const auto named = As<TableDescriptor>(after_.Find(table->scope(), table->name()));
      if (named && !before_.Find(named->id())) {
        table_.AddRow({"loss", KindAndName(before_, *table), "it is made anew, without its rows"});
      }
    }
  }

  void AddValidationOf(const CatalogCommand& command) {
    if (const auto* create = command.As<CreateConfigured>()) {
      const auto object = FindConfigured(after_, create->kind, create->schema, create->name);
      AddValidation(object, {create->initialize, create->validation});
    } else if (const auto* alter = command.As<AlterConfigured>()) {
      const std::string& name = alter->new_name.value_or(alter->name);
      const auto object = FindConfigured(after_, alter->kind, alter->schema, name);
      AddValidation(object, {alter->initialize, alter->validation});
    } else if (const auto* validate = command.As<ValidateConfigured>()) {
      const auto object = FindConfigured(after_, validate->kind, validate->schema, validate->name);
      if (object) AddProbe(object, kAsTheStatementSays);
    }
  }

  void AddRestarts() {
    for (const ObjectId id : affected_) Row("restart", id, "what it refers to is another one");
  }

  std::string Take() { return table_.size() == 0 ? "" : "\n" + table_.TakeText(); }

 private:
  static constexpr std::string_view kAsTheStatementSays = "as the statement says";

  void AddLosses(const TableDescriptor& before, const TableDescriptor& after) {
    for (const ColumnDescriptor column : before.columns()) {
      const auto named = after.FindColumn(column.name());
      if (after.FindColumn(column.id()) || !named || before.FindColumn(named->id())) continue;
      table_.AddRow({"loss",
                     absl::StrCat("column ", ddl::QuoteName(column.name()), " of ",
                                  KindAndName(after_, after)),
                     "it is made anew, without its values"});
    }
  }

  // What a statement says of it.
  struct How {
    bool initialize;
    std::optional<Validation> validation;
  };

  static std::vector<ObjectId> Ids(const std::vector<ObjectChange>& changes) {
    std::vector<ObjectId> ids;
    for (const ObjectChange& change : changes) ids.push_back(change.id);
    return ids;
  }

  const Factory* Find(const ObjectDescriptor& object) const {
    const auto configured = As<ConfiguredDescriptor>(object);
    return configured ? factory_of_(configured->kind(), configured->type()) : nullptr;
  }

  // Nobody is asked about what works as it did.
  bool IsMoved(ObjectId id) const {
    return !before_.Find(id) ||
           EffectiveFingerprints(before_).Of(id) != EffectiveFingerprints(after_).Of(id);
  }

  void AddValidation(const ObjectDescriptor& object, const How& how) {
    if (!object || !IsMoved(object.id())) return;
    const Factory* const factory = Find(object);
    const bool by_default = how.initialize && factory != nullptr && factory->probe_by_default;
    if (how.validation.value_or(Validation::kNo) != Validation::kNo) {
      AddProbe(object, kAsTheStatementSays);
    } else if (!how.validation && by_default && factory->probe) {
      AddProbe(object, "as always, unless the statement says VALIDATE = FALSE");
    }
    if (how.validation != Validation::kDependents) return;
    for (const ObjectId id : affected_) AddProbe(after_.Find(id), kAsTheStatementSays);
  }

  void AddProbe(const ObjectDescriptor& object, std::string_view why) {
    const Factory* const factory = Find(object);
    if (factory != nullptr && factory->probe) {
      Row("validate", object.id(), std::string(why));
    } else {
      Row("not validated", object.id(), "nobody here can ask whether it works");
    }
  }

  void Row(std::string effect, ObjectId id, std::string why) {
    table_.AddRow({std::move(effect), KindAndName(after_, after_.Find(id)), std::move(why)});
  }

  const CatalogView& before_;
  const CatalogView& after_;
  const FactoryOf& factory_of_;
  const std::vector<ObjectChange> changes_;
  const std::vector<ObjectId> affected_;
  TextTable table_{{"EFFECT", "OBJECT", "WHY"}};
};

}  // namespace

std::string EffectsText(const std::vector<CatalogCommand>& commands, const CatalogView& before,
                        const CatalogView& after, const FactoryOf& factory_of) {
  EffectsTable table(before, after, factory_of);
  table.AddDrops();
  table.AddLosses();
  for (const CatalogCommand& command : commands) table.AddValidationOf(command);
  table.AddRestarts();
  return table.Take();
}

}  // namespace annals::cli
