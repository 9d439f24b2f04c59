#pragma once

// Plans a batch of commands: one version, all or nothing.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/commands/command.h"

namespace annals {

struct PlanLimits {
  size_t max_entries = 10'000;
  // Whether what the last command plans is tried on the draft as well. No command sees
  // its effects, so who tries all entries of the batch anyway needs this only to learn
  // which command planned what does not fit.
  bool try_last = true;
  // What commands find around them; null: nothing. Must outlive the planning.
  const PlanHost* host = nullptr;
};

struct PlannedBatch {
  UpdateEntries entries;      // None: the whole batch has nothing to do.
  std::vector<bool> applied;  // One a command: whether it had something to do.
};

// Checks what can be said of each of `commands` without a catalog. An error tells the
// index of its command (CommandIndexOf), as those of planning do. A command is anything
// that can plan: what it throws is an error of its own (INTERNAL).
absl::Status ValidateBatch(std::span<const CatalogCommand> commands, Policy policy);

// Plans each of `commands` on what those before it left. Their effects, and the ids that
// they took, are left in `draft`, which must be fresh on `base` (without `try_last`, the
// ids alone of the last one); after an error `draft` is to be dropped.
// REQUIRES: ValidateBatch(commands, policy) is ok.
absl::StatusOr<PlannedBatch> PlanValidBatch(std::span<const CatalogCommand> commands,
                                            const CatalogView& base, CatalogDraft& draft,
                                            Policy policy, const PlanLimits& limits = {});

// Both.
absl::StatusOr<PlannedBatch> PlanBatch(std::span<const CatalogCommand> commands,
                                       const CatalogView& base, CatalogDraft& draft, Policy policy,
                                       const PlanLimits& limits = {});

// `status`, an error, as one of the command at `index` of its batch.
absl::Status OfCommand(absl::Status status, size_t index);
// Which command of its batch `status` speaks of, where it speaks of one.
std::optional<size_t> CommandIndexOf(const absl::Status& status);

}  // namespace annals
