#include "annals/commands/create_configured.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/commands/configured_rules.h"
#include "annals/commands/limits.h"
#include "annals/commands/names.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

bool HasTypes(const KindDefinition& kind) { return !kind.type_word.empty(); }

absl::Status CheckTypeIsGiven(const CreateConfigured& command, const KindDefinition& kind) {
  if (HasTypes(kind) == !command.type.empty()) return absl::OkStatus();
  if (!HasTypes(kind)) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("it is given the type ", Shown(command.type), ", and a ",
                                  kind.name, " is given none"));
  }
  return MakeError(Reason::MISSING_OPTION,
                   absl::StrCat("option TYPE is required: ", kind.type_word, " type"));
}

absl::Status CheckType(const std::string& type) {
  if (type.empty()) return absl::OkStatus();
  const absl::Status checked = CheckName(type, "type");
  return checked.ok() ? checked : MakeError(Reason::INVALID_NAME, ToStd(checked.message()));
}

// SQL has one word for both.
absl::Status CheckNoOptionIsTheType(const std::vector<OptionSetting>& options) {
  for (const OptionSetting& setting : options) {
    if (OptionKey(setting.key) != "type") continue;
    return MakeError(Reason::INVALID_NAME, "an option cannot be called TYPE");
  }
  return absl::OkStatus();
}

absl::Status CheckColumnsAreTaken(const CreateConfigured& command, const KindDefinition& kind) {
  if (command.columns.empty()) return absl::OkStatus();
  if (!kind.has_columns) {
    return MakeError(Reason::INVALID_REQUEST, absl::StrCat("a ", kind.name, " has no columns"));
  }
  ANNALS_RETURN_IF_ERROR(ValidateColumns(command.columns));
  return CheckColumnCount(command.columns.size());
}

// What the type is: that which is given, or that of what an option refers to.
absl::StatusOr<std::string> TypeOf(const CreateConfigured& command, const KindDefinition& kind,
                                   const CatalogView& catalog) {
  if (kind.type_from_option.empty()) return TypeKey(command.type);
  for (const OptionSetting& setting : command.options) {
    if (OptionKey(setting.key) != kind.type_from_option) continue;
    ANNALS_ASSIGN_OR_RETURN(
        const ResolvedOptions resolved,
        Resolve(catalog, kind.kind, "", {{kind.type_from_option, setting.value}}));
    ANNALS_RETURN_IF_ERROR(resolved.missing);
    const auto target = catalog.Get<ConfiguredDescriptor>(resolved.options.front().ref);
    if (target) return std::string(target->type());
  }
  return std::string();
}

absl::Status CheckTypeIsKnown(const PlanContext& context, const KindDefinition& kind,
                              const std::string& type) {
  if (type.empty() || FindType(kind.kind, type) != nullptr) return absl::OkStatus();
  if (kind.free_types && !(context.require_registered_types() && HasTypes(kind))) {
    return absl::OkStatus();
  }
  const auto append = [](std::string* out, const TypeDefinition* one) { *out += one->name; };
  const auto types = AllTypes(kind.kind);
  return MakeError(Reason::UNKNOWN_TYPE,
                   absl::StrCat("a ", kind.name, " cannot be of type ", Shown(type), "; there are ",
                                types.empty() ? "none" : absl::StrJoin(types, ", ", append)));
}

absl::StatusOr<ConfiguredFields> FieldsFor(const CreateConfigured& command,
                                           const PlanContext& context, const KindDefinition& kind,
                                           ObjectId parent) {
  const CatalogView& catalog = context.catalog();
  ANNALS_ASSIGN_OR_RETURN(std::string type, TypeOf(command, kind, catalog));
  ANNALS_RETURN_IF_ERROR(CheckTypeIsKnown(context, kind, type));
  const std::vector<OptionSetting> settings = WithKeys(command.options);
  const OptionNames names = NamesOf(settings, {});
  ANNALS_RETURN_IF_ERROR(CheckKnown(kind.kind, type, names));
  ANNALS_RETURN_IF_ERROR(CheckOnce(names));
  ANNALS_RETURN_IF_ERROR(CheckExclusive(kind.kind, type, names));
  ANNALS_ASSIGN_OR_RETURN(ResolvedOptions resolved, Resolve(catalog, kind.kind, type, settings));
  ConfiguredFields fields{.kind = kind.kind,
                          .name = command.name,
                          .parent = parent,
                          .comment = command.comment,
                          .type = std::move(type),
                          .options = std::move(resolved.options),
                          .columns = {},
                          .generation = command.generation,
                          .labels = command.labels};
  for (const ColumnDefinition& definition : command.columns) {
    ANNALS_ASSIGN_OR_RETURN(fields.columns.emplace_back(), MakeColumn(definition));
  }
  ANNALS_RETURN_IF_ERROR(CheckWhole(catalog, fields));
  ANNALS_RETURN_IF_ERROR(resolved.missing);
  ANNALS_RETURN_IF_ERROR(CheckReferences(catalog, fields));
  return fields;
}

}  // namespace

absl::Status CreateConfigured::Validate(Policy /*policy*/) const {
  ANNALS_RETURN_IF_ERROR(CheckConfiguredName(kind, schema, name));
  const KindDefinition& definition = *FindKind(kind);
  const auto where = [&] { return ConfiguredName(kind, schema, name); };
  ANNALS_RETURN_IF_ERROR(WithContext(CheckTypeIsGiven(*this, definition), where));
  ANNALS_RETURN_IF_ERROR(WithContext(CheckType(type), where));
  ANNALS_RETURN_IF_ERROR(WithContext(CheckOptionKeys(options), where));
  ANNALS_RETURN_IF_ERROR(WithContext(CheckNoOptionIsTheType(options), where));
  ANNALS_RETURN_IF_ERROR(WithContext(CheckComment(comment), where));
  ANNALS_RETURN_IF_ERROR(WithContext(CheckLabels(labels), where));
  if (generation > 0 && kind != ObjectKind::kSecret) {
    return WithContext(MakeError(Reason::INVALID_REQUEST, "only a secret has a generation"), where);
  }
  return WithContext(CheckColumnsAreTaken(*this, definition), where);
}

absl::StatusOr<UpdateEntries> CreateConfigured::Plan(PlanContext& context) const {
  const CatalogView& catalog = context.catalog();
  ANNALS_ASSIGN_OR_RETURN(const ObjectId parent, ParentOf(catalog, kind, schema));
  if (const ObjectDescriptor owner = catalog.Find(NameScope::Of(kind, parent), name)) {
    if (if_not_exists && owner.kind() == kind) return UpdateEntries{};
    return NameTaken(catalog, owner);
  }
  auto fields = FieldsFor(*this, context, *FindKind(kind), parent);
  if (!fields.ok()) {
    return WithContext(fields.status(), [&] { return ConfiguredName(kind, schema, name); });
  }
  fields->id = context.NewId();
  return UpdateEntries{NewObject{BuildObject(*std::move(fields))}};
}

}  // namespace annals
