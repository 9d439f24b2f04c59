#include "annals/engine/mirror/intake.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/commands/plan.h"
#include "annals/engine/mirror/desired_set_internal.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/engine/mirror/option_text_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using mirror::DesiredObject;
using mirror::DesiredSet;
using mirror::ObjectFile;
using mirror::ObjectPlace;

// An absolute path that does not depend on how it was said; links in it stay.
std::string OwnerOf(const std::string& directory) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(directory, error);
  std::string path = (error ? std::filesystem::path(directory) : absolute).lexically_normal();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

CatalogCommand CommandOf(const IntakeStep& step) {
  return std::visit([](const auto& command) { return CatalogCommand(command); }, step.command);
}

// The schema as commands want it, which is without meaning at the root.
std::string SchemaFor(const ObjectPlace& place) {
  return place.schema.empty() ? std::string(kPublicSchema) : place.schema;
}

bool AsksNothing(const AlterConfigured& alter) {
  return !alter.set && !alter.reset && !alter.comment && !alter.labels && !alter.generation;
}

// Makes the steps from a catalog to a desired set.
class Planner {
 public:
  Planner(const CatalogView& catalog, const IntakeOptions& options, const std::string& owner,
          DesiredSet desired)
      : catalog_(catalog), options_(options), owner_(owner), desired_(std::move(desired)) {
    plan_.base = catalog.version();
    plan_.problems = std::move(desired_.problems);
    std::erase_if(desired_.objects,
                  [this](const auto& object) { return !IsChosen(object.first.kind); });
  }

  IntakePlan Plan() && {
    for (const auto& [place, object] : desired_.objects) {
      const ObjectDescriptor found = mirror::FindPlace(catalog_, place);
      if (!found) Create(place, object);
      if (found) Alter(ConfiguredDescriptor(found), object);
    }
    FindDrops();
    for (std::vector<IntakeStep>* const steps : {&early_drops_, &creates_, &alters_, &drops_}) {
      std::move(steps->begin(), steps->end(), std::back_inserter(plan_.steps));
    }
    return std::move(plan_);
  }

 private:
  bool IsChosen(ObjectKind kind) const {
    return IsConfigured(kind) &&
           (options_.kinds.empty() || std::ranges::count(options_.kinds, kind) > 0);
  }
  // Nor is anything dropped of which this file may have spoken before.
  void Refuse(const DesiredObject& object, uint64_t line, absl::Status status) {
    plan_.problems.push_back({object.path, line, std::move(status)});
    desired_.MarkUnclear(object.file.place.schema, object.file.place.name);
  }

  bool CheckOptions(const DesiredObject& object, const ConfiguredDescriptor* now);
  void Create(const ObjectPlace& place, const DesiredObject& object);
  void CreateNeeded(const DesiredObject& object);
  void Alter(const ConfiguredDescriptor& now, const DesiredObject& object);
  void SetAndReset(const ConfiguredDescriptor& now, const ObjectFile& file, AlterConfigured& alter);
  bool FixedIsSame(const ConfiguredDescriptor& now, const DesiredObject& object);
  std::optional<std::string_view> OwnerFor(const ConfiguredDescriptor& now,
                                           const ObjectFile& file) const;
  std::vector<Option> LabelsOf(const ObjectFile& file, std::optional<std::string_view> owner) const;
  bool MayDrop(const ConfiguredDescriptor& object) const;
  void FindDrops();
  void Drop(const ObjectDescriptor& object);

  const CatalogView& catalog_;
  const IntakeOptions& options_;
  const std::string& owner_;
  DesiredSet desired_;
  IntakePlan plan_;
  std::set<ObjectPlace> seen_;           // By Create.
  std::set<ObjectId> to_drop_;           // And not in a step yet.
  std::vector<IntakeStep> early_drops_;  // Of what has a name that another is to get.
  std::vector<IntakeStep> creates_;
  std::vector<IntakeStep> alters_;
  std::vector<IntakeStep> drops_;
};

// Whether no option holds what only a secret may, and none was hidden when the file was
// written. Says so otherwise, and never what is there.
bool Planner::CheckOptions(const DesiredObject& object, const ConfiguredDescriptor* now) {
  const ObjectFile& file = object.file;
  const std::string type(now != nullptr ? now->type() : std::string_view(file.type));
  for (const ObjectFile::OptionLine& line : file.options) {
    const auto* const text = std::get_if<std::string>(&line.option.value);
    const bool hidden = text != nullptr && !text->empty() && !IsPlaceholder(*text) &&
                        IsSensitive(file.place.kind, type, line.option.key);
    if (!hidden) continue;
    const auto before = now == nullptr ? std::nullopt : now->FindOption(line.option.key);
    if (before && mirror::IsSame(catalog_, *now, *before, line.option.value) && *text == kMasked) {
      continue;
    }
    Refuse(object, line.line,
           MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("option \"", line.option.key,
                                  "\" is not given as text, since files and the log are read by "
                                  "many; create a secret and write ${SECRET:NAME}, or "
                                  "${ENV:NAME}")));
    return false;
  }
  return true;
}

// Whose it was, unless the file says that it is to be ours.
std::optional<std::string_view> Planner::OwnerFor(const ConfiguredDescriptor& now,
                                                  const ObjectFile& file) const {
  const Option ours{std::string(kManagedByLabel), owner_};
  if (std::ranges::count(file.labels, ours) > 0) return owner_;
  return now.FindLabel(kManagedByLabel);
}

std::vector<Option> Planner::LabelsOf(const ObjectFile& file,
                                      std::optional<std::string_view> owner) const {
  std::vector<Option> labels;
  for (const Option& label : file.labels) {
    if (label.key != kManagedByLabel) labels.push_back(label);
  }
  if (owner) labels.push_back({std::string(kManagedByLabel), std::string(*owner)});
  std::ranges::sort(labels, {}, &Option::key);
  return labels;
}

// What it refers to and is to be made as well comes first.
void Planner::CreateNeeded(const DesiredObject& object) {
  for (const ObjectFile::OptionLine& line : object.file.options) {
    const auto* const name = std::get_if<ObjectName>(&line.option.value);
    if (name == nullptr) continue;
    for (const auto& [place, other] : desired_.objects) {
      const bool named = place.name == name->name && (!name->kind || *name->kind == place.kind) &&
                         (place.schema.empty() || place.schema == name->schema);
      if (named && !mirror::FindPlace(catalog_, place)) Create(place, other);
    }
  }
}

void Planner::Create(const ObjectPlace& place, const DesiredObject& object) {
  if (!seen_.insert(place).second) return;
  CreateNeeded(object);
  if (!CheckOptions(object, nullptr)) return;
  const ObjectFile& file = object.file;
  CreateConfigured create{.kind = place.kind,
                          .schema = SchemaFor(place),
                          .name = place.name,
                          .type = file.type,
                          .columns = file.columns,
                          .comment = file.comment,
                          .labels = LabelsOf(file, owner_),
                          .generation = file.generation};
  for (const ObjectFile::OptionLine& line : file.options) create.options.push_back(line.option);
  creates_.push_back({std::move(create), object.path, file.line});
}

// What no ALTER can make another.
bool Planner::FixedIsSame(const ConfiguredDescriptor& now, const DesiredObject& object) {
  const ObjectFile& file = object.file;
  if (!file.type.empty() && file.type != now.type()) {
    Refuse(object, file.line,
           MakeError(Reason::TYPE_CHANGE, absl::StrCat(mirror::PlaceText(file.place),
                                                       " is of the type \"", ToAbsl(now.type()),
                                                       "\" for as long as it lives, and cannot "
                                                       "become \"",
                                                       file.type, "\"")));
    return false;
  }
  const auto same = [](const mirror::FlatEntry& a, const mirror::FlatEntry& b) {
    return a.key == b.key && a.value == b.value;
  };
  if (!std::ranges::equal(file.column_entries, mirror::ColumnEntries(now.columns()), same)) {
    Refuse(object, file.column_entries.empty() ? 0 : file.column_entries.front().line,
           MakeError(Reason::INVALID_VALUE,
                     absl::StrCat("the columns of ", mirror::PlaceText(file.place),
                                  " cannot become others")));
    return false;
  }
  return true;
}

// Setting an option drops those that exclude it, so they are not reset as well.
void Planner::SetAndReset(const ConfiguredDescriptor& now, const ObjectFile& file,
                          AlterConfigured& alter) {
  std::vector<OptionSetting> set;
  std::vector<std::string> reset;
  std::set<std::string> groups;
  std::set<std::string_view> wanted;
  for (const ObjectFile::OptionLine& line : file.options) {
    wanted.insert(line.option.key);
    const auto before = now.FindOption(line.option.key);
    if (before && mirror::IsSame(catalog_, now, *before, line.option.value)) continue;
    set.push_back(line.option);
    const auto* const definition = FindOption(now.kind(), now.type(), line.option.key);
    if (definition != nullptr && !definition->group.empty()) groups.insert(definition->group);
  }
  for (const OptionDescriptor& option : now.options()) {
    const auto* const definition = FindOption(now.kind(), now.type(), option.key());
    const bool dropped = definition != nullptr && groups.contains(definition->group);
    if (!wanted.contains(option.key()) && !dropped) reset.emplace_back(option.key());
  }
  if (!set.empty()) alter.set = std::move(set);
  if (!reset.empty()) alter.reset = std::move(reset);
}

void Planner::Alter(const ConfiguredDescriptor& now, const DesiredObject& object) {
  if (!FixedIsSame(now, object) || !CheckOptions(object, &now)) return;
  const ObjectFile& file = object.file;
  AlterConfigured alter{
      .kind = file.place.kind, .schema = SchemaFor(file.place), .name = file.place.name};
  SetAndReset(now, file, alter);
  if (file.comment != now.comment()) alter.comment = file.comment;
  if (file.generation > now.generation()) alter.generation = file.generation;
  std::vector<Option> labels = LabelsOf(file, OwnerFor(now, file));
  for (Option& label : labels) {
    const auto before = now.FindLabel(label.key);
    if (label.value == kMasked && before) label.value = std::string(*before);
  }
  if (labels != now.ToFields().labels) alter.labels = std::move(labels);
  if (AsksNothing(alter)) return;
  alters_.push_back({std::move(alter), object.path, file.line});
}

// --- Dropping

bool Planner::MayDrop(const ConfiguredDescriptor& object) const {
  if (!desired_.whole || !IsChosen(object.kind())) return false;
  const ObjectPlace place = mirror::PlaceOf(catalog_, object);
  return object.FindLabel(kManagedByLabel) == owner_ && !desired_.objects.contains(place) &&
         !desired_.IsUnclear(place);
}

void Planner::FindDrops() {
  catalog_.ForEachObject([this](const ObjectDescriptor& object) {
    const auto configured = As<ConfiguredDescriptor>(object);
    if (configured && MayDrop(*configured)) to_drop_.insert(object.id());
  });
  while (!to_drop_.empty()) Drop(catalog_.Find(*to_drop_.begin()));
}

// Dependents first.
void Planner::Drop(const ObjectDescriptor& object) {
  if (to_drop_.erase(object.id()) == 0) return;
  catalog_.ForEachDependent(object.id(),
                            [this](const ObjectDescriptor& dependent) { Drop(dependent); });
  const ObjectPlace place = mirror::PlaceOf(catalog_, object);
  const std::string file = absl::StrCat(
      mirror::FileStemOf(place.kind, place.schema, place.name).text, ToAbsl(mirror::kExtension));
  const bool is_wanted = std::ranges::any_of(desired_.objects, [&](const auto& desired) {
    return desired.first.schema == place.schema && desired.first.name == place.name &&
           !place.schema.empty();
  });
  (is_wanted ? early_drops_ : drops_)
      .push_back(
          {DropConfigured{.kind = place.kind, .schema = SchemaFor(place), .name = place.name},
           absl::StrCat(options_.directory, "/", file)});
}

// --- What cannot be done

// Takes the step that `status` speaks of out of the plan. False: it speaks of none.
bool SetAside(const absl::Status& status, IntakePlan& plan) {
  const auto index = CommandIndexOf(status);
  if (!index || *index >= plan.steps.size()) return false;
  const auto step = plan.steps.begin() + static_cast<std::ptrdiff_t>(*index);
  plan.problems.push_back({step->path, step->line, status});
  const auto* const create = std::get_if<CreateConfigured>(&step->command);
  const std::pair name = create == nullptr ? std::pair<std::string, std::string>()
                                           : std::pair(create->schema, create->name);
  plan.steps.erase(step);
  // What the file spoke of before, if it was another kind, is not dropped for it.
  std::erase_if(plan.steps, [&](const IntakeStep& other) {
    const auto* const drop = std::get_if<DropConfigured>(&other.command);
    return drop != nullptr && std::pair(drop->schema, drop->name) == name;
  });
  return true;
}

bool DoesNothing(const CatalogManager& manager, const AlterConfigured& alter,
                 OptionSetting setting) {
  AlterConfigured alone{.kind = alter.kind, .schema = alter.schema, .name = alter.name};
  alone.set = {std::move(setting)};
  const auto entries = manager.Explain({CatalogCommand(std::move(alone))});
  return entries.ok() && entries->empty();
}

// Takes out what differs in its spelling only: 07, where 7 was.
void Shorten(const CatalogManager& manager, IntakePlan& plan) {
  std::erase_if(plan.steps, [&](IntakeStep& step) {
    auto* const alter = std::get_if<AlterConfigured>(&step.command);
    if (alter == nullptr || !alter->set) return false;
    std::erase_if(*alter->set, [&](const OptionSetting& setting) {
      return DoesNothing(manager, *alter, setting);
    });
    if (alter->set->empty()) alter->set.reset();
    return AsksNothing(*alter);
  });
}

// Leaves in `plan` what can be done, all together.
absl::Status Settle(const CatalogManager& manager, IntakePlan& plan) {
  while (!plan.steps.empty()) {
    const auto entries = manager.Explain(CommandsOf(plan));
    if (entries.ok()) break;
    if (!SetAside(entries.status(), plan)) return entries.status();
  }
  return absl::OkStatus();
}

bool IsConflict(const absl::Status& status) { return ReasonOf(status) == Reason::VERSION_CONFLICT; }

}  // namespace

std::string IntakeProblem::ToString() const {
  const auto reason = ReasonOf(status);
  return absl::StrCat(path, line > 0 ? absl::StrCat(":", line) : "", ": ", status.message(),
                      reason ? absl::StrCat(" (", ToAbsl(ReasonName(*reason)), ")") : "");
}

std::vector<CatalogCommand> CommandsOf(const IntakePlan& plan) {
  std::vector<CatalogCommand> commands;
  commands.reserve(plan.steps.size());
  for (const IntakeStep& step : plan.steps) commands.push_back(CommandOf(step));
  return commands;
}

Intake::Intake(IntakeOptions options)
    : options_(std::move(options)), owner_(OwnerOf(options_.directory)) {}

std::string Intake::AuthorOf(const ExecuteOptions& options) const {
  return options.author.empty() ? absl::StrCat("intake:", owner_) : options.author;
}

absl::Status Intake::Check() const { return mirror::ReadDesiredSet(options_.directory).status(); }

absl::StatusOr<IntakePlan> Intake::Plan(const CatalogManager& manager) const {
  ANNALS_ASSIGN_OR_RETURN(DesiredSet desired, mirror::ReadDesiredSet(options_.directory));
  constexpr int kAttempts = 10;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Catalog head = manager.Latest();
    IntakePlan plan = Planner(head, options_, owner_, desired).Plan();
    Shorten(manager, plan);
    const absl::Status settled = Settle(manager, plan);
    if (manager.Latest().version() != head.version()) continue;  // It was planned on two.
    ANNALS_RETURN_IF_ERROR(settled);
    std::ranges::sort(plan.problems, {}, [](const IntakeProblem& problem) {
      return std::pair(problem.path, problem.line);
    });
    return plan;
  }
  return MakeError(Reason::MAX_RETRIES, "the catalog always changed meanwhile; try again");
}

absl::StatusOr<IntakeResult> Intake::Commit(CatalogManager& manager, IntakePlan plan,
                                            ExecuteOptions options) const {
  options.author = AuthorOf(options);
  options.expected_version = plan.base;
  IntakeResult result{.version = plan.base};
  while (!plan.steps.empty()) {
    const auto done = manager.Execute(CommandsOf(plan), options);
    if (done.ok()) {
      result.changed = std::ranges::count(done->applied, true) > 0;
      result.version = done->version;
      break;
    }
    if (IsConflict(done.status()) || !SetAside(done.status(), plan)) return done.status();
    ANNALS_RETURN_IF_ERROR(Settle(manager, plan));
  }
  result.steps = std::move(plan.steps);
  result.problems = std::move(plan.problems);
  return result;
}

absl::StatusOr<IntakeResult> Intake::Run(CatalogManager& manager,
                                         const ExecuteOptions& options) const {
  constexpr int kAttempts = 10;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ANNALS_ASSIGN_OR_RETURN(IntakePlan plan, Plan(manager));
    auto result = Commit(manager, std::move(plan), options);
    if (!IsConflict(result.status())) return result;
  }
  return MakeError(Reason::MAX_RETRIES, "others were always first; try again");
}

}  // namespace annals
