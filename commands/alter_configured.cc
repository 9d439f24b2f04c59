#include "annals/commands/alter_configured.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/dependents.h"
#include "annals/catalog/kind.h"
#include "annals/commands/configured_rules.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kFirstKey = "public-key-1";
constexpr std::string_view kSecondKey = "public-key-2";

// What is asked of the options, with their keys in one spelling.
struct Asked {
  std::vector<OptionSetting> set;
  std::vector<std::string> reset;
  OptionNames names;
};

absl::Status CheckNoType(const OptionNames& names) {
  for (const auto* list : {&names.set, &names.reset}) {
    if (std::find(list->begin(), list->end(), "type") == list->end()) continue;
    return MakeError(Reason::TYPE_CHANGE,
                     "its type cannot be changed; drop the object and make it anew");
  }
  return absl::OkStatus();
}

absl::Status CheckAlterable(const ConfiguredDescriptor& object, const OptionNames& names) {
  for (const auto* list : {&names.set, &names.reset}) {
    for (const std::string_view name : *list) {
      const OptionDefinition* option = FindOption(object.kind(), object.type(), name);
      if (option == nullptr || option->alterable) continue;
      return MakeError(Reason::INALTERABLE_OPTION,
                       absl::StrCat("option ", OptionWords(name),
                                    " cannot be changed; it is given when the object is made"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAsked(const AlterConfigured& command, const ConfiguredDescriptor& object,
                        const Asked& asked) {
  const bool empty =
      (command.set && command.set->empty()) || (command.reset && command.reset->empty());
  if (empty) return MakeError(Reason::EMPTY_LIST, "a list of options is empty");
  ANNALS_RETURN_IF_ERROR(CheckNoType(asked.names));
  ANNALS_RETURN_IF_ERROR(CheckAlterable(object, asked.names));
  ANNALS_RETURN_IF_ERROR(CheckKnown(object.kind(), object.type(), asked.names));
  ANNALS_RETURN_IF_ERROR(CheckOnce(asked.names));
  return CheckExclusive(object.kind(), object.type(), asked.names);
}

// Sets one of a group, and the others of it go.
void Set(const ConfiguredDescriptor& object, const Option& option, ConfiguredFields& fields) {
  const OptionDefinition* defined = FindOption(object.kind(), object.type(), option.key);
  const auto replaced = [&](const Option& old) {
    if (old.key == option.key) return true;
    if (defined == nullptr || defined->group.empty()) return false;
    const OptionDefinition* other = FindOption(object.kind(), object.type(), old.key);
    return other != nullptr && other->group == defined->group;
  };
  std::erase_if(fields.options, replaced);
  fields.options.push_back(option);
}

bool HasOtherOptions(const ConfiguredDescriptor& object, const ConfiguredFields& fields) {
  const std::vector<OptionDescriptor> before = object.options();
  return before.size() != fields.options.size() ||
         std::ranges::any_of(before, [&](const OptionDescriptor& option) {
           const Option* now = fields.FindOption(option.key());
           return now == nullptr || now->value != option.value();
         });
}

absl::StatusOr<ConfiguredFields> Altered(const AlterConfigured& command,
                                         const ConfiguredDescriptor& object,
                                         const CatalogView& catalog) {
  Asked asked{WithKeys(command.set.value_or(std::vector<OptionSetting>())), {}, {}};
  for (const std::string& key : command.reset.value_or(std::vector<std::string>())) {
    asked.reset.push_back(OptionKey(key));
  }
  asked.names = NamesOf(asked.set, asked.reset);
  ANNALS_RETURN_IF_ERROR(CheckAsked(command, object, asked));
  ANNALS_ASSIGN_OR_RETURN(const ResolvedOptions resolved,
                          Resolve(catalog, object.kind(), object.type(), asked.set));
  ConfiguredFields fields = object.ToFields();
  for (const std::string& key : asked.reset) {
    std::erase_if(fields.options, [&](const Option& old) { return old.key == key; });
  }
  for (const Option& option : resolved.options) Set(object, option, fields);
  fields.comment = command.comment.value_or(fields.comment);
  fields.name = command.new_name.value_or(fields.name);
  fields.labels = command.labels.value_or(fields.labels);
  std::ranges::sort(fields.labels, {}, &Option::key);
  // A secret that is found elsewhere is another one, as one that was refreshed.
  const bool elsewhere = object.kind() == ObjectKind::kSecret && HasOtherOptions(object, fields);
  fields.generation += command.refresh || elsewhere ? 1 : 0;
  fields.generation = std::max(fields.generation, command.generation.value_or(0));
  ANNALS_RETURN_IF_ERROR(CheckWhole(catalog, fields));
  ANNALS_RETURN_IF_ERROR(resolved.missing);
  ANNALS_RETURN_IF_ERROR(CheckReferences(catalog, fields));
  if (fields.name != object.name()) {
    ANNALS_RETURN_IF_ERROR(CheckNameIsFree(catalog, object.kind(), object.parent(), fields.name));
  }
  return fields;
}

SetOptions Difference(const ConfiguredFields& before, const ConfiguredFields& after) {
  SetOptions entry{before.id, {}, {}};
  for (const Option& option : after.options) {
    const Option* old = before.FindOption(option.key);
    if (old == nullptr || *old != option) entry.set.push_back(option);
  }
  for (const Option& option : before.options) {
    if (after.FindOption(option.key) == nullptr) entry.reset.push_back(option.key);
  }
  std::ranges::sort(entry.set, {}, &Option::key);
  std::ranges::sort(entry.reset);
  return entry;
}

// The least that makes one of the other.
UpdateEntries EntriesFor(const ConfiguredFields& before, const ConfiguredFields& after) {
  if (before.comment != after.comment || before.generation != after.generation ||
      before.labels != after.labels || before.columns != after.columns) {
    return {ReplaceObject{BuildObject(after)}};
  }
  UpdateEntries entries;
  if (before.name != after.name) entries.push_back(RenameObject{before.id, after.name});
  SetOptions options = Difference(before, after);
  if (!options.set.empty() || !options.reset.empty()) entries.push_back(std::move(options));
  return entries;
}

// That what depends on the object can live with it as it will be.
absl::Status CheckDependents(const CatalogView& catalog, ObjectId id,
                             const UpdateEntries& entries) {
  CatalogDraft after(catalog, catalog.version(), {});
  for (const UpdateEntry& entry : entries) ANNALS_RETURN_IF_ERROR(Apply(entry, after));
  for (const ObjectDescriptor& dependent : DependentsOf(after, id)) {
    const auto configured = As<ConfiguredDescriptor>(dependent);
    if (!configured) continue;
    const auto where = [&] {
      return absl::StrCat(NameOf(after, dependent), ", which depends on it");
    };
    const ConfiguredFields fields = configured->ToFields();
    ANNALS_RETURN_IF_ERROR(WithContext(CheckReferences(after, fields), where));
    ANNALS_RETURN_IF_ERROR(WithContext(CheckWhole(after, fields), where));
  }
  return absl::OkStatus();
}

// Texts are taken as they were stored.
absl::StatusOr<std::vector<Option>> StoredOptions(const std::vector<OptionSetting>& settings,
                                                  const ConfiguredDescriptor& object,
                                                  const CatalogView& catalog) {
  std::vector<Option> options;
  std::vector<OptionSetting> references;
  for (const OptionSetting& setting : settings) {
    const auto* text = std::get_if<std::string>(&setting.value);
    if (text == nullptr) references.push_back(setting);
    if (text != nullptr) options.push_back({setting.key, *text});
  }
  ANNALS_ASSIGN_OR_RETURN(ResolvedOptions resolved,
                          Resolve(catalog, object.kind(), object.type(), references));
  ANNALS_RETURN_IF_ERROR(resolved.missing);
  std::ranges::move(resolved.options, std::back_inserter(options));
  std::ranges::sort(options, {}, &Option::key);
  return options;
}

absl::StatusOr<ConfiguredFields> Restored(const RestoreConfigured& command,
                                          const ConfiguredDescriptor& object,
                                          const CatalogView& catalog) {
  ConfiguredFields fields = object.ToFields();
  if (command.options) {
    ANNALS_ASSIGN_OR_RETURN(fields.options, StoredOptions(*command.options, object, catalog));
  }
  fields.columns = command.columns.value_or(fields.columns);
  fields.labels = command.labels.value_or(fields.labels);
  fields.generation = std::max(fields.generation, command.generation.value_or(0));
  ANNALS_RETURN_IF_ERROR(CheckWhole(catalog, fields));
  ANNALS_RETURN_IF_ERROR(CheckReferences(catalog, fields));
  return fields;
}

// What makes `altered` of `object`, if what depends on it can live with that.
absl::StatusOr<UpdateEntries> PlanAltered(const ConfiguredDescriptor& object,
                                          const ConfiguredFields& altered,
                                          const CatalogView& catalog) {
  UpdateEntries entries = EntriesFor(object.ToFields(), altered);
  if (!entries.empty()) ANNALS_RETURN_IF_ERROR(CheckDependents(catalog, object.id(), entries));
  return entries;
}

absl::StatusOr<UpdateEntries> PlanAlter(const AlterConfigured& command,
                                        const ConfiguredDescriptor& object,
                                        const CatalogView& catalog) {
  ANNALS_ASSIGN_OR_RETURN(const ConfiguredFields altered, Altered(command, object, catalog));
  return PlanAltered(object, altered, catalog);
}

absl::StatusOr<UpdateEntries> PlanRestore(const RestoreConfigured& command,
                                          const ConfiguredDescriptor& object,
                                          const CatalogView& catalog) {
  ANNALS_ASSIGN_OR_RETURN(const ConfiguredFields restored, Restored(command, object, catalog));
  return PlanAltered(object, restored, catalog);
}

}  // namespace

absl::Status AlterConfigured::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckConfiguredName(kind, schema, name));
  const auto where = [&] { return ConfiguredName(kind, schema, name); };
  if ((refresh || generation) && kind != ObjectKind::kSecret) {
    return WithContext(MakeError(Reason::INVALID_REQUEST, "only a secret is refreshed"), where);
  }
  if (set) ANNALS_RETURN_IF_ERROR(WithContext(CheckOptionKeys(*set), where));
  if (comment) ANNALS_RETURN_IF_ERROR(WithContext(CheckComment(*comment), where));
  if (labels) ANNALS_RETURN_IF_ERROR(WithContext(CheckLabels(*labels), where));
  return new_name ? CheckNewName(kind, *new_name) : absl::OkStatus();
}

absl::StatusOr<UpdateEntries> AlterConfigured::Plan(PlanContext& context) const {
  const auto object = FindConfigured(context.catalog(), kind, schema, name);
  if (!object.ok()) return Missing(object.status(), if_exists);
  auto entries = PlanAlter(*this, *object, context.catalog());
  if (entries.ok()) return entries;
  return WithContext(entries.status(), [&] { return ConfiguredName(kind, schema, name); });
}

absl::Status RestoreConfigured::Validate(Policy /*policy*/) const {
  return CheckConfiguredName(kind, schema, name);
}

absl::StatusOr<UpdateEntries> RestoreConfigured::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const ConfiguredDescriptor object,
                          FindConfigured(context.catalog(), kind, schema, name));
  auto entries = PlanRestore(*this, object, context.catalog());
  if (entries.ok()) return entries;
  return WithContext(entries.status(), [&] { return ConfiguredName(kind, schema, name); });
}

absl::Status RotateKeys::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckConfiguredName(kind, schema, name));
  if (!new_public_key) return absl::OkStatus();
  return WithContext(CheckNewKey(*new_public_key),
                     [&] { return ConfiguredName(kind, schema, name); });
}

absl::StatusOr<UpdateEntries> RotateKeys::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const ConfiguredDescriptor object,
                          FindConfigured(context.catalog(), kind, schema, name));
  const auto refused = [&](std::string_view why) {
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat(ConfiguredName(kind, schema, name), " ", ToAbsl(why)));
  };
  if (FindOption(kind, object.type(), kFirstKey) == nullptr ||
      FindOption(kind, object.type(), kSecondKey) == nullptr) {
    return refused(
        absl::StrCat("is of type ", ToAbsl(object.type()), ", which has no keys that rotate"));
  }
  if (!new_public_key) return refused("needs a new key, and nobody here makes one");
  SetOptions entry{object.id(), {}, {}};
  if (const auto second = object.FindOption(kSecondKey)) {
    entry.set.push_back({std::string(kFirstKey), std::string(second->value()), second->ref()});
  }
  entry.set.push_back({std::string(kSecondKey), *new_public_key});
  return UpdateEntries{std::move(entry)};
}

absl::Status ValidateConfigured::Validate(Policy /*policy*/) const {
  return CheckConfiguredName(kind, schema, name);
}

absl::StatusOr<UpdateEntries> ValidateConfigured::Plan(PlanContext& context) const {
  ANNALS_RETURN_IF_ERROR(FindConfigured(context.catalog(), kind, schema, name).status());
  return UpdateEntries{};
}

}  // namespace annals
