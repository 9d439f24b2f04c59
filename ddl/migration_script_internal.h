#pragma once

// A script in the making, and the catalog that it leads to.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "annals/catalog/catalog_draft.h"
#include "annals/ddl/migration.h"

namespace annals::ddl {

// One thread at a time.
class MigrationScript {
 public:
  using Check = absl::FunctionRef<absl::Status(const CatalogView&)>;

  // `base` must outlive the script.
  MigrationScript(const CatalogView& base, Policy policy);

  Policy policy() const { return policy_; }
  // What the statements so far have made of the base. Descriptors stay valid.
  const CatalogView& now() const { return now_; }

  // Adds `sql`, one statement or block, if it can be executed on what is there now and
  // `check` likes what comes of it; the refusal if not, and then nothing has changed.
  absl::Status Do(std::string sql, Check check);
  absl::Status Do(std::string sql);

  // `object`: "table PUBLIC.T".
  void TellLoss(std::string object, std::string why);
  void LeaveOut(std::string object, std::string why);
  // Leaves to `command` what it does and SQL cannot say; the refusal if it cannot be done.
  absl::Status LeaveToCommand(const CatalogCommand& command, std::string object, std::string why);
  void LeaveOutUnless(const absl::Status& done, std::string object);

  std::vector<MigrationStep> TakeSteps() && { return std::move(steps_); }

 private:
  CatalogDraft now_;
  const Policy policy_;
  std::vector<MigrationStep> steps_;
};

// A name for a while.
std::string UnusedName(absl::FunctionRef<bool(std::string_view)> unused);

// Something that is to have another name.
struct Renaming {
  std::string to;
  std::function<std::string()> from;                 // Its name as it is now.
  std::function<std::string(std::string_view)> sql;  // What renames it as it is now.
  ObjectId object = kNoObject;                       // None of a column.
};

// Whether nothing in `scope` has `name`, now or later, or is to have it for a while.
bool IsUnused(const CatalogView& now, const CatalogView& later,
              const std::vector<Renaming>& renamings, NameScope scope, std::string_view name);

// Those of `renamings` that could not be done, by their place in the list.
struct NotRenamed {
  size_t which;
  absl::Status why;
};

// Renames all of them, in whatever order works; where names go round in a circle, by way
// of names that are `unused`, now and later.
std::vector<NotRenamed> RenameAll(MigrationScript& script, const std::vector<Renaming>& renamings,
                                  absl::FunctionRef<bool(std::string_view)> unused);

}  // namespace annals::ddl
