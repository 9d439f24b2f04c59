#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/commands/alter_configured.h"
#include "annals/ddl/configured_clauses_internal.h"
#include "annals/ddl/configured_migration_internal.h"
#include "annals/ddl/names.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/ddl/show_create.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

// "connection PUBLIC.C"
std::string KindAndName(const CatalogView& catalog, const ObjectDescriptor& object) {
  return absl::StrCat(ToAbsl(KindName(object.kind())), " ", FullName(catalog, object));
}

// "ALTER CONNECTION PUBLIC.C"; the kind's word is its name where it is not registered, and
// then nothing can be done.
std::string StatementOn(std::string_view verb, const CatalogView& catalog,
                        const ObjectDescriptor& object) {
  const KindDefinition* const kind = FindKind(object.kind());
  const std::string_view word = kind != nullptr ? WordOf(*kind) : KindName(object.kind());
  return absl::StrCat(ToAbsl(verb), " ", ToAbsl(word), " ", FullName(catalog, object));
}

bool SameLabels(const std::vector<OptionDescriptor>& a, const std::vector<OptionDescriptor>& b) {
  return std::ranges::equal(a, b, [](const OptionDescriptor& one, const OptionDescriptor& other) {
    return one.key() == other.key() && one.value() == other.value();
  });
}

// What `object` of `catalog` refers to, by its name.
ObjectName NameOf(const CatalogView& catalog, const ObjectDescriptor& object) {
  ObjectName name{.kind = object.kind(), .name = std::string(object.name())};
  if (const ObjectDescriptor schema = catalog.Find(object.parent())) name.schema = schema.name();
  return name;
}

// Makes an object what `wanted`, one of `catalog`, is.
RestoreConfigured AllOf(const CatalogView& catalog, const ConfiguredDescriptor& wanted) {
  const ObjectName name = NameOf(catalog, wanted);
  const ConfiguredFields fields = wanted.ToFields();
  RestoreConfigured command{.kind = wanted.kind(),
                            .schema = name.schema,
                            .name = name.name,
                            .options = std::vector<OptionSetting>(),
                            .columns = fields.columns,
                            .labels = fields.labels};
  for (const Option& option : fields.options) {
    const bool text = option.ref == kNoObject;
    command.options->push_back(
        {option.key, text ? OptionValue(option.value)
                          : OptionValue(NameOf(catalog, catalog.Find(option.ref)))});
  }
  return command;
}

bool IsAlterable(const ConfiguredDescriptor& object, std::string_view key) {
  const OptionDefinition* const option = FindOption(object.kind(), object.type(), key);
  return option == nullptr || option->alterable;
}

bool SameColumns(const ConfiguredDescriptor& a, const ConfiguredDescriptor& b) {
  return a.ToFields().columns == b.ToFields().columns;
}

}  // namespace

void ConfiguredMigration::Drop() { DoAll(Drops()); }

// What is still in use, and so goes later, may be in the way of one that gets its name.
std::vector<Renaming> ConfiguredMigration::Renamings() {
  std::vector<Renaming> renamings;
  const auto add = [&](ObjectId id, std::string to) {
    renamings.push_back(
        {std::move(to), [this, id] { return std::string(script_.now().Find(id).name()); },
         [this, id](std::string_view name) {
           return absl::StrCat(StatementOn("ALTER", script_.now(), script_.now().Find(id)),
                               " RENAME TO ", QuoteName(name), ";");
         },
         id});
  };
  for (const ObjectChange& change : changes_) {
    const auto object = change.Before<ConfiguredDescriptor>();
    if (!object || !script_.now().Find(object->id())) continue;
    const NameScope scope = object->scope();
    if (change.after && object->name() != change.after.name()) {
      add(object->id(), std::string(change.after.name()));
    } else if (!change.after && after_.Find(scope, object->name())) {
      add(object->id(), UnusedName([&](std::string_view name) {
            return IsUnused(script_.now(), after_, renamings, scope, name);
          }));
    }
  }
  return renamings;
}

void ConfiguredMigration::Finish() {
  std::vector<Step> steps = Creations();
  for (std::vector<Step> more : {Alterations(), Drops()}) {
    std::move(more.begin(), more.end(), std::back_inserter(steps));
  }
  for (const auto& [object, why] : DoAll(std::move(steps)))
    script_.LeaveOut(object, std::string(ToStd(why.message())));
  for (const ObjectChange& change : changes_) {
    const auto before = change.Before<ConfiguredDescriptor>();
    const auto wanted = change.After<ConfiguredDescriptor>();
    if (before && wanted) Refresh(*wanted);
  }
}

std::vector<std::pair<std::string, absl::Status>> ConfiguredMigration::DoAll(
    std::vector<Step> steps) {
  for (;;) {
    std::vector<std::pair<std::string, absl::Status>> refused;
    std::vector<Step> left;
    for (Step& step : steps) {
      const absl::Status done = step.done();
      if (done.ok()) continue;
      refused.emplace_back(step.object, done);
      left.push_back(std::move(step));
    }
    if (left.empty() || left.size() == steps.size()) return refused;
    steps = std::move(left);
  }
}

std::vector<ConfiguredMigration::Step> ConfiguredMigration::Drops() {
  std::vector<Step> steps;
  for (const ObjectChange& change : changes_) {
    const auto object = change.Before<ConfiguredDescriptor>();
    if (!object || change.after || !script_.now().Find(object->id())) continue;
    steps.push_back({KindAndName(before_, *object), [this, id = object->id()] {
                       const CatalogView& now = script_.now();
                       return script_.Do(StatementOn("DROP", now, now.Find(id)) + ";");
                     }});
  }
  return steps;
}

std::vector<ConfiguredMigration::Step> ConfiguredMigration::Creations() {
  std::vector<Step> steps;
  for (const ObjectChange& change : changes_) {
    const auto wanted = change.After<ConfiguredDescriptor>();
    if (!wanted || change.before) continue;
    steps.push_back(
        {KindAndName(after_, *wanted), [this, wanted = *wanted, made = false]() mutable {
           if (!made) {
             ANNALS_ASSIGN_OR_RETURN(const std::string sql, ToSql(after_, wanted));
             ANNALS_RETURN_IF_ERROR(script_.Do(sql));
             made = true;
           }
           return Restore(wanted);
         }});
  }
  return steps;
}

std::vector<ConfiguredMigration::Step> ConfiguredMigration::Alterations() {
  std::vector<Step> steps;
  for (const ObjectChange& change : changes_) {
    const auto wanted = change.After<ConfiguredDescriptor>();
    if (!wanted || !change.before) continue;
    steps.push_back(
        {KindAndName(after_, *wanted), [this, wanted = *wanted] { return Alter(wanted); }});
  }
  return steps;
}

// What SQL refuses may be done all the same, if a command has to come anyway.
absl::Status ConfiguredMigration::Alter(const ConfiguredDescriptor& wanted) {
  const auto now = script_.now().Get<ConfiguredDescriptor>(wanted.id());
  if (FindKind(wanted.kind()) == nullptr) {
    return MakeError(Reason::NOT_SUPPORTED, "its kind is not registered here");
  }
  if (now->type() != wanted.type()) {
    return MakeError(Reason::NOT_SUPPORTED, "no SQL alters a type");
  }
  const std::vector<std::string> actions = Actions(*now, wanted);
  absl::Status altered;
  if (!actions.empty()) {
    altered = script_.Do(absl::StrCat(StatementOn("ALTER", script_.now(), *now), " ",
                                      absl::StrJoin(actions, ", "), ";"));
  }
  return NeedsCommand(*now, wanted) ? Restore(wanted) : altered;
}

// What is new has another id in a script.
bool ConfiguredMigration::SameOption(const OptionDescriptor& now,
                                     const OptionDescriptor& wanted) const {
  if (now.ref() == kNoObject || wanted.ref() == kNoObject) {
    return now.ref() == wanted.ref() && now.value() == wanted.value();
  }
  if (before_.Find(wanted.ref()) || before_.Find(now.ref())) return now.ref() == wanted.ref();
  return FullName(script_.now(), script_.now().Find(now.ref())) ==
         FullName(after_, after_.Find(wanted.ref()));
}

// Setting an option drops those that it excludes.
std::vector<std::string> ConfiguredMigration::Actions(const ConfiguredDescriptor& now,
                                                      const ConfiguredDescriptor& wanted) const {
  const KindDefinition* const kind = FindKind(wanted.kind());
  std::vector<std::string> set;
  std::vector<std::string> reset;
  std::set<std::string> groups;
  const auto group_of = [&](std::string_view key) {
    const OptionDefinition* const option = FindOption(wanted.kind(), wanted.type(), key);
    return option != nullptr ? option->group : "";
  };
  for (const OptionDescriptor& option : wanted.options()) {
    const auto old = now.FindOption(option.key());
    if (kind == nullptr || (old && SameOption(*old, option))) continue;
    if (!IsAlterable(wanted, option.key())) continue;
    set.push_back(OptionSql(after_, wanted, *kind, option));
    groups.insert(group_of(option.key()));
  }
  for (const OptionDescriptor& option : now.options()) {
    const std::string group = group_of(option.key());
    const bool excluded = !group.empty() && groups.contains(group);
    if (kind == nullptr || wanted.FindOption(option.key()) || excluded) continue;
    if (!IsAlterable(wanted, option.key())) continue;
    reset.push_back(KeySql(*kind, std::string(option.key())));
  }
  std::vector<std::string> actions;
  if (!set.empty()) actions.push_back(absl::StrCat("SET (", absl::StrJoin(set, ", "), ")"));
  if (!reset.empty()) actions.push_back(absl::StrCat("RESET (", absl::StrJoin(reset, ", "), ")"));
  if (now.comment() != wanted.comment()) {
    actions.push_back("COMMENT " + QuoteString(wanted.comment()));
  }
  return actions;
}

// Each refresh is a version of its own, and a generation.
void ConfiguredMigration::Refresh(const ConfiguredDescriptor& wanted) {
  constexpr uint32_t kMostRefreshes = 16;
  for (uint32_t i = 0; i < kMostRefreshes; ++i) {
    const auto now = script_.now().Get<ConfiguredDescriptor>(wanted.id());
    if (wanted.kind() != ObjectKind::kSecret || now->generation() >= wanted.generation()) return;
    const std::string sql = absl::StrCat("REFRESH SECRET ", FullName(script_.now(), *now), ";");
    if (!script_.Do(sql).ok()) return;
  }
}

// The keys of all options that differ and are given only once.
std::vector<std::string> ConfiguredMigration::FixedOptions(
    const ConfiguredDescriptor& now, const ConfiguredDescriptor& wanted) const {
  std::vector<std::string> keys;
  const auto add = [&](std::string_view key) {
    if (!IsAlterable(wanted, key)) keys.push_back(OptionWords(key));
  };
  for (const OptionDescriptor& option : wanted.options()) {
    const auto old = now.FindOption(option.key());
    if (!old || !SameOption(*old, option)) add(option.key());
  }
  for (const OptionDescriptor& option : now.options()) {
    if (!wanted.FindOption(option.key())) add(option.key());
  }
  return keys;
}

std::vector<std::string> ConfiguredMigration::WhatHasNoWords(
    const ConfiguredDescriptor& now, const ConfiguredDescriptor& wanted) const {
  std::vector<std::string> what;
  const std::vector<std::string> fixed = FixedOptions(now, wanted);
  if (!fixed.empty()) what.push_back("no SQL alters " + absl::StrJoin(fixed, ", "));
  if (!SameColumns(now, wanted)) what.emplace_back("no SQL alters its columns");
  if (!SameLabels(now.labels(), wanted.labels())) what.emplace_back("no SQL gives or takes labels");
  return what;
}

bool ConfiguredMigration::NeedsCommand(const ConfiguredDescriptor& now,
                                       const ConfiguredDescriptor& wanted) const {
  return !WhatHasNoWords(now, wanted).empty();
}

// What is new has another id.
std::optional<ConfiguredDescriptor> ConfiguredMigration::Now(
    const ConfiguredDescriptor& wanted) const {
  if (before_.Find(wanted.id())) return script_.now().Get<ConfiguredDescriptor>(wanted.id());
  ObjectId parent = kNoObject;
  if (const ObjectDescriptor schema = after_.Find(wanted.parent())) {
    parent = script_.now().Schema(schema.name())->id();
  }
  return As<ConfiguredDescriptor>(
      script_.now().Find(NameScope::Of(wanted.kind(), parent), wanted.name()));
}

absl::Status ConfiguredMigration::Restore(const ConfiguredDescriptor& wanted) {
  const auto now = Now(wanted);
  const std::vector<std::string> whys = WhatHasNoWords(*now, wanted);
  if (whys.empty()) return absl::OkStatus();
  return script_.LeaveToCommand(AllOf(after_, wanted), KindAndName(after_, wanted),
                                absl::StrJoin(whys, ", "));
}

}  // namespace annals::ddl
