#include "annals/cli/maintenance.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "annals/cli/selector.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/engine/catalog_manager.h"
#include "annals/log/rocksdb/rocksdb_log.h"
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

// --- repair

// What a repair could accept: the loss of versions at the end, known by the mark.
// Other damage is not to be lived with.
absl::Status FindLoss(const std::string& path) {
  return OpenRocksDbLog({.path = path, .read_only = true}).status();
}

ExitCode TellLoss(const absl::Status& loss, const std::string& path, Console& console) {
  const auto log = OpenRocksDbLog({.path = path, .read_only = true, .salvage = true});
  if (!log.ok()) return console.Fail(log.status(), ReadFailure(log.status()));
  console.Print(absl::StrCat(Visible(ToStd(loss.message())),
                             "\nNothing was changed. With --accept-loss the store goes on "
                             "from version ",
                             (*log)->Head().version.value, ", and version ",
                             (*log)->Head().version.value + 1, " will record the loss.\n"));
  return ExitCode::kDamaged;
}

ExitCode AcceptLoss(const std::string& path, Console& console) {
  const auto manager =
      CatalogManager::Open({.path = path, .create_if_missing = false, .accept_loss = true});
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  for (const std::string& warning : (*manager)->GetStats().warnings) console.Warning(warning);
  console.Print(absl::StrCat("repaired: version ", (*manager)->Latest().version().value,
                             " records the loss\n"));
  return ExitCode::kDone;
}

ExitCode RunRepair(const Arguments& arguments, Console& console) {
  const std::string path = arguments.Get("STORE");
  const absl::Status found = FindLoss(path);
  if (found.ok()) {
    console.Print("nothing to repair\n");
    return ExitCode::kDone;
  }
  if (ReasonOf(found) != Reason::LOST_VERSIONS) return console.Fail(found, ReadFailure(found));
  return arguments.Has("accept-loss") ? AcceptLoss(path, console) : TellLoss(found, path, console);
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

Verb RepairVerb() {
  return {.name = "repair",
          .summary = "go on with a store that has lost its newest versions",
          .details =
              "Without --accept-loss it only tells what is lost, and exits with 4 if "
              "something is.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Flag("--accept-loss", "go on without what is lost, and record that")},
          .run = RunRepair};
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
