#include "annals/cli/repair.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/verify.h"
#include "annals/engine/catalog_manager.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/log/rocksdb/store_repair.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr std::string_view kMark = "CATALOG-HEAD";

// --- What is wrong

struct Examination {
  RepairNeed need = RepairNeed::kNothing;
  Verification seen;
};

// What this release cannot read it must not call damage, and delete.
absl::Status CheckNotNewer(const Verification& seen) {
  const auto newer =
      std::ranges::find(seen.findings, Finding::Severity::kNewer, &Finding::severity);
  if (newer == seen.findings.end()) return absl::OkStatus();
  return MakeError(Reason::NEWER_FORMAT,
                   absl::StrCat(newer->what,
                                "; this needs a newer annals, and is not repaired "
                                "here"));
}

//   why there is no store to look at, or NEWER_FORMAT
absl::StatusOr<Examination> Examine(const std::string& path, Console& console) {
  const absl::Status opened =
      OpenRocksDbLog({.path = path, .read_only = true, .salvage = true}).status();
  const auto reason = ReasonOf(opened);
  const bool known = reason == Reason::LOST_VERSIONS || reason == Reason::STORE_UNREADABLE;
  if (!opened.ok() && !known) return opened;
  Examination found;
  ANNALS_ASSIGN_OR_RETURN(found.seen, VerifyStore(path, {}, console));
  ANNALS_RETURN_IF_ERROR(CheckNotNewer(found.seen));
  found.need = reason == Reason::LOST_VERSIONS      ? RepairNeed::kLoss
               : reason == Reason::STORE_UNREADABLE ? RepairNeed::kDatabase
                                                    : NeedOf(found.seen);
  return found;
}

std::string_view FlagFor(RepairNeed need) {
  switch (need) {
    case RepairNeed::kMark:
      return "rebuild-mark";
    case RepairNeed::kLoss:
      return "accept-loss";
    case RepairNeed::kTail:
      return "cut-tail";
    case RepairNeed::kDatabase:
      return "rebuild-database";
    case RepairNeed::kNothing:
    case RepairNeed::kHopeless:
      return "";
  }
  return "";
}

// "versions 5 to 8", of those above what can be made, be they above the head; empty if
// there are none.
std::string TailText(const Verification& seen) {
  const CatalogVersion last = seen.readable.value_or(CatalogVersion{});
  const CatalogVersion end = seen.above ? seen.above->last : seen.head.version;
  return last < end ? VersionsText({{last.Next(), end}}) : "";
}

// --- What could be done

std::string PlanText(const Examination& found) {
  const CatalogVersion head = found.seen.head.version;
  const CatalogVersion last = found.seen.readable.value_or(CatalogVersion{});
  const std::string tail = TailText(found.seen);
  switch (found.need) {
    case RepairNeed::kMark:
      return absl::StrCat("the mark is made anew, and version ", head.value + 1,
                          " will record that");
    case RepairNeed::kLoss:
      return absl::StrCat("the store goes on from version ", head.value, ", and version ",
                          head.value + 1, " will record the loss");
    case RepairNeed::kTail:
      return absl::StrCat(tail.empty() ? "no version is lost: the keys are made anew"
                                       : absl::StrCat(tail, " and all above go for good"),
                          "; the store goes on from version ", last.value, ", and version ",
                          last.value + 1, " will record that");
    case RepairNeed::kDatabase:
      return "RocksDB makes its lists of files anew from the files that are there: what "
             "cannot be read is left out, and what was deleted may come back";
    case RepairNeed::kNothing:
    case RepairNeed::kHopeless:
      return "";
  }
  return "";
}

void TellFindings(const Verification& seen, Console& console) {
  for (const Finding& finding : seen.findings) {
    const bool damage = finding.severity == Finding::Severity::kDamage;
    console.Print(absl::StrCat(damage ? "damage   " : "warning  ", Visible(finding.what), "\n"));
  }
}

ExitCode TellNothing(Console& console) {
  console.Print("nothing to repair\n");
  return ExitCode::kDone;
}

ExitCode TellPlan(const Examination& found, Console& console) {
  console.Print(absl::StrCat("Nothing was changed. With --", ToAbsl(FlagFor(found.need)), " ",
                             PlanText(found),
                             ".\nThe work is done on a copy, and the store as it is stays beside "
                             "the repaired one.\n"));
  return found.need == RepairNeed::kMark ? ExitCode::kRefused : ExitCode::kDamaged;
}

ExitCode TellHopeless(const Verification& seen, Console& console) {
  console.Error(
      absl::StrCat("this damage cannot be repaired here: no version can be made, and a "
                   "backup is the way; the records of ",
                   VersionsText(seen.records), " can be read"));
  return ExitCode::kDamaged;
}

// --- Doing it

// Brings the copy of a store in order, step by step.
class Mender {
 public:
  Mender(const Arguments& arguments, Console& console) : arguments_(arguments), console_(console) {}

  // Where the store as it was lies now, and the version that records the repair.
  struct Done {
    std::string backup;
    CatalogVersion version;
  };
  // Nothing if there is nothing to repair any more.
  absl::StatusOr<std::optional<Done>> Mend(const std::string& path) {
    ANNALS_ASSIGN_OR_RETURN(const auto repair, StoreRepair::Begin(path));
    // Looked at again, as a writer may have gone on until it was locked out.
    ANNALS_ASSIGN_OR_RETURN(Examination found, Examine(repair->copy(), console_));
    if (found.need == RepairNeed::kNothing) return std::nullopt;
    if (found.need == RepairNeed::kHopeless) return Failed(found.seen);
    while (found.need == RepairNeed::kDatabase || found.need == RepairNeed::kTail) {
      ANNALS_RETURN_IF_ERROR(CheckAllowed(found.need));
      ANNALS_RETURN_IF_ERROR(TakeStep(found, *repair));
      const RepairNeed before = found.need;
      ANNALS_ASSIGN_OR_RETURN(found, Examine(repair->copy(), console_));
      if (found.need == before || found.need == RepairNeed::kHopeless) return Failed(found.seen);
    }
    if (found.need == RepairNeed::kLoss && !accept_loss_) {
      ANNALS_RETURN_IF_ERROR(CheckAllowed(found.need));
      accept_loss_ = true;
    }
    if (found.need == RepairNeed::kMark) AddNote("the mark was made anew");
    Done done;
    ANNALS_ASSIGN_OR_RETURN(done.version, Record(repair->copy()));
    ANNALS_ASSIGN_OR_RETURN(done.backup, repair->Finish());
    return done;
  }

 private:
  absl::Status CheckAllowed(RepairNeed need) const {
    if (arguments_.Has(FlagFor(need))) return absl::OkStatus();
    return MakeError(Reason::DAMAGED, absl::StrCat("the store needs --", ToAbsl(FlagFor(need)),
                                                   " too; nothing was changed"));
  }

  static absl::Status Failed(const Verification& seen) {
    const std::string what = seen.findings.empty() ? "" : ": " + seen.findings[0].what;
    return MakeError(Reason::DAMAGED,
                     absl::StrCat("the copy is still damaged", what, "; nothing was changed"));
  }

  absl::Status TakeStep(const Examination& found, StoreRepair& repair) {
    if (found.need == RepairNeed::kDatabase) {
      AddNote("the database was made anew from its files");
      return repair.RebuildDatabase();
    }
    const Verification& seen = found.seen;
    const std::string tail = TailText(seen);
    AddNote(tail.empty() ? "damaged keys were made anew" : "damage was cut off: " + tail);
    accept_loss_ = true;  // What is cut off was acknowledged.
    return repair.CutTo({seen.head.store, *seen.readable, seen.head.snapshot});
  }

  void AddNote(std::string_view note) {
    absl::StrAppend(&note_, note_.empty() ? "repaired: " : ", ", ToAbsl(note));
  }

  absl::StatusOr<CatalogVersion> Record(const std::string& copy) const {
    ANNALS_ASSIGN_OR_RETURN(const auto manager, CatalogManager::Open({.path = copy,
                                                                      .create_if_missing = false,
                                                                      .accept_loss = accept_loss_,
                                                                      .repair_note = note_}));
    return manager->Latest().version();
  }

  const Arguments& arguments_;
  Console& console_;
  bool accept_loss_ = false;
  std::string note_;
};

ExitCode RunRepair(const Arguments& arguments, Console& console) {
  const std::string path = arguments.Get("STORE");
  const auto found = Examine(path, console);
  if (!found.ok()) return console.Fail(found.status(), ReadFailure(found.status()));
  if (found->need == RepairNeed::kNothing) return TellNothing(console);
  TellFindings(found->seen, console);
  if (found->need == RepairNeed::kHopeless) return TellHopeless(found->seen, console);
  if (!arguments.Has(FlagFor(found->need))) return TellPlan(*found, console);

  const auto done = Mender(arguments, console).Mend(path);
  if (!done.ok()) return console.Fail(done.status(), ReadFailure(done.status()));
  if (!done->has_value()) return TellNothing(console);
  console.Print(absl::StrCat("repaired: version ", (*done)->version.value,
                             " records it; the store as it was is ", Visible((*done)->backup),
                             "\n"));
  return ExitCode::kDone;
}

}  // namespace

RepairNeed NeedOf(const Verification& seen) {
  const auto is_of_mark = [](const Finding& finding) { return finding.key == kMark; };
  const auto is_other_damage = [&](const Finding& finding) {
    return finding.severity == Finding::Severity::kDamage && !is_of_mark(finding);
  };
  if (std::ranges::any_of(seen.findings, is_other_damage)) {
    const bool some = seen.readable && seen.readable->value > 0;
    return some ? RepairNeed::kTail : RepairNeed::kHopeless;
  }
  if (seen.damaged()) return RepairNeed::kLoss;
  return std::ranges::any_of(seen.findings, is_of_mark) ? RepairNeed::kMark : RepairNeed::kNothing;
}

Verb RepairVerb() {
  return {.name = "repair",
          .summary = "tell what a damaged store needs, and do it when told to",
          .details =
              "Without the flag that a repair asks for it only tells what is wrong and what it "
              "would do, and exits\nwith 4 (1 if only the mark is wrong). All work is done on a "
              "copy. The store as it was is kept beside\nthe repaired one, as "
              "STORE.before-repair-TIME, and the log records the repair in a version of its own.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Flag("--accept-loss", "go on without the newest versions, which are lost"),
                         Flag("--cut-tail",
                              "drop the first damaged version and all above it, for good"),
                         Flag("--rebuild-mark", "make the mark, CATALOG-HEAD, anew"),
                         Flag("--rebuild-database",
                              "where RocksDB cannot open it, make its lists of files anew")},
          .run = RunRepair};
}

}  // namespace annals::cli
