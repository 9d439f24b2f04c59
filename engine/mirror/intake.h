#pragma once

// Intake: a directory says which objects there are to be, and the catalog is made so, by
// ordinary commands and in one version. It reads the files that a mirror writes
// (engine/mirror/mirror.h), the like by hand, and `.properties` files as Presto and Trino
// have them in etc/catalog (docs/mirror.md).
//
//   const annals::Intake intake({.directory = "etc/catalog"});
//   auto done = intake.Run(*manager);
//
// Nothing is watched: who wants to follow a directory calls Run now and then, which makes
// no version if there is nothing new.
//
// An object whose file says something else is altered, by what differs alone, whoever made it;
// one that has no file is dropped only if it is this directory's, which its label `managed-by`
// says: intake from here made it, or its file had this label. A file that cannot be read, or whose
// object cannot be so, is a problem of its own: it is named, its object is left as it is, and the
// rest goes on.
//
// A value; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/commands/alter_configured.h"
#include "annals/commands/create_configured.h"
#include "annals/commands/drop_configured.h"
#include "annals/engine/catalog_manager.h"
#include "annals/engine/execute.h"

namespace annals {

inline constexpr std::string_view kManagedByLabel = "managed-by";

struct IntakeOptions {
  // Or one file, whose object alone is looked at then; nothing is dropped.
  std::string directory;
  // Files and objects of other kinds are left alone. None: all kinds that have files.
  std::vector<ObjectKind> kinds = {};
};

// A file that was not taken in, and why.
struct IntakeProblem {
  std::string path;
  uint64_t line = 0;  // 0: the file as a whole.
  absl::Status status;

  std::string ToString() const;  // "etc/catalog/a.yaml:3: no such type (UNKNOWN_TYPE)"
};

// What is to be done for one file, or for one that is gone.
struct IntakeStep {
  std::variant<CreateConfigured, AlterConfigured, DropConfigured> command;
  std::string path;
  uint64_t line = 0;
};

struct IntakePlan {
  CatalogVersion base;            // On which it was planned.
  std::vector<IntakeStep> steps;  // In an order that works. None: up to date.
  std::vector<IntakeProblem> problems;
};

// The commands of its steps, one each.
std::vector<CatalogCommand> CommandsOf(const IntakePlan& plan);

struct IntakeResult {
  bool changed = false;
  CatalogVersion version;         // The one that was made, or else the latest.
  std::vector<IntakeStep> steps;  // What was done.
  std::vector<IntakeProblem> problems;
};

class Intake {
 public:
  explicit Intake(IntakeOptions options);

  // What `managed-by` says of the objects that are made: the directory's absolute path.
  const std::string& owner() const { return owner_; }
  // "intake:" and the directory, unless `options` name another.
  std::string AuthorOf(const ExecuteOptions& options) const;

  // Whether there is such a directory, or file.
  //   IO_ERROR
  absl::Status Check() const;
  // What there is to do on the latest version.
  //   IO_ERROR  the directory cannot be read
  absl::StatusOr<IntakePlan> Plan(const CatalogManager& manager) const;
  // Commits `plan`, if there is something to do. What turns out not to be possible (a
  // connection that does not work) becomes a problem, and the rest goes on.
  //   VERSION_CONFLICT  somebody else was first: plan again
  //   otherwise as CatalogManager::Execute
  absl::StatusOr<IntakeResult> Commit(CatalogManager& manager, IntakePlan plan,
                                      ExecuteOptions options = {}) const;
  // Both, again while others are first.
  //   MAX_RETRIES, and as above
  absl::StatusOr<IntakeResult> Run(CatalogManager& manager,
                                   const ExecuteOptions& options = {}) const;

 private:
  const IntakeOptions options_;
  const std::string owner_;
};

}  // namespace annals
