#include "annals/cli/maintenance.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/cli/selector.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/engine/catalog_manager.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// The version that --at means, by a look at the store before it is opened for writing.
absl::StatusOr<CatalogVersion> FindVersion(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(const StoreReader reader,
                          StoreReader::Open(arguments.Get("STORE"), console));
  ANNALS_RETURN_IF_ERROR(reader.damage_at_head());
  return reader.Find(selector);
}

ExitCode RunSnapshot(const Arguments& arguments, Console& console) {
  const auto version = FindVersion(arguments, console);
  if (!version.ok()) return console.Fail(version.status(), ReadFailure(version.status()));
  // Its warnings have been said by now.
  const auto manager =
      CatalogManager::Open({.path = arguments.Get("STORE"), .create_if_missing = false});
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  const auto written = (*manager)->Snapshot(*version);
  if (!written.ok()) return console.Fail(written.status(), WriteFailure(written.status()));
  console.Print(*written ? absl::StrCat("snapshot of version ", version->value,
                                        "; the versions below it are gone\n")
                         : absl::StrCat("nothing to do: version ", version->value,
                                        " is the earliest already\n"));
  return ExitCode::kDone;
}

ExitCode RunBackup(const Arguments& arguments, Console& console) {
  const auto manager =
      CatalogManager::Open({.path = arguments.Get("STORE"), .create_if_missing = false});
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  for (const std::string& warning : (*manager)->GetStats().warnings) console.Warning(warning);
  const std::string directory = arguments.Get("DIRECTORY");
  const absl::Status copied = (*manager)->Backup(directory);
  if (!copied.ok()) return console.Fail(copied, WriteFailure(copied));
  console.Print(absl::StrCat("copied to ", Visible(directory), ", up to version ",
                             (*manager)->Latest().version().value, "\n"));
  return ExitCode::kDone;
}

}  // namespace

Verb BackupVerb() {
  return {.name = "backup",
          .summary = "copy a store; copying the directory of a live one is no backup",
          .details = "",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Positional("DIRECTORY", "where to; must not exist yet")},
          .run = RunBackup};
}

Verb SnapshotVerb() {
  return {.name = "snapshot",
          .summary = "write a snapshot of a version and drop the versions below it",
          .details = "",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Value("--at", "the version (default: latest)")},
          .run = RunSnapshot};
}

}  // namespace annals::cli
