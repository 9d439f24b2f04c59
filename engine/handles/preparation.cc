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
  bool asks = false;  // For VALIDATE.
  bool probe = false;
  bool dependents = false;
};

// A catalog before a commit and one after it, compared by fingerprints. What the commit
// creates goes by its number (EffectiveFingerprints::NumberOf): on another base it gets
// another id and is the same.
class Comparison {
 public:
  Comparison(const CatalogView& before, const CatalogView& after)
      : before_(before),
        after_(after),
        old_ones_(before, first_new()),
        new_ones_(after, first_new()) {}

  const CatalogView& after() const { return after_; }
  ObjectId first_new() const { return before_.next_object_id(); }
  bool IsNew(ObjectId id) const { return id >= first_new(); }
  bool IsMoved(ObjectId id) { return IsNew(id) || old_ones_.Of(id) != new_ones_.Of(id); }
  Fingerprint Of(ObjectId id) { return new_ones_.Of(id); }
  uint64_t NumberOf(ObjectId id) const { return new_ones_.NumberOf(id); }
  ObjectId IdOf(uint64_t number) const { return new_ones_.IdOf(number); }

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

// What was tried of an object, as it would be.
struct Preparation::Tried {
  Fingerprint fingerprint;            // Of a Comparison.
  std::shared_ptr<LiveHandle> trial;  // Null: none could be built.
  bool probed = false;                // It has said that it works.
};

// What the preparation and its guards know of the commit.
struct Preparation::Notes {
  HandleCache& cache;
  std::vector<std::optional<Wish>> wishes = {};  // One a command.
  // What each command made or changed, as it was last planned.
  std::vector<ObjectId> objects = {};
  // By their numbers (Comparison): what commands want, what that needs, and dependents.
  std::map<uint64_t, Tried> tried = {};
  bool moved = false;

  std::vector<Task> TasksIn(Comparison& comparison) const;
  std::optional<size_t> CommandOf(ObjectId object) const;
  // Null if the object was not tried as it would be.
  Tried* Find(ObjectId object, Comparison& comparison);
  void DropStale(Comparison& comparison);
  bool Covers(const Task& task, Comparison& comparison);
  void Offer(Comparison& comparison) const;
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
    const bool validates = validation != Validation::kNo;
    const Task task{.command = i,
                    .object = object,
                    .asks = wish.asks,
                    .probe = wish.asks || (validates && factory != nullptr && factory->probe),
                    .dependents = validation == Validation::kDependents};
    const bool builds = factory != nullptr && (wish.initialize || validates);
    const bool something = builds || task.dependents;
    if (wish.asks || (something && comparison.IsMoved(object.id()))) tasks.push_back(task);
  }
  return tasks;
}

// The last one that made or changed it.
std::optional<size_t> Preparation::Notes::CommandOf(ObjectId object) const {
  const auto found = std::find(objects.rbegin(), objects.rend(), object);
  if (found == objects.rend()) return std::nullopt;
  return static_cast<size_t>(std::distance(found, objects.rend())) - 1;
}

Preparation::Tried* Preparation::Notes::Find(ObjectId object, Comparison& comparison) {
  const auto found = tried.find(comparison.NumberOf(object));
  if (found == tried.end() || found->second.fingerprint != comparison.Of(object)) return nullptr;
  // It may have been taken for what was then not written, and closed.
  const std::shared_ptr<LiveHandle>& trial = found->second.trial;
  return trial == nullptr || trial->works() ? &found->second : nullptr;
}

// Lets go what was tried and is another one by now, before others take its place.
void Preparation::Notes::DropStale(Comparison& comparison) {
  std::erase_if(tried, [&](const auto& one) {
    return one.second.fingerprint != comparison.Of(comparison.IdOf(one.first));
  });
}

// Whether what `task` would write is what was tried.
bool Preparation::Notes::Covers(const Task& task, Comparison& comparison) {
  const Tried* tried_one = Find(task.object.id(), comparison);
  if (tried_one == nullptr || (task.probe && !tried_one->probed)) return false;
  if (!task.dependents) return true;
  const std::vector<ObjectDescriptor> dependents =
      MovedDependents(cache, comparison, task.object.id());
  return std::all_of(dependents.begin(), dependents.end(), [&](const ObjectDescriptor& object) {
    const Tried* one = Find(object.id(), comparison);
    return one != nullptr && (one->probed || !cache.FactoryOf(object)->probe);
  });
}

// To who needs it, under the id that it gets: all that the commit moves.
void Preparation::Notes::Offer(Comparison& comparison) const {
  EffectiveFingerprints written(comparison.after());
  for (const auto& [number, one] : tried) {
    const ObjectId id = comparison.IdOf(number);
    const ObjectDescriptor object = comparison.after().Find(id);
    if (!object || one.trial == nullptr || !comparison.IsMoved(id)) continue;
    if (one.fingerprint != comparison.Of(id)) continue;
    cache.Offer({id, written.Of(id)}, *cache.FactoryOf(object), one.trial);
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
    notes->Offer(comparison);
    return UpdateEntries{};
  }
};

// Makes trial handles, each after those that it needs, and probes them: what has not been.
class Preparation::Trials {
 public:
  Trials(Notes& notes, const Catalog& base, Comparison& comparison)
      : notes_(notes), cache_(notes.cache), base_(base), comparison_(comparison), old_ones_(base) {}

  // An error names the command that it is of.
  absl::Status Do(const Task& task) {
    const absl::Status done = Try(task);
    return done.ok() || CommandIndexOf(done) ? done : OfCommand(done, task.command);
  }

 private:
  using Trial = absl::StatusOr<std::shared_ptr<LiveHandle>>;

  absl::Status Try(const Task& task) {
    const Factory* factory = cache_.FactoryOf(task.object);
    if (task.asks && (factory == nullptr || !factory->probe)) {
      return Failed(Reason::NO_PROBE, task.object,
                    absl::FailedPreconditionError("nobody here can ask whether it works"));
    }
    if (const auto trial = TrialOf(task.object); !trial.ok()) {
      return Failed(task.asks ? Reason::VALIDATION_FAILED : Reason::PREPARE_FAILED, task.object,
                    trial.status());
    }
    if (task.probe) {
      const absl::Status probed = Probe(task.object, *factory);
      if (!probed.ok()) return Failed(Reason::VALIDATION_FAILED, task.object, probed);
    }
    return task.dependents ? TryDependents(task.object.id()) : absl::OkStatus();
  }

  // Of the command that `why` is of, else of the one that made or changed `object`.
  absl::Status Failed(Reason reason, const ObjectDescriptor& object, const absl::Status& why) {
    const absl::Status failed =
        MakeError(reason, absl::StrCat(NameOf(comparison_.after(), object), ": ", why.message()));
    auto command = CommandIndexOf(why);
    if (!command) command = notes_.CommandOf(object.id());
    return command ? OfCommand(failed, *command) : failed;
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
      if (comparison_.IsMoved(ref) ? !CanBeTried(target) : !IsThere(target)) return false;
    }
    return true;
  }

  // Of some there are handles for the active version only, and base is perhaps not active yet.
  bool IsThere(const ObjectDescriptor& object) {
    const Factory* factory = cache_.FactoryOf(object);
    if (factory == nullptr) return true;
    const HandleKey key{object.id(), old_ones_.Of(object.id())};
    if (cache_.IsOnlyAsActive(*factory, key)) return false;
    return std::ranges::all_of(object.refs(),
                               [this](ObjectId ref) { return IsThere(base_.Find(ref)); });
  }

  // Null if there can be none.
  Trial TrialOf(const ObjectDescriptor& object) {
    if (const Tried* known = notes_.Find(object.id(), comparison_)) return known->trial;
    const Factory* factory = cache_.FactoryOf(object);
    Tried tried{comparison_.Of(object.id()), nullptr};
    if (factory != nullptr && CanBeTried(object)) {
      ANNALS_ASSIGN_OR_RETURN(
          tried.trial,
          cache_.Build(
              comparison_.after(), ConfiguredDescriptor(object), *factory, comparison_.first_new(),
              [this](ObjectId id) { return Need(id); }, cache_.Running(object.id())));
    }
    return notes_.tried.insert_or_assign(comparison_.NumberOf(object.id()), std::move(tried))
        .first->second.trial;
  }

  // What an object of the commit refers to: as it is, unless the commit moves it.
  Trial Need(ObjectId id) {
    const ObjectDescriptor object = comparison_.after().Find(id);
    if (cache_.FactoryOf(object) == nullptr) return std::shared_ptr<LiveHandle>();
    if (!comparison_.IsMoved(id)) {
      if (!IsThere(object)) return std::shared_ptr<LiveHandle>();
      return cache_.Acquire(base_, old_ones_, id, HandleCache::Attempt::kNow);
    }
    auto trial = TrialOf(object);
    if (!trial.ok()) return Failed(Reason::PREPARE_FAILED, object, trial.status());
    return trial;
  }

  // REQUIRES: TrialOf(object) is ok.
  absl::Status Probe(const ObjectDescriptor& object, const Factory& factory) {
    Tried& tried = *notes_.Find(object.id(), comparison_);
    if (tried.probed) return absl::OkStatus();
    ANNALS_ASSIGN_OR_RETURN(
        ResolvedSpec resolved,
        ResolveSpec(comparison_.after(), ConfiguredDescriptor(object), comparison_.first_new(),
                    [this](ObjectId id) { return Need(id); }));
    Handle* const trial = tried.trial == nullptr ? nullptr : tried.trial->get();
    // It may have been built of others than there are now.
    if (trial != nullptr) resolved.secrets.Add(tried.trial->secrets());
    const absl::Status probed =
        resolved.secrets.Masked(CallGuarded([&] { return factory.probe(resolved.spec, trial); }));
    tried.probed = probed.ok();
    return probed;
  }

  absl::Status TryDependents(ObjectId id) {
    std::vector<std::string> failures;
    for (const ObjectDescriptor& object : MovedDependents(cache_, comparison_, id)) {
      const Factory& factory = *cache_.FactoryOf(object);
      absl::Status status = TrialOf(object).status();
      if (status.ok() && factory.probe) status = Probe(object, factory);
      if (status.ok()) continue;
      failures.push_back(absl::StrCat(NameOf(comparison_.after(), object), ": ", status.message()));
    }
    if (failures.empty()) return absl::OkStatus();
    return MakeError(Reason::VALIDATION_FAILED, absl::StrJoin(failures, "; "));
  }

  Notes& notes_;
  HandleCache& cache_;
  const Catalog& base_;
  Comparison& comparison_;
  EffectiveFingerprints old_ones_;
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
  for (size_t i = 0; i < commands_.size(); ++i) {
    CatalogCommand& command = commands_[i];
    const auto* rotate = command.As<RotateKeys>();
    if (rotate == nullptr || rotate->new_public_key) continue;
    const auto object = FindConfigured(base, rotate->kind, rotate->schema, rotate->name);
    const Factory* factory = object.ok() ? cache_.FactoryOf(*object) : nullptr;
    if (factory == nullptr || !factory->new_public_key) continue;
    RotateKeys with_key = *rotate;
    const absl::Status asked = CallGuarded([&] {
      auto key = factory->new_public_key();
      if (!key.ok()) return key.status();
      with_key.new_public_key = *std::move(key);
      return absl::OkStatus();
    });
    if (!asked.ok()) {
      const std::string why =
          absl::StrCat(NameOf(base, *object), ": no new key: ", asked.message());
      return OfCommand(MakeError(Reason::PREPARE_FAILED, why), i);
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
  notes_->DropStale(comparison);
  Trials trials(*notes_, base, comparison);
  for (const Task& task : notes_->TasksIn(comparison)) {
    ANNALS_RETURN_IF_ERROR(cache_.Enter());
    const HandleCache::Inside visit(cache_);
    ANNALS_RETURN_IF_ERROR(trials.Do(task));
  }
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
  for (const auto& [number, tried] : notes_->tried) {
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
