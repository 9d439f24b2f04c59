#include "annals/commands/configured_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "annals/commands/limits.h"
#include "annals/commands/lookup.h"
#include "annals/commands/names.h"
#include "annals/commands/utf8.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// A reference whose object was not found, until that is told.
constexpr ObjectId kNotFoundYet = {kNoObject.value - 1};

std::string Joined(const std::vector<std::string>& texts) { return absl::StrJoin(texts, ", "); }

std::string OptionName(std::string_view key) {
  return absl::StrCat("option ", Shown(OptionWords(key)));
}

// ---- Values.

absl::Status BadValue(std::string_view key, std::string_view value, std::string_view expected) {
  const std::string found = SoundsSensitive(key) ? std::string(kMasked) : Shown(value);
  return MakeError(Reason::INVALID_VALUE, absl::StrCat(OptionName(key), " takes ", ToAbsl(expected),
                                                       ", found '", found, "'"));
}

absl::Status NoTextForSensitive(std::string_view key) {
  return MakeError(
      Reason::INVALID_VALUE,
      absl::StrCat(OptionName(key),
                   " is not given as a text, which would stand in the log for all to see; CREATE "
                   "SECRET name FROM {ENV 'NAME' | FILE 'path'} and give it as SECRET name, or "
                   "write '${ENV:NAME}' or '${FILE:path}'"));
}

std::string Loose(std::string_view text) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(ToAbsl(text), {{"_", "-"}}));
}

absl::StatusOr<std::string> TextValue(const OptionDefinition& option, std::string_view text) {
  if (option.choices.empty()) return std::string(text);
  for (const std::string& choice : option.choices) {
    if (Loose(choice) == Loose(text)) return choice;
  }
  return BadValue(option.name, text, absl::StrCat("one of ", Joined(option.choices)));
}

absl::StatusOr<std::string> IntegerValue(const OptionDefinition& option, std::string_view text) {
  int64_t number = 0;
  const int64_t least = option.least.value_or(INT64_MIN);
  const int64_t most = option.most.value_or(INT64_MAX);
  if (absl::SimpleAtoi(ToAbsl(text), &number) && least <= number && number <= most) {
    return absl::StrCat(number);
  }
  std::string expected = "a whole number";
  if (option.least || option.most) {
    absl::StrAppend(&expected, option.least ? absl::StrCat(" from ", least) : "",
                    option.most ? absl::StrCat(" up to ", most) : "");
  }
  return BadValue(option.name, text, expected);
}

absl::StatusOr<std::string> BooleanValue(const OptionDefinition& option, std::string_view text) {
  std::string value = absl::AsciiStrToLower(ToAbsl(text));
  if (value == "true" || value == "false") return value;
  return BadValue(option.name, text, "TRUE or FALSE");
}

absl::StatusOr<std::string> ListValue(const OptionDefinition& option,
                                      const std::vector<std::string>& elements) {
  std::string text = ListText(elements);
  const std::set<std::string_view> distinct(elements.begin(), elements.end());
  if (distinct.contains("")) return BadValue(option.name, text, "a list without empty elements");
  if (distinct.size() == elements.size()) return text;
  return BadValue(option.name, text, "a list in which nothing is twice");
}

absl::StatusOr<std::string> ValueOf(const OptionDefinition& option, std::string_view text) {
  switch (option.type) {
    case OptionType::kText:
      return TextValue(option, text);
    case OptionType::kInteger:
      return IntegerValue(option, text);
    case OptionType::kBoolean:
      return BooleanValue(option, text);
    case OptionType::kList:
      return ListValue(option, ListElements(text));
    case OptionType::kObject:
      break;
  }
  return BadValue(option.name, text, "the name of an object, which is no string");
}

absl::Status CheckText(std::string_view key, std::string_view text) {
  if (text.size() > kMaxOptionBytes) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat(OptionName(key), " is ", text.size(), " bytes long; at most ",
                                  kMaxOptionBytes, " are allowed"));
  }
  if (CountCharacters(text).has_value()) return absl::OkStatus();
  return MakeError(Reason::INVALID_VALUE, absl::StrCat(OptionName(key), " is not UTF-8"));
}

// Whether there is none without this option, or without one of its group.
bool IsNeeded(ObjectKind kind, std::string_view type, const OptionDefinition& option) {
  const std::vector<std::string> groups = RequiredGroupsOf(kind, type);
  return option.required || std::find(groups.begin(), groups.end(), option.group) != groups.end();
}

absl::StatusOr<Option> ResolveText(ObjectKind kind, std::string_view type, const std::string& key,
                                   std::string_view text) {
  ANNALS_RETURN_IF_ERROR(CheckText(key, text));
  const OptionDefinition* defined = FindOption(kind, type, key);
  const bool placeholder = IsPlaceholder(text);
  if (!placeholder && IsSensitive(kind, type, key)) return NoTextForSensitive(key);
  if (defined == nullptr || (placeholder && defined->type != OptionType::kObject)) {
    return Option{key, std::string(text)};
  }
  const bool blank = absl::StripAsciiWhitespace(ToAbsl(text)).empty();
  if (blank && defined->type == OptionType::kText && IsNeeded(kind, type, *defined)) {
    return BadValue(key, text, "a text that is not blank");
  }
  ANNALS_ASSIGN_OR_RETURN(std::string value, ValueOf(*defined, text));
  return Option{key, std::move(value)};
}

// What nobody defined may be a list as well; its elements are found by who wants a list.
absl::StatusOr<Option> ResolveList(ObjectKind kind, std::string_view type, const std::string& key,
                                   const std::vector<std::string>& elements) {
  if (elements.empty()) {
    return MakeError(Reason::EMPTY_LIST, absl::StrCat(OptionName(key), " is given an empty list"));
  }
  const OptionDefinition* defined = FindOption(kind, type, key);
  const std::string text = ListText(elements);
  ANNALS_RETURN_IF_ERROR(CheckText(key, text));
  if (IsSensitive(kind, type, key)) return NoTextForSensitive(key);
  if (defined == nullptr) return Option{key, text};
  if (defined->type != OptionType::kList) {
    return MakeError(
        Reason::INVALID_VALUE,
        absl::StrCat(OptionName(key), " takes one value, found a list of ", elements.size()));
  }
  ANNALS_ASSIGN_OR_RETURN(std::string value, ListValue(*defined, elements));
  return Option{key, std::move(value)};
}

// ---- Objects that options name.

// A secret stands for any text. What is not defined may be a connection too.
std::vector<ReferenceTarget> TargetsOf(const OptionDefinition* option) {
  if (option != nullptr && option->type == OptionType::kObject) return option->to;
  std::vector<ReferenceTarget> targets = {{ObjectKind::kSecret}};
  if (option == nullptr) targets.push_back({ObjectKind::kConnection});
  return targets;
}

std::string KindList(const std::vector<ReferenceTarget>& targets) {
  return absl::StrJoin(targets, " or ", [](std::string* out, const ReferenceTarget& target) {
    absl::StrAppend(out, ToAbsl(KindName(target.kind)));
    if (!target.types.empty()) absl::StrAppend(out, " to ", absl::StrJoin(target.types, ", "));
  });
}

ObjectDescriptor FindNamed(const CatalogView& catalog, ObjectKind kind, const ObjectName& name) {
  const KindDefinition* definition = FindKind(kind);
  const bool at_root = definition != nullptr
                           ? definition->at_root
                           : kind == ObjectKind::kSchema || kind == ObjectKind::kZone;
  if (at_root) return catalog.Find(NameScope::Root(kind), name.name);
  const auto schema = catalog.Schema(name.schema);
  if (!schema) return {};
  return catalog.Find(NameScope::In(schema->id()), name.name);
}

std::string PathOf(const ObjectName& name) { return Qualified(name.schema, name.name); }

// A name behind such a key, or given to a secret, may be a value that lacks its quotes.
std::string ShownName(ObjectKind kind, const std::string& key, const ObjectName& name,
                      std::string text) {
  const bool value = kind == ObjectKind::kSecret || SoundsSensitive(key);
  const bool hidden = name.kind != ObjectKind::kSecret && value;
  return hidden ? std::string(kMasked) : std::move(text);
}

absl::StatusOr<Option> ResolveName(const CatalogView& catalog, ObjectKind kind,
                                   const OptionDefinition* defined, const std::string& key,
                                   const ObjectName& name, absl::Status& missing) {
  const std::vector<ReferenceTarget> targets = TargetsOf(defined);
  const bool text = defined != nullptr && defined->type != OptionType::kObject;
  if (text && name.kind != ObjectKind::kSecret) {
    return MakeError(Reason::INVALID_VALUE,
                     absl::StrCat(OptionName(key), " takes a value, found the name ",
                                  ShownName(kind, key, name, Quoted(name.name)),
                                  "; a text stands in quotes: '...'"));
  }
  for (const ReferenceTarget& target : targets) {
    const ObjectDescriptor found = FindNamed(catalog, target.kind, name);
    if (!found) continue;
    // Whether it is of the right kind is told after whether all are there.
    const bool as_called = !name.kind.has_value() || found.kind() == *name.kind;
    if (!as_called && std::any_of(targets.begin(), targets.end(), [&](const ReferenceTarget& one) {
          return one.kind == found.kind();
        })) {
      break;
    }
    return Option{key, "", found.id()};
  }
  if (missing.ok()) {
    missing =
        MakeError(Reason::OBJECT_NOT_FOUND,
                  absl::StrCat(OptionName(key), " names ",
                               name.kind ? ToAbsl(KindName(*name.kind)) : KindList(targets), " ",
                               ShownName(kind, key, name, PathOf(name)), ", which does not exist"));
  }
  return Option{key, "", kNotFoundYet};
}

absl::StatusOr<Option> ResolveOne(const CatalogView& catalog, ObjectKind kind,
                                  std::string_view type, const OptionSetting& setting,
                                  absl::Status& missing) {
  if (const auto* text = std::get_if<std::string>(&setting.value)) {
    return ResolveText(kind, type, setting.key, *text);
  }
  if (const auto* elements = std::get_if<std::vector<std::string>>(&setting.value)) {
    return ResolveList(kind, type, setting.key, *elements);
  }
  return ResolveName(catalog, kind, FindOption(kind, type, setting.key), setting.key,
                     std::get<ObjectName>(setting.value), missing);
}

bool Fits(const ObjectDescriptor& object, const ReferenceTarget& target) {
  if (object.kind() != target.kind) return false;
  const auto configured = As<ConfiguredDescriptor>(object);
  return target.types.empty() ||
         (configured && std::find(target.types.begin(), target.types.end(), configured->type()) !=
                            target.types.end());
}

std::string KindAndType(const CatalogView& catalog, const ObjectDescriptor& object) {
  const auto configured = As<ConfiguredDescriptor>(object);
  std::string text = NameOf(catalog, object);
  if (configured && !configured->type().empty()) {
    absl::StrAppend(&text, " of type ", ToAbsl(configured->type()));
  }
  return text;
}

// An object whose type comes from what it refers to keeps that type.
absl::Status CheckTypeStays(const CatalogView& catalog, const ConfiguredFields& object,
                            const Option& option, const ObjectDescriptor& target) {
  const KindDefinition* kind = FindKind(object.kind);
  if (kind == nullptr || kind->type_from_option != option.key) return absl::OkStatus();
  const auto configured = As<ConfiguredDescriptor>(target);
  if (configured && configured->type() == object.type) return absl::OkStatus();
  return MakeError(Reason::REF_KIND,
                   absl::StrCat(OptionName(option.key), " refers to ", KindAndType(catalog, target),
                                "; expected one of type ", object.type));
}

absl::Status CheckReference(const CatalogView& catalog, const ConfiguredFields& object,
                            const Option& option) {
  const ObjectDescriptor target = catalog.Find(option.ref);
  const auto targets = TargetsOf(FindOption(object.kind, object.type, option.key));
  if (std::any_of(targets.begin(), targets.end(),
                  [&](const ReferenceTarget& one) { return Fits(target, one); })) {
    return CheckTypeStays(catalog, object, option, target);
  }
  return MakeError(Reason::REF_KIND, absl::StrCat(OptionName(option.key), " refers to ",
                                                  target ? KindAndType(catalog, target) : "nothing",
                                                  "; expected a ", KindList(targets)));
}

absl::Status CheckNoWayBack(const CatalogView& catalog, const ConfiguredFields& object) {
  std::set<ObjectId> seen;
  std::vector<ObjectId> todo;
  const auto add = [&](ObjectId id) {
    if (id != kNoObject && seen.insert(id).second) todo.push_back(id);
  };
  for (const Option& option : object.options) add(option.ref);
  while (!todo.empty()) {
    const ObjectId next = todo.back();
    todo.pop_back();
    if (next == object.id) {
      return MakeError(Reason::CYCLE, "it would refer to itself, if through others");
    }
    for (const ObjectId id : catalog.Find(next).refs()) add(id);
  }
  return absl::OkStatus();
}

// ---- Which options there are.

std::string OptionsThatThereAre(ObjectKind kind, std::string_view type) {
  std::vector<std::string> names;
  for (const OptionDefinition* option : OptionsOf(kind, type)) {
    names.push_back(OptionWords(option->name));
  }
  return names.empty() ? "none" : Joined(names);
}

const OptionDefinition* InAGroup(ObjectKind kind, std::string_view type, std::string_view option) {
  const OptionDefinition* defined = FindOption(kind, type, option);
  return defined == nullptr || defined->group.empty() ? nullptr : defined;
}

absl::Status Exclusive(const std::vector<std::string>& options) {
  return MakeError(Reason::EXCLUSIVE_OPTIONS,
                   absl::StrCat("options ", Joined(options), " exclude each other; give one"));
}

absl::Status Duplicate(std::string_view option) {
  return MakeError(Reason::DUPLICATE_OPTION,
                   absl::StrCat(OptionName(option), " is given more than once"));
}

absl::Status CheckCount(const ConfiguredFields& object) {
  if (object.options.size() <= kMaxOptions) return absl::OkStatus();
  return MakeError(Reason::TOO_MANY_OPTIONS,
                   absl::StrCat("there would be ", object.options.size(), " options; at most ",
                                kMaxOptions, " are allowed"));
}

absl::Status CheckRequired(const ConfiguredFields& object) {
  std::vector<std::string> missing;
  for (const OptionDefinition* option : OptionsOf(object.kind, object.type)) {
    if (option->required && object.FindOption(option->name) == nullptr) {
      missing.push_back(OptionWords(option->name));
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(Reason::MISSING_OPTION,
                   absl::StrCat(missing.size() == 1 ? "option " : "options ", Joined(missing),
                                missing.size() == 1 ? " is" : " are", " required"));
}

absl::Status CheckGroups(const ConfiguredFields& object) {
  std::map<std::string, std::vector<std::string>> set;
  std::map<std::string, std::vector<std::string>> all;
  for (const OptionDefinition* option : OptionsOf(object.kind, object.type)) {
    if (option->group.empty()) continue;
    all[option->group].push_back(OptionWords(option->name));
    if (object.FindOption(option->name) != nullptr) {
      set[option->group].push_back(OptionWords(option->name));
    }
  }
  for (const auto& [group, options] : set) {
    if (options.size() > 1) return Exclusive(options);
  }
  for (const std::string& group : RequiredGroupsOf(object.kind, object.type)) {
    if (!set[group].empty()) continue;
    return MakeError(Reason::MISSING_OPTION,
                     absl::StrCat("one of the options ", Joined(all[group]), " is required"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ConfiguredName(ObjectKind kind, std::string_view schema, std::string_view name) {
  const KindDefinition* definition = FindKind(kind);
  const bool at_root = definition != nullptr && definition->at_root;
  return absl::StrCat(ToAbsl(KindName(kind)), " ",
                      at_root ? Quoted(name) : Qualified(schema, name));
}

std::string NameOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ",
                      object.parent() == kNoObject
                          ? Quoted(object.name())
                          : Qualified(catalog.Find(object.parent()).name(), object.name()));
}

absl::Status CheckNewName(ObjectKind kind, std::string_view name) {
  const std::string what = absl::StrCat(ToAbsl(KindName(kind)), " name");
  const absl::Status checked = CheckName(name, what);
  if (!checked.ok()) return MakeError(Reason::INVALID_NAME, ToStd(checked.message()));
  if (name != kSystemSchema) return absl::OkStatus();
  return MakeError(Reason::INVALID_NAME, absl::StrCat(what, " ", Quoted(name), " is reserved"));
}

absl::Status CheckConfiguredName(ObjectKind kind, std::string_view schema, std::string_view name) {
  const KindDefinition* definition = FindKind(kind);
  if (definition == nullptr) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("nobody registered the kind ", static_cast<int>(kind)));
  }
  if (!definition->at_root) {
    ANNALS_RETURN_IF_ERROR(CheckName(schema, "schema name"));
    ANNALS_RETURN_IF_ERROR(CheckNoSystemSchema(schema));
  }
  return CheckNewName(kind, name);
}

absl::StatusOr<ObjectId> ParentOf(const CatalogView& catalog, ObjectKind kind,
                                  std::string_view schema) {
  const KindDefinition* definition = FindKind(kind);
  if (definition != nullptr && definition->at_root) return kNoObject;
  ANNALS_ASSIGN_OR_RETURN(const SchemaDescriptor found, FindSchema(catalog, schema));
  return found.id();
}

absl::StatusOr<ConfiguredDescriptor> FindConfigured(const CatalogView& catalog, ObjectKind kind,
                                                    std::string_view schema,
                                                    std::string_view name) {
  ANNALS_ASSIGN_OR_RETURN(const ObjectId parent, ParentOf(catalog, kind, schema));
  const ObjectDescriptor found = catalog.Find(NameScope::Of(kind, parent), name);
  const auto configured = As<ConfiguredDescriptor>(found);
  if (configured && found.kind() == kind) return *configured;
  std::string message = absl::StrCat(ConfiguredName(kind, schema, name), " does not exist");
  if (found) {
    absl::StrAppend(&message, "; ", Quoted(name), " is of kind ", ToAbsl(KindName(found.kind())));
  }
  return MakeError(Reason::OBJECT_NOT_FOUND, message);
}

absl::Status CheckNameIsFree(const CatalogView& catalog, ObjectKind kind, ObjectId parent,
                             std::string_view name) {
  const ObjectDescriptor owner = catalog.Find(NameScope::Of(kind, parent), name);
  return owner ? NameTaken(catalog, owner) : absl::OkStatus();
}

std::vector<OptionSetting> WithKeys(std::vector<OptionSetting> settings) {
  for (OptionSetting& setting : settings) setting.key = OptionKey(setting.key);
  return settings;
}

absl::Status CheckOptionKeys(const std::vector<OptionSetting>& settings) {
  for (const OptionSetting& setting : settings) {
    const absl::Status checked = CheckName(setting.key, "option name");
    if (!checked.ok()) return MakeError(Reason::INVALID_NAME, ToStd(checked.message()));
  }
  return absl::OkStatus();
}

absl::Status CheckComment(std::string_view comment) { return CheckText("comment", comment); }

absl::Status CheckNewKey(std::string_view key) {
  if (!key.empty()) return CheckText("public-key-2", key);
  return MakeError(Reason::INVALID_VALUE, "the new public key is empty");
}

absl::Status CheckLabels(const std::vector<Option>& labels) {
  std::vector<std::string_view> keys;
  for (const Option& label : labels) {
    ANNALS_RETURN_IF_ERROR(CheckName(label.key, "label"));
    ANNALS_RETURN_IF_ERROR(CheckText(label.key, label.value));
    keys.push_back(label.key);
  }
  const auto twice = FirstDuplicateOf(keys);
  return twice ? Duplicate(*twice) : absl::OkStatus();
}

OptionNames NamesOf(const std::vector<OptionSetting>& set, const std::vector<std::string>& reset) {
  OptionNames names;
  for (const OptionSetting& setting : set) names.set.push_back(setting.key);
  for (const std::string& key : reset) names.reset.push_back(key);
  return names;
}

absl::Status CheckKnown(ObjectKind kind, std::string_view type, const OptionNames& names) {
  std::vector<std::string> unknown;
  for (const auto* list : {&names.set, &names.reset}) {
    for (const std::string_view name : *list) {
      const bool known = FindOption(kind, type, name) != nullptr ||
                         (AcceptsFreeOptions(kind, type) && !name.empty());
      if (!known) unknown.push_back(Shown(OptionWords(name)));
    }
  }
  if (unknown.empty()) return absl::OkStatus();
  return MakeError(Reason::UNKNOWN_OPTION,
                   absl::StrCat(unknown.size() == 1 ? "option " : "options ", Joined(unknown),
                                unknown.size() == 1 ? " is" : " are", " unknown to ",
                                type.empty() ? absl::StrCat("a ", ToAbsl(KindName(kind)))
                                             : absl::StrCat("the type ", ToAbsl(type)),
                                "; there are ", OptionsThatThereAre(kind, type)));
}

absl::Status CheckOnce(const OptionNames& names) {
  if (const auto twice = FirstDuplicateOf(names.set)) return Duplicate(*twice);
  if (const auto twice = FirstDuplicateOf(names.reset)) return Duplicate(*twice);
  for (const std::string_view name : names.reset) {
    if (std::find(names.set.begin(), names.set.end(), name) == names.set.end()) continue;
    return MakeError(Reason::CONFLICTING_ACTIONS,
                     absl::StrCat(OptionName(name), " is both set and reset"));
  }
  return absl::OkStatus();
}

absl::Status CheckExclusive(ObjectKind kind, std::string_view type, const OptionNames& names) {
  std::map<std::string, std::vector<std::string>> named;
  std::set<std::string> groups_set;
  for (const auto* list : {&names.set, &names.reset}) {
    for (const std::string_view name : *list) {
      const OptionDefinition* option = InAGroup(kind, type, name);
      if (option == nullptr) continue;
      named[option->group].push_back(OptionWords(name));
      if (list == &names.set) groups_set.insert(option->group);
    }
  }
  for (const auto& [group, options] : named) {
    if (options.size() > 1 && groups_set.contains(group)) return Exclusive(options);
  }
  return absl::OkStatus();
}

absl::StatusOr<ResolvedOptions> Resolve(const CatalogView& catalog, ObjectKind kind,
                                        std::string_view type,
                                        const std::vector<OptionSetting>& settings) {
  ResolvedOptions resolved;
  for (const OptionSetting& setting : settings) {
    ANNALS_ASSIGN_OR_RETURN(Option option,
                            ResolveOne(catalog, kind, type, setting, resolved.missing));
    resolved.options.push_back(std::move(option));
  }
  return resolved;
}

absl::Status CheckWhole(const CatalogView& catalog, const ConfiguredFields& object) {
  ANNALS_RETURN_IF_ERROR(CheckCount(object));
  ANNALS_RETURN_IF_ERROR(CheckRequired(object));
  ANNALS_RETURN_IF_ERROR(CheckGroups(object));
  const KindDefinition* kind = FindKind(object.kind);
  if (kind != nullptr && kind->validate) ANNALS_RETURN_IF_ERROR(kind->validate(catalog, object));
  const TypeDefinition* type = FindType(object.kind, object.type);
  return type != nullptr && type->validate ? type->validate(catalog, object) : absl::OkStatus();
}

absl::Status CheckReferences(const CatalogView& catalog, const ConfiguredFields& object) {
  for (const Option& option : object.options) {
    if (option.ref != kNoObject) ANNALS_RETURN_IF_ERROR(CheckReference(catalog, object, option));
  }
  return CheckNoWayBack(catalog, object);
}

}  // namespace annals
