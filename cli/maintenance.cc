#include "annals/cli/maintenance.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/cli/selector.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/engine/catalog_manager.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"

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

// What a repair has to go by.
struct Findings {
  absl::Status loss;  // Of versions at the end, known by the mark. A repair can accept that.
  CatalogVersion head;
  absl::Status damage;   // Anything else. That is not to be lived with.
  std::string readable;  // "versions 1 to 4 can be read"
};

std::string ReadableText(CatalogVersion first, CatalogVersion last) {
  if (last < first) return "no version can be read";
  return absl::StrCat("versions ", first.value, " to ", last.value, " can be read");
}

// Looks at all that there is. An error: there is no store to look at.
absl::StatusOr<Findings> Examine(const std::string& path) {
  Findings findings;
  auto log = OpenRocksDbLog({.path = path, .read_only = true});
  const bool lost = ReasonOf(log.status()) == Reason::LOST_VERSIONS;
  if (absl::IsDataLoss(log.status())) {
    (lost ? findings.loss : findings.damage) = log.status();
    log = OpenRocksDbLog({.path = path, .read_only = true, .salvage = true});
  }
  // In an emptied store there is nothing to salvage, and nothing damaged.
  if (!log.ok() && lost && ReasonOf(log.status()) == Reason::LOST_VERSIONS) return findings;
  if (!log.ok()) return findings.damage.ok() ? log.status() : findings.damage;
  const UpdateLog::HeadInfo head = (*log)->Head();
  const SoundPart sound = ReplaySoundPart(**log);
  findings.head = head.version;
  if (findings.damage.ok()) findings.damage = sound.damage;
  findings.readable = ReadableText(std::max(head.snapshot, CatalogVersion{1}), sound.last);
  return findings;
}

ExitCode TellDamage(const Findings& findings, Console& console) {
  const ExitCode code = console.Fail(findings.damage, ReadFailure(findings.damage));
  if (code == ExitCode::kDamaged) {
    console.Note(absl::StrCat("this damage cannot be repaired here; ", findings.readable));
  }
  return code;
}

ExitCode TellLoss(const Findings& findings, Console& console) {
  const uint64_t head = findings.head.value;
  console.Print(absl::StrCat(Visible(ToStd(findings.loss.message())),
                             "\nNothing was changed. With --accept-loss the store goes on "
                             "from version ",
                             head, ", and version ", head + 1, " will record the loss.\n"));
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
  const auto findings = Examine(path);
  if (!findings.ok()) return console.Fail(findings.status(), ReadFailure(findings.status()));
  if (!findings->damage.ok()) return TellDamage(*findings, console);
  if (!findings->loss.ok()) {
    return arguments.Has("accept-loss") ? AcceptLoss(path, console) : TellLoss(*findings, console);
  }
  console.Print("nothing to repair\n");
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

Verb RepairVerb() {
  return {.name = "repair",
          .summary = "go on with a store that has lost its newest versions",
          .details =
              "Without --accept-loss it only tells what is lost, and exits with 4 if "
              "something is. All\nrecords are checked; damage of them is told, and stays.",
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
