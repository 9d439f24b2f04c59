#include "annals/ddl/rollback.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/commands/plan.h"
#include "annals/ddl/migration.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

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

// The commands of a step, batch by batch.
absl::StatusOr<std::vector<std::vector<CatalogCommand>>> BatchesOf(const ddl::MigrationStep& step) {
  std::vector<std::vector<CatalogCommand>> batches;
  if (!step.commands.empty()) batches.push_back(step.commands);
  if (step.kind != ddl::MigrationStep::Kind::kStatement) return batches;
  ANNALS_ASSIGN_OR_RETURN(const std::vector<ddl::Statement> statements, ddl::Parse(step.text));
  for (const ddl::Statement& statement : statements) {
    batches.push_back(std::get<ddl::Write>(statement.what).commands);
  }
  return batches;
}

absl::StatusOr<UpdateEntries> EntriesOf(const ddl::Migration& migration, PlanContext& context) {
  UpdateEntries entries;
  CatalogDraft draft(context.catalog(), context.catalog().version(), {});
  draft.set_next_object_id(context.next_id());
  for (const ddl::MigrationStep& step : migration.steps) {
    ANNALS_ASSIGN_OR_RETURN(const auto batches, BatchesOf(step));
    for (const std::vector<CatalogCommand>& commands : batches) {
      CatalogDraft attempt(draft, draft.version(), {});
      ANNALS_ASSIGN_OR_RETURN(PlannedBatch batch,
                              PlanBatch(commands, draft, attempt, context.policy(),
                                        {.max_entries = SIZE_MAX, .host = &context.host()}));
      std::move(attempt).MergeInto(draft);
      std::move(batch.entries.begin(), batch.entries.end(), std::back_inserter(entries));
    }
  }
  context.SkipIdsBelow(draft.next_object_id());
  return entries;
}

}  // namespace

absl::Status RollbackToVersion::Validate(Policy /*policy*/) const { return absl::OkStatus(); }

absl::StatusOr<UpdateEntries> RollbackToVersion::Plan(PlanContext& context) const {
  ANNALS_ASSIGN_OR_RETURN(const Catalog then, context.At(version));
  const ddl::Migration migration = ddl::Migrate(context.catalog(), then, context.policy());
  ANNALS_RETURN_IF_ERROR(CheckNothingIsLeftOut(migration, version));
  return EntriesOf(migration, context);
}

}  // namespace annals
