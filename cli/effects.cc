#include "annals/cli/effects.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/kind.h"
#include "annals/cli/object_text.h"
#include "annals/cli/text_table.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string KindAndName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", QualifiedName(catalog, object));
}

std::vector<ObjectId> ChangedIds(const CatalogView& before, const CatalogView& after) {
  std::vector<ObjectId> ids;
  for (const ObjectChange& change : Diff(before, after)) ids.push_back(change.id);
  return ids;
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
  EffectsTable(const CatalogView& before, const CatalogView& after)
      : before_(before),
        after_(after),
        affected_(AffectedBy(before, after, ChangedIds(before, after))) {}

  void AddValidationOf(const CatalogCommand& command) {
    if (const auto* create = command.As<CreateConfigured>()) {
      Add(create->validation, FindConfigured(after_, create->kind, create->schema, create->name));
    } else if (const auto* alter = command.As<AlterConfigured>()) {
      const std::string& name = alter->new_name.value_or(alter->name);
      const ObjectDescriptor object = FindConfigured(after_, alter->kind, alter->schema, name);
      const ObjectDescriptor old = before_.Find(object ? object.id() : kNoObject);
      if (old && old.bytes() == object.bytes()) return;
      Add(alter->validation, object);
    } else if (const auto* validate = command.As<ValidateConfigured>()) {
      Add(Validation::kObject,
          FindConfigured(after_, validate->kind, validate->schema, validate->name));
    }
  }

  void AddRestarts() {
    for (const ObjectId id : affected_) Row("restart", id, "what it refers to is another one");
  }

  std::string Take() { return table_.size() == 0 ? "" : "\n" + table_.TakeText(); }

 private:
  void Add(std::optional<Validation> validation, const ObjectDescriptor& object) {
    if (!object || validation == Validation::kNo) return;
    Row("validate", object.id(), validation ? "as the statement says" : "if its type says so");
    if (validation != Validation::kDependents) return;
    for (const ObjectId id : affected_) Row("validate", id, "as the statement says");
  }

  void Row(std::string effect, ObjectId id, std::string why) {
    table_.AddRow({std::move(effect), KindAndName(after_, after_.Find(id)), std::move(why)});
  }

  const CatalogView& before_;
  const CatalogView& after_;
  const std::vector<ObjectId> affected_;
  TextTable table_{{"EFFECT", "OBJECT", "WHY"}};
};

}  // namespace

std::string EffectsText(const std::vector<CatalogCommand>& commands, const CatalogView& before,
                        const CatalogView& after) {
  EffectsTable table(before, after);
  for (const CatalogCommand& command : commands) table.AddValidationOf(command);
  table.AddRestarts();
  return table.Take();
}

}  // namespace annals::cli
