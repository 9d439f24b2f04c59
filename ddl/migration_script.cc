#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "annals/commands/plan.h"
#include "annals/ddl/migration_script_internal.h"
#include "annals/ddl/parse.h"
#include "annals/schemas/status.h"

namespace annals::ddl {

std::string UnusedName(absl::FunctionRef<bool(std::string_view)> unused) {
  for (int number = 1;; ++number) {
    std::string name = absl::StrCat("RENAMED_", number);
    if (unused(name)) return name;
  }
}

MigrationScript::MigrationScript(const CatalogView& base, Policy policy)
    : now_(base, base.version().Next(), {}), policy_(policy) {}

absl::Status MigrationScript::Do(std::string sql, Check check) {
  ANNALS_ASSIGN_OR_RETURN(const std::vector<Statement> statements, Parse(sql));
  for (const Statement& statement : statements) {
    CatalogDraft attempt(now_, now_.version(), {});
    const auto& commands = std::get<Write>(statement.what).commands;
    ANNALS_RETURN_IF_ERROR(PlanBatch(commands, now_, attempt, policy_).status());
    ANNALS_RETURN_IF_ERROR(check(attempt));
    std::move(attempt).MergeInto(now_);
  }
  steps_.push_back({MigrationStep::Kind::kStatement, std::move(sql)});
  return absl::OkStatus();
}

absl::Status MigrationScript::Do(std::string sql) {
  return Do(std::move(sql), [](const CatalogView& /*made*/) { return absl::OkStatus(); });
}

void MigrationScript::TellLoss(std::string object, std::string why) {
  steps_.push_back({MigrationStep::Kind::kLoss, std::move(why), std::move(object)});
}

void MigrationScript::LeaveOut(std::string object, std::string why) {
  steps_.push_back({MigrationStep::Kind::kLeftOut, std::move(why), std::move(object)});
}

absl::Status MigrationScript::LeaveToCommand(const CatalogCommand& command, std::string object,
                                             std::string why) {
  CatalogDraft attempt(now_, now_.version(), {});
  const std::vector<CatalogCommand> commands = {command};
  ANNALS_RETURN_IF_ERROR(PlanBatch(commands, now_, attempt, policy_).status());
  std::move(attempt).MergeInto(now_);
  steps_.push_back({MigrationStep::Kind::kLeftOut, std::move(why), std::move(object), commands});
  return absl::OkStatus();
}

void MigrationScript::LeaveOutUnless(const absl::Status& done, std::string object) {
  if (!done.ok()) LeaveOut(std::move(object), std::string(ToStd(done.message())));
}

bool IsUnused(const CatalogView& now, const CatalogView& later,
              const std::vector<Renaming>& renamings, NameScope scope, std::string_view name) {
  return !now.Find(scope, name) && !later.Find(scope, name) &&
         std::ranges::none_of(renamings, [&](const Renaming& one) { return one.to == name; });
}

std::vector<NotRenamed> RenameAll(MigrationScript& script, const std::vector<Renaming>& renamings,
                                  absl::FunctionRef<bool(std::string_view)> unused) {
  std::vector<std::string> old_names(renamings.size());  // Of those that stepped aside.
  for (;;) {
    std::vector<NotRenamed> open;
    bool moved = false;
    for (size_t i = 0; i < renamings.size(); ++i) {
      if (renamings[i].from() == renamings[i].to) continue;
      const absl::Status done = script.Do(renamings[i].sql(renamings[i].to));
      moved = moved || done.ok();
      if (!done.ok()) open.push_back({i, done});
    }
    for (const NotRenamed& one : open) {
      if (moved || !old_names[one.which].empty()) continue;
      old_names[one.which] = renamings[one.which].from();
      moved = script.Do(renamings[one.which].sql(UnusedName(unused))).ok();
    }
    if (moved) continue;
    // What could have no new name keeps its old one if it can.
    for (const NotRenamed& one : open) {
      const std::string& name = old_names[one.which];
      if (!name.empty()) script.Do(renamings[one.which].sql(name)).IgnoreError();
    }
    return open;
  }
}

}  // namespace annals::ddl
