#include "annals/ddl/rollback.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/object_builder.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/index_life_cycle.h"
#include "annals/commands/plan.h"
#include "annals/ddl/counterparts_internal.h"
#include "annals/ddl/migration.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

// Puts what `then` has under the ids that `now` has for it into `target`, a draft of `then`.
void TakeIds(const CatalogView& now, const CatalogView& then, CatalogDraft& target) {
  const NewIds ids = ddl::CounterpartsOf(now, then);
  std::vector<std::string> renumbered;
  then.ForEachObject([&](const ObjectDescriptor& object) {
    std::string bytes = Renumbered(object, ids);
    if (bytes == object.bytes()) return;
    target.Drop(object.id());
    renumbered.push_back(std::move(bytes));
  });
  for (std::string& bytes : renumbered) target.Put(std::move(bytes));
  target.set_default_zone_id(ids.Of(then.default_zone_id()));
}

// What has a life of its own is not rolled back: how far an index is built, and how often a
// secret was another one, as what it stands for does not come back.
void TakeStates(const CatalogView& now, CatalogDraft& target) {
  std::vector<std::string> changed;
  std::vector<SetIndexStatus> statuses;
  target.ForEachObject([&](const ObjectDescriptor& object) {
    const auto index = As<IndexDescriptor>(object);
    const auto index_now = now.Get<IndexDescriptor>(object.id());
    if (index && index_now && index->alive() && index_now->alive()) {
      statuses.push_back({index->id(), index_now->status()});
    }
    const auto secret = As<ConfiguredDescriptor>(object);
    const auto secret_now = now.Get<ConfiguredDescriptor>(object.id());
    if (!secret || !secret_now || secret->generation() == secret_now->generation()) return;
    ConfiguredFields fields = secret->ToFields();
    fields.generation = secret_now->generation();
    changed.push_back(BuildObject(std::move(fields)));
  });
  for (const SetIndexStatus& status : statuses) Apply(status, target).IgnoreError();
  for (std::string& bytes : changed) target.Put(std::move(bytes));
}

// That it came by itself is no longer true of a zone that was changed or made anew.
void TakeOriginsOfZones(const CatalogView& now, CatalogDraft& target) {
  if (now.default_zone_id() == kNoObject) return;
  std::vector<std::string> changed;
  target.ForEachObject([&](const ObjectDescriptor& object) {
    const auto zone = As<ZoneDescriptor>(object);
    const auto zone_now = now.Get<ZoneDescriptor>(object.id());
    if (!zone || !zone->automatic() || (zone_now && zone_now->automatic())) return;
    ZoneFields fields = FieldsOf(*zone);
    fields.automatic = false;
    changed.push_back(BuildObject(fields));
  });
  for (std::string& bytes : changed) target.Put(std::move(bytes));
}

// There is always a default zone once there was one.
void TakeDefaultZone(const CatalogView& now, CatalogDraft& target) {
  const auto zone = now.DefaultZone();
  if (!zone || target.default_zone_id() != kNoObject) return;
  const auto named = target.Zone(zone->name());
  const bool is_there = static_cast<bool>(target.Find(zone->id()));
  if (!is_there && !named) target.Put(std::string(zone->bytes()));
  target.set_default_zone_id(is_there || !named ? zone->id() : named->id());
}

// Nothing drops a system view.
void TakeSystemViews(const CatalogView& now, CatalogDraft& target) {
  now.ForEachObject([&](const ObjectDescriptor& object) {
    if (object.kind() != ObjectKind::kSystemView || target.Find(object.id())) return;
    if (target.Find(object.parent())) target.Put(std::string(object.bytes()));
  });
}

// One that SQL would leave as it is stops all: a rollback is whole or not at all.
absl::Status CheckNothingIsLeftOut(const ddl::Migration& migration, CatalogVersion version) {
  for (const ddl::MigrationStep& step : migration.steps) {
    if (step.kind != ddl::MigrationStep::Kind::kLeftOut || !step.commands.empty()) continue;
    return MakeError(Reason::NOT_SUPPORTED,
                     absl::StrCat(step.object, " cannot be made what it was at version ",
                                  version.value, ": ", step.text));
  }
  return absl::OkStatus();
}

// Who has the data builds an index, and says how far it is.
bool IsOfBuilding(const CatalogCommand& command) {
  return command.As<StartBuildingIndex>() != nullptr || command.As<MakeIndexAvailable>() != nullptr;
}

using Batches = std::vector<std::vector<CatalogCommand>>;

absl::Status AddStep(const ddl::MigrationStep& step, Batches& batches) {
  if (!step.commands.empty()) batches.push_back(step.commands);
  if (step.kind != ddl::MigrationStep::Kind::kStatement) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(const std::vector<ddl::Statement> statements, ddl::Parse(step.text));
  for (const ddl::Statement& statement : statements) {
    const auto& commands = std::get<ddl::Write>(statement.what).commands;
    if (!IsOfBuilding(commands.front())) batches.push_back(commands);
  }
  return absl::OkStatus();
}

// A secret that is made anew would begin with its first generation, and what was made with
// it then would be taken for right again. Each version since may have refreshed it once.
void AddGenerations(const CatalogView& now, const CatalogView& target, Batches& batches) {
  const auto passed = static_cast<uint32_t>(now.version().value - target.version().value);
  target.ForEachObject([&](const ObjectDescriptor& object) {
    const auto secret = As<ConfiguredDescriptor>(object);
    if (!secret || secret->kind() != ObjectKind::kSecret || now.Find(secret->id())) return;
    batches.push_back(
        {RestoreConfigured{.kind = secret->kind(),
                           .schema = std::string(target.Find(secret->parent()).name()),
                           .name = std::string(secret->name()),
                           .generation = secret->generation() + passed}});
  });
}

absl::StatusOr<UpdateEntries> EntriesOf(const Batches& batches, PlanContext& context) {
  UpdateEntries entries;
  CatalogDraft draft(context.catalog(), context.catalog().version(), {});
  draft.set_next_object_id(context.next_id());
  for (const std::vector<CatalogCommand>& commands : batches) {
    CatalogDraft attempt(draft, draft.version(), {});
    ANNALS_ASSIGN_OR_RETURN(PlannedBatch batch,
                            PlanBatch(commands, draft, attempt, context.policy(),
                                      {.max_entries = SIZE_MAX, .host = &context.host()}));
    std::move(attempt).MergeInto(draft);
    std::move(batch.entries.begin(), batch.entries.end(), std::back_inserter(entries));
  }
  context.SkipIdsBelow(draft.next_object_id());
  return entries;
}

}  // namespace

// Version 0 is the empty catalog, and no record made it.
absl::Status RollbackToVersion::Validate(Policy /*policy*/) const {
  if (version.value > 0) return absl::OkStatus();
  return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                   "version 0 does not exist; the first is version 1");
}

absl::StatusOr<UpdateEntries> RollbackToVersion::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const Catalog then, context.At(version));
  const CatalogView& now = context.catalog();
  CatalogDraft target(then, then.version(), {});
  TakeIds(now, then, target);
  TakeStates(now, target);
  TakeOriginsOfZones(now, target);
  TakeDefaultZone(now, target);
  TakeSystemViews(now, target);
  const ddl::Migration migration = ddl::Migrate(now, target, context.policy());
  ANNALS_RETURN_IF_ERROR(CheckNothingIsLeftOut(migration, version));
  Batches batches;
  for (const ddl::MigrationStep& step : migration.steps) {
    ANNALS_RETURN_IF_ERROR(AddStep(step, batches));
  }
  AddGenerations(now, target, batches);
  return EntriesOf(batches, context);
}

}  // namespace annals
