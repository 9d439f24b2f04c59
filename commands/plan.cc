#include "annals/commands/plan.h"

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/schemas/guarded_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kCommandPayload = "annals/command";

constexpr absl::string_view kThrew = "a command threw";

// Descriptors trust bytes; those of a host's own command are from outside.
absl::Status CheckBytes(const UpdateEntry& entry) {
  if (const auto* made = std::get_if<NewObject>(&entry)) return CheckObject(made->object);
  if (const auto* other = std::get_if<ReplaceObject>(&entry)) return CheckObject(other->object);
  return absl::OkStatus();
}

absl::Status Try(const UpdateEntries& entries, CatalogDraft& draft) {
  for (const UpdateEntry& entry : entries) {
    absl::Status applied = CheckBytes(entry);
    if (applied.ok()) applied = Apply(entry, draft);
    if (!applied.ok()) {
      return MakeError(Reason::INTERNAL, absl::StrCat("a planned ", ToAbsl(EntryName(entry)),
                                                      " does not fit: ", applied.message()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<UpdateEntries> PlanOne(const CatalogCommand& command, const CatalogView& base,
                                      CatalogDraft& draft, Policy policy, const PlanHost* host,
                                      bool try_them) {
  PlanContext context =
      host == nullptr ? PlanContext(base, draft, policy) : PlanContext(base, draft, policy, *host);
  ANNALS_ASSIGN_OR_RETURN(UpdateEntries entries, command.Plan(context));
  if (try_them) ANNALS_RETURN_IF_ERROR(Try(entries, draft));
  if (!entries.empty()) draft.set_next_object_id(context.next_id());
  return entries;
}

}  // namespace

absl::StatusOr<Catalog> PlanContext::At(CatalogVersion version) const {
  if (host_.at) return host_.at(version);
  return MakeError(Reason::NOT_SUPPORTED, "there are no earlier versions here");
}

absl::Status ValidateBatch(std::span<const CatalogCommand> commands, Policy policy) {
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto valid = Guarded(kThrew, [&] { return commands[i].Validate(policy); });
    if (!valid.ok()) return OfCommand(valid, i);
  }
  return absl::OkStatus();
}

absl::StatusOr<PlannedBatch> PlanValidBatch(std::span<const CatalogCommand> commands,
                                            const CatalogView& base, CatalogDraft& draft,
                                            Policy policy, const PlanLimits& limits) {
  PlannedBatch batch;
  for (size_t i = 0; i < commands.size(); ++i) {
    const bool try_them = limits.try_last || i + 1 < commands.size();
    auto entries = Guarded(
        kThrew, [&] { return PlanOne(commands[i], base, draft, policy, limits.host, try_them); });
    if (!entries.ok()) return OfCommand(entries.status(), i);
    batch.applied.push_back(!entries->empty());
    if (commands.size() == 1) {
      batch.entries = *std::move(entries);
      break;
    }
    batch.entries.insert(batch.entries.end(), std::make_move_iterator(entries->begin()),
                         std::make_move_iterator(entries->end()));
  }
  if (batch.entries.size() > limits.max_entries) {
    return MakeError(Reason::TOO_MANY_ENTRIES,
                     absl::StrCat("the change has ", batch.entries.size(), " entries; at most ",
                                  limits.max_entries, " are allowed in one version"));
  }
  return batch;
}

absl::StatusOr<PlannedBatch> PlanBatch(std::span<const CatalogCommand> commands,
                                       const CatalogView& base, CatalogDraft& draft, Policy policy,
                                       const PlanLimits& limits) {
  ANNALS_RETURN_IF_ERROR(ValidateBatch(commands, policy));
  return PlanValidBatch(commands, base, draft, policy, limits);
}

absl::Status OfCommand(absl::Status status, size_t index) {
  status.SetPayload(ToAbsl(kCommandPayload), absl::Cord(absl::StrCat(index)));
  return status;
}

std::optional<size_t> CommandIndexOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kCommandPayload));
  size_t index = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &index)) return std::nullopt;
  return index;
}

}  // namespace annals
