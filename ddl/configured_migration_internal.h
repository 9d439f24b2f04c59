#pragma once

// How the configured objects of one catalog become those of another.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/diff.h"
#include "annals/ddl/migration_script_internal.h"

namespace annals::ddl {

// What is made and altered needs what it refers to, and what is dropped must be needed by
// nobody: the steps are tried until no more of them can be done.
class ConfiguredMigration {
 public:
  // `changes` are the differences of the two; all must outlive this.
  ConfiguredMigration(MigrationScript& script, const CatalogView& before, const CatalogView& after,
                      const std::vector<ObjectChange>& changes)
      : script_(script), before_(before), after_(after), changes_(changes) {}

  // Drops what is gone, as far as nobody needs it: before that what it refers to goes.
  void Drop();
  // What is to be called otherwise, together with what else may have the names.
  std::vector<Renaming> Renamings();
  // All the rest, once all else is there.
  void Finish();

 private:
  // A change that is not done yet. `done` has no effect if it is refused.
  struct Step {
    std::string object;
    std::function<absl::Status()> done;
  };

  // Does all that can be done, in whatever order; what is left with the last refusals.
  std::vector<std::pair<std::string, absl::Status>> DoAll(std::vector<Step> steps);

  std::vector<Step> Drops();
  std::vector<Step> Creations();
  std::vector<Step> Alterations();

  absl::Status Alter(const ConfiguredDescriptor& wanted);
  bool SameOption(const OptionDescriptor& now, const OptionDescriptor& wanted) const;
  std::vector<std::string> Actions(const ConfiguredDescriptor& now,
                                   const ConfiguredDescriptor& wanted) const;
  void Refresh(const ConfiguredDescriptor& wanted);

  // `wanted` as it is now. REQUIRES: it is there.
  std::optional<ConfiguredDescriptor> Now(const ConfiguredDescriptor& wanted) const;
  std::vector<std::string> FixedOptions(const ConfiguredDescriptor& now,
                                        const ConfiguredDescriptor& wanted) const;
  // Why SQL cannot make `wanted` of `now`, each a reason.
  std::vector<std::string> WhatHasNoWords(const ConfiguredDescriptor& now,
                                          const ConfiguredDescriptor& wanted) const;
  bool NeedsCommand(const ConfiguredDescriptor& now, const ConfiguredDescriptor& wanted) const;
  // Leaves to a command what has no words, if anything has none.
  absl::Status Restore(const ConfiguredDescriptor& wanted);

  MigrationScript& script_;
  const CatalogView& before_;
  const CatalogView& after_;
  const std::vector<ObjectChange>& changes_;
};

}  // namespace annals::ddl
