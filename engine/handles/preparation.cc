#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/dependents.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/configured_rules.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/plan.h"
#include "annals/engine/call_internal.h"
#include "annals/engine/handles/preparation_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// What a command asks for.
struct Wish {
  bool initialize = false;
  std::optional<Validation> validation = std::nullopt;
  bool asks = false;  // VALIDATE: nothing else is wanted.
};

std::optional<Wish> WishOf(const CatalogCommand& command) {
  if (const auto* create = command.As<CreateConfigured>()) {
    return Wish{create->initialize, create->validation};
  }
  if (const auto* alter = command.As<AlterConfigured>()) {
    return Wish{alter->initialize, alter->validation};
  }
  if (command.As<ValidateConfigured>() != nullptr) return Wish{.asks = true};
  return std::nullopt;
}

// The object that `entries` make or change.
ObjectId ObjectOf(const UpdateEntries& entries) {
  for (const UpdateEntry& entry : entries) {
    if (const auto* made = std::get_if<NewObject>(&entry)) {
      return ObjectDescriptor(made->object, {}, {}).id();
    }
    if (const auto* other = std::get_if<ReplaceObject>(&entry)) {
      return ObjectDescriptor(other->object, {}, {}).id();
    }
    if (const auto* renamed = std::get_if<RenameObject>(&entry)) return renamed->id;
    if (const auto* set = std::get_if<SetOptions>(&entry)) return set->object;
  }
  return kNoObject;
}

// One object of a commit that something has to be done for.
struct Task {
  size_t command = 0;  // Which one wants it.
  ObjectDescriptor object;
  Fingerprint fingerprint;
  const Factory* factory = nullptr;  // Null: there is none.
  bool is_new = false;
  bool build = false;
  bool probe = false;
  bool dependents = false;
  bool asks = false;
};

// A catalog before a commit and one after it, compared by fingerprints.
class Comparison {
 public:
  Comparison(const CatalogView& before, const CatalogView& after)
      : before_(before), after_(after), old_ones_(before), new_ones_(after) {}

  const CatalogView& after() const { return after_; }
  bool IsNew(ObjectId id) const { return !before_.Find(id); }
  bool IsMoved(ObjectId id) { return IsNew(id) || old_ones_.Of(id) != new_ones_.Of(id); }
  Fingerprint Of(ObjectId id) { return new_ones_.Of(id); }

 private:
  const CatalogView& before_;
  const CatalogView& after_;
  EffectiveFingerprints old_ones_;
  EffectiveFingerprints new_ones_;
};

// Those that depend on `id`, have handles, and are moved by the commit.
std::vector<ObjectDescriptor> MovedDependents(const HandleCache& cache, Comparison& comparison,
                                              ObjectId id) {
  std::vector<ObjectDescriptor> moved = DependentsOf(comparison.after(), id);
  std::erase_if(moved, [&](const ObjectDescriptor& object) {
    return cache.FactoryOf(object) == nullptr || !comparison.IsMoved(object.id());
  });
  return moved;
}

}  // namespace

// What has been tried, and said to work.
struct Preparation::Tried {
  Fingerprint fingerprint;
  std::shared_ptr<LiveHandle> trial;  // Null: none could be built, or was wanted.
};

// What the preparation and its guards know of the commit.
struct Preparation::Notes {
  HandleCache& cache;
  std::vector<std::optional<Wish>> wishes = {};  // One a command.
  // What each command made or changed, as it was last planned.
  std::vector<ObjectId> objects = {};
  std::map<size_t, Tried> of_commands = {};
  std::map<ObjectId, Tried> of_others = {};  // What they need, and dependents.
  bool moved = false;

  std::vector<Task> TasksIn(Comparison& comparison) const;
  bool Covers(const Task& task, Comparison& comparison) const;
  void Offer(const std::vector<Task>& tasks, Comparison& comparison) const;
};

std::vector<Task> Preparation::Notes::TasksIn(Comparison& comparison) const {
  std::vector<Task> tasks;
  for (size_t i = 0; i < wishes.size(); ++i) {
    const ObjectDescriptor object = comparison.after().Find(objects[i]);
    if (!wishes[i] || !object) continue;
    const Wish& wish = *wishes[i];
    const Factory* factory = cache.FactoryOf(object);
    const bool by_default = wish.initialize && factory != nullptr && factory->probe_by_default;
    const Validation validation =
        wish.validation.value_or(by_default ? Validation::kObject : Validation::kNo);
    Task task{.command = i,
              .object = object,
              .fingerprint = comparison.Of(object.id()),
              .factory = factory,
              .is_new = comparison.IsNew(object.id()),
              .build = factory != nullptr && (wish.initialize || validation != Validation::kNo),
              .probe = validation != Validation::kNo && factory != nullptr && factory->probe,
              .dependents = validation == Validation::kDependents,
              .asks = wish.asks};
    const bool something = task.build || task.dependents;
    if (wish.asks || (something && comparison.IsMoved(object.id()))) tasks.push_back(task);
  }
  return tasks;
}

// Whether what `task` would write is what was tried.
bool Preparation::Notes::Covers(const Task& task, Comparison& comparison) const {
  const auto tried = of_commands.find(task.command);
  if (tried == of_commands.end() || tried->second.fingerprint != task.fingerprint) return false;
  if (!task.dependents) return true;
  const std::vector<ObjectDescriptor> dependents =
      MovedDependents(cache, comparison, task.object.id());
  return std::all_of(dependents.begin(), dependents.end(), [&](const ObjectDescriptor& object) {
    const auto one = of_others.find(object.id());
    return one != of_others.end() && one->second.fingerprint == comparison.Of(object.id());
  });
}

void Preparation::Notes::Offer(const std::vector<Task>& tasks, Comparison& comparison) const {
  for (const Task& task : tasks) {
    const Tried& tried = of_commands.at(task.command);
    if (tried.trial != nullptr && !task.asks) {
      cache.Offer({task.object.id(), tried.fingerprint}, tried.trial);
    }
  }
  for (const auto& [id, tried] : of_others) {
    const bool same = comparison.after().Find(id) && comparison.Of(id) == tried.fingerprint;
    if (same && tried.trial != nullptr) cache.Offer({id, tried.fingerprint}, tried.trial);
  }
}

// A command that leaves word of what it makes or changes.
struct Preparation::Noted {
  CatalogCommand command;
  size_t index = 0;
  std::shared_ptr<Notes> notes;

  absl::Status Validate(Policy policy) const { return command.Validate(policy); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const {
    ObjectId& object = notes->objects[index] = kNoObject;
    ANNALS_ASSIGN_OR_RETURN(UpdateEntries entries, command.Plan(context));
    object = ObjectOf(entries);
    if (const auto* asks = command.As<ValidateConfigured>()) {
      const auto found = FindConfigured(context.catalog(), asks->kind, asks->schema, asks->name);
      if (found.ok()) object = found->id();
    }
    return entries;
  }
};

// Stands behind the commands. Makes nothing.
struct Preparation::Guard {
  std::shared_ptr<Notes> notes;
  bool lets_pass = false;

  absl::Status Validate(Policy /*policy*/) const { return absl::OkStatus(); }
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const {
    if (lets_pass) return UpdateEntries{};
    Comparison comparison(context.base(), context.catalog());
    const std::vector<Task> tasks = notes->TasksIn(comparison);
    notes->moved = !std::all_of(tasks.begin(), tasks.end(),
                                [&](const Task& task) { return notes->Covers(task, comparison); });
    if (notes->moved) {
      return MakeError(Reason::VERSION_CONFLICT, "what was prepared is another one by now");
    }
    // Before anybody can see the version: who needs a handle of it finds the trial.
    notes->Offer(tasks, comparison);
    return UpdateEntries{};
  }
};

// Makes trial handles, each after those that it needs.
class Preparation::Trials {
 public:
  Trials(Notes& notes, const Catalog& base, Comparison& comparison)
      : notes_(notes), cache_(notes.cache), base_(base), comparison_(comparison), old_ones_(base) {}

  absl::Status Do(const Task& task) {
    if (task.asks) return Ask(task);
    if (notes_.Covers(task, comparison_)) return absl::OkStatus();
    Tried tried{task.fingerprint, nullptr};
    if (task.build) {
      auto trial = TrialOf(task.object);
      if (!trial.ok()) return Failed(Reason::PREPARE_FAILED, task.object, trial.status());
      tried.trial = *std::move(trial);
    }
    if (task.probe) {
      const absl::Status probed = Probe(task.object, *task.factory, tried.trial);
      if (!probed.ok()) return Failed(Reason::VALIDATION_FAILED, task.object, probed);
    }
    if (task.dependents) ANNALS_RETURN_IF_ERROR(TryDependents(task.object.id()));
    notes_.of_commands[task.command] = std::move(tried);
    return absl::OkStatus();
  }

 private:
  using Trial = absl::StatusOr<std::shared_ptr<LiveHandle>>;

  absl::Status Failed(Reason reason, const ObjectDescriptor& object, const absl::Status& why) {
    return MakeError(reason,
                     absl::StrCat(NameOf(comparison_.after(), object), ": ", why.message()));
  }

  // Of a kRestart one there can be no second handle while there may be a first.
  bool CanBeTried(const ObjectDescriptor& object) {
    const Factory* factory = cache_.FactoryOf(object);
    if (factory == nullptr) return true;
    if (factory->reconfigure == Reconfigure::kRestart && !comparison_.IsNew(object.id())) {
      return false;
    }
    for (ObjectId ref : object.refs()) {
      const ObjectDescriptor target = comparison_.after().Find(ref);
      if (comparison_.IsMoved(ref) && !CanBeTried(target)) return false;
    }
    return true;
  }

  // Null if there can be none.
  Trial TrialOf(const ObjectDescriptor& object) {
    const Factory* factory = cache_.FactoryOf(object);
    const auto known = trials_.find(object.id());
    if (known != trials_.end()) return known->second;
    if (factory == nullptr || !CanBeTried(object)) return std::shared_ptr<LiveHandle>();
    auto trial = cache_.Build(
        comparison_.after(), ConfiguredDescriptor(object), *factory,
        [this](ObjectId id) { return Need(id); }, cache_.Running(object.id()),
        comparison_.IsNew(object.id()));
    if (trial.ok()) trials_.emplace(object.id(), *trial);
    return trial;
  }

  // What an object of the commit refers to: as it is, unless the commit moves it.
  Trial Need(ObjectId id) {
    const ObjectDescriptor object = comparison_.after().Find(id);
    if (cache_.FactoryOf(object) == nullptr) return std::shared_ptr<LiveHandle>();
    if (!comparison_.IsMoved(id)) {
      return cache_.Acquire(base_, old_ones_, id, HandleCache::Attempt::kNow);
    }
    auto trial = TrialOf(object);
    if (!trial.ok()) return Failed(Reason::PREPARE_FAILED, object, trial.status());
    notes_.of_others[id] = {comparison_.Of(id), *trial};
    return trial;
  }

  // `trial` may be null.
  absl::Status Probe(const ObjectDescriptor& object, const Factory& factory,
                     const std::shared_ptr<LiveHandle>& trial) {
    ANNALS_ASSIGN_OR_RETURN(ResolvedSpec resolved,
                            ResolveSpec(comparison_.after(), ConfiguredDescriptor(object),
                                        [this](ObjectId id) { return Need(id); }));
    if (comparison_.IsNew(object.id())) resolved.spec.id = kNoObject;
    return WithoutSecrets(CallGuarded([&] {
                            return factory.probe(resolved.spec,
                                                 trial == nullptr ? nullptr : trial->get());
                          }),
                          resolved.secrets);
  }

  absl::Status TryDependents(ObjectId id) {
    std::vector<std::string> failures;
    for (const ObjectDescriptor& object : MovedDependents(cache_, comparison_, id)) {
      const Factory& factory = *cache_.FactoryOf(object);
      auto trial = TrialOf(object);
      absl::Status status = trial.status();
      if (status.ok() && factory.probe) status = Probe(object, factory, *trial);
      if (!status.ok()) {
        failures.push_back(
            absl::StrCat(NameOf(comparison_.after(), object), ": ", status.message()));
        continue;
      }
      notes_.of_others[object.id()] = {comparison_.Of(object.id()), *std::move(trial)};
    }
    if (failures.empty()) return absl::OkStatus();
    return MakeError(Reason::VALIDATION_FAILED, absl::StrJoin(failures, "; "));
  }

  // VALIDATE: does it work, now?
  absl::Status Ask(const Task& task) {
    if (task.factory == nullptr || !task.factory->probe) {
      return Failed(Reason::NO_PROBE, task.object,
                    absl::FailedPreconditionError("nobody here can ask whether it works"));
    }
    const auto tried = notes_.of_commands.find(task.command);
    if (tried != notes_.of_commands.end() && tried->second.fingerprint == task.fingerprint) {
      return absl::OkStatus();
    }
    const auto trial = TrialOf(task.object);
    absl::Status status = trial.status();
    if (status.ok()) status = Probe(task.object, *task.factory, *trial);
    if (!status.ok()) return Failed(Reason::VALIDATION_FAILED, task.object, status);
    notes_.of_commands[task.command] = {task.fingerprint, nullptr};
    return absl::OkStatus();
  }

  Notes& notes_;
  HandleCache& cache_;
  const Catalog& base_;
  Comparison& comparison_;
  EffectiveFingerprints old_ones_;
  std::map<ObjectId, std::shared_ptr<LiveHandle>> trials_;
};

bool Preparation::IsFor(const HandleCache& cache, std::span<const CatalogCommand> commands) {
  return std::any_of(commands.begin(), commands.end(), [&](const CatalogCommand& command) {
    if (command.As<ValidateConfigured>() != nullptr) return true;
    return cache.has_factories() &&
           (command.As<RotateKeys>() != nullptr || WishOf(command).has_value());
  });
}

Preparation::Preparation(HandleCache& cache, const PlanHost& host,
                         std::vector<CatalogCommand> commands, const ExecuteOptions& options)
    : cache_(cache),
      host_(host),
      commands_(std::move(commands)),
      policy_(options.policy),
      max_entries_(options.max_entries),
      notes_(std::make_shared<Notes>(Notes{cache})) {
  for (const CatalogCommand& command : commands_) notes_->wishes.push_back(WishOf(command));
  notes_->objects.resize(commands_.size(), kNoObject);
}

Preparation::~Preparation() {
  if (!settled_) Withdraw();
}

// Once for each ROTATE KEYS, of an object that is there.
absl::Status Preparation::AskForKeys(const Catalog& base) {
  for (CatalogCommand& command : commands_) {
    const auto* rotate = command.As<RotateKeys>();
    if (rotate == nullptr || rotate->new_public_key) continue;
    const auto object = FindConfigured(base, rotate->kind, rotate->schema, rotate->name);
    const Factory* factory = object.ok() ? cache_.FactoryOf(*object) : nullptr;
    if (factory == nullptr || !factory->new_public_key) continue;
    RotateKeys with_key = *rotate;
    const absl::Status asked = CallGuarded([&] {
      auto key = factory->new_public_key();
      if (key.ok()) with_key.new_public_key = *std::move(key);
      return key.status();
    });
    if (!asked.ok()) {
      return MakeError(Reason::PREPARE_FAILED,
                       absl::StrCat(NameOf(base, *object), ": no new key: ", asked.message()));
    }
    command = std::move(with_key);
  }
  return absl::OkStatus();
}

absl::Status Preparation::Prepare(const Catalog& base) {
  Withdraw();
  notes_->moved = false;
  ANNALS_RETURN_IF_ERROR(AskForKeys(base));
  std::vector<CatalogCommand> commands = Guarded();
  commands.back() = Guard{notes_, /*lets_pass=*/true};
  CatalogDraft draft(base, base.version().Next(), {});
  // On the newest catalog it may be another answer: that is the one to give.
  if (!PlanBatch(commands, base, draft, policy_, {.max_entries = max_entries_, .host = &host_})
           .ok()) {
    return absl::OkStatus();
  }
  Comparison comparison(base, draft);
  Trials trials(*notes_, base, comparison);
  for (const Task& task : notes_->TasksIn(comparison)) ANNALS_RETURN_IF_ERROR(trials.Do(task));
  return absl::OkStatus();
}

std::vector<CatalogCommand> Preparation::Guarded() const {
  std::vector<CatalogCommand> commands;
  for (size_t i = 0; i < commands_.size(); ++i) {
    commands.emplace_back(Noted{commands_[i], i, notes_});
  }
  commands.emplace_back(Guard{notes_});
  return commands;
}

bool Preparation::moved() const { return notes_->moved; }

template <typename Function>
void Preparation::ForEachTrial(Function function) const {
  for (const auto& [index, tried] : notes_->of_commands) {
    if (tried.trial != nullptr) function(tried.trial);
  }
  for (const auto& [id, tried] : notes_->of_others) {
    if (tried.trial != nullptr) function(tried.trial);
  }
}

void Preparation::Withdraw() {
  ForEachTrial([this](const std::shared_ptr<LiveHandle>& trial) { cache_.Withdraw(trial); });
}

void Preparation::Settle(absl::StatusOr<ExecuteResult>& result) {
  if (!result.ok()) return;  // The end of this withdraws what was offered.
  settled_ = true;
  result->applied.resize(commands_.size());
  ForEachTrial(
      [&](const std::shared_ptr<LiveHandle>& trial) { cache_.Confirm(trial, result->version); });
}

}  // namespace annals
