#include "annals/cli/apply.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/cli/intake_text.h"
#include "annals/cli/write_options.h"
#include "annals/engine/mirror/intake.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

std::string NamesOfKinds() {
  return absl::StrJoin(AllKinds(), ", ", [](std::string* out, const KindDefinition* kind) {
    absl::StrAppend(out, kind->name);
  });
}

// Nothing if there is no such kind, which `console` has been told then.
std::optional<std::vector<ObjectKind>> KindsOf(const Arguments& arguments, Console& console) {
  std::vector<ObjectKind> kinds;
  for (const std::string& name : arguments.List("kind")) {
    const KindDefinition* const kind = FindKindByName(name);
    if (kind == nullptr) {
      console.UsageError(absl::StrCat("there is no kind ", name, "; there are ", NamesOfKinds()));
      return std::nullopt;
    }
    kinds.push_back(kind->kind);
  }
  return kinds;
}

void Complain(const std::vector<IntakeProblem>& problems, Console& console) {
  for (const IntakeProblem& problem : problems) console.Error(problem.ToString());
}

ExitCode CodeOf(const std::vector<IntakeProblem>& problems) {
  return problems.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

absl::StatusOr<std::string> TextOf(const CatalogManager& manager, const IntakePlan& plan) {
  ANNALS_ASSIGN_OR_RETURN(const Catalog base, manager.At(plan.base));
  ANNALS_ASSIGN_OR_RETURN(const UpdateEntries entries, manager.Explain(CommandsOf(plan)));
  return PlanText(base, plan, entries);
}

ExitCode Commit(CatalogManager& manager, const Intake& intake, IntakePlan plan,
                const ExecuteOptions& options, Console& console) {
  const size_t told = plan.problems.size();
  const auto done = intake.Commit(manager, std::move(plan), options);
  if (!done.ok()) return console.Fail(done.status(), WriteFailure(done.status()));
  const std::vector<IntakeProblem> more(done->problems.begin() + static_cast<std::ptrdiff_t>(told),
                                        done->problems.end());
  Complain(more, console);
  if (done->changed) console.Print(absl::StrCat("version ", done->version.value, "\n"));
  return CodeOf(done->problems);
}

ExitCode PlanAndCommit(CatalogManager& manager, const Intake& intake, const Arguments& arguments,
                       Console& console) {
  auto plan = intake.Plan(manager);
  if (!plan.ok()) return console.Fail(plan.status(), ReadFailure(plan.status()));
  Complain(plan->problems, console);
  if (plan->steps.empty()) {
    if (plan->problems.empty()) console.Print("up to date\n");
    return CodeOf(plan->problems);
  }
  const auto text = TextOf(manager, *plan);
  if (!text.ok()) return console.Fail(text.status(), WriteFailure(text.status()));
  console.PrintExact(*text);
  if (arguments.Has("dry-run")) return CodeOf(plan->problems);
  ExecuteOptions options = WriteOptionsOf(arguments);
  options.statement = *text;
  return Commit(manager, intake, *std::move(plan), options, console);
}

ExitCode RunApply(const Arguments& arguments, Console& console) {
  auto kinds = KindsOf(arguments, console);
  if (!kinds) return ExitCode::kUsage;
  const Intake intake({.directory = arguments.Get("file"), .kinds = *std::move(kinds)});
  // Before the store, which must not come into being for a directory that is not there.
  if (const absl::Status there = intake.Check(); !there.ok()) {
    return console.UsageError(ToStd(there.message()));
  }
  OpenOptions open{.path = arguments.Get("STORE"), .read_only = arguments.Has("dry-run")};
  const auto delay = DelayOf(arguments, console);
  if (!delay) return ExitCode::kUsage;
  open.delay = *delay;
  auto manager = CatalogManager::Open(open);
  if (open.read_only && ReasonOf(manager.status()) == Reason::STORE_NOT_FOUND) {
    console.Note(absl::StrCat("there is no store at ", open.path,
                              " yet; this is what would be done in a new one"));
    manager = CatalogManager::Open({.log = "memory"});
  }
  if (!manager.ok()) return console.Fail(manager.status(), ReadFailure(manager.status()));
  for (const std::string& warning : (*manager)->GetStats().warnings) console.Warning(warning);
  return PlanAndCommit(**manager, intake, arguments, console);
}

}  // namespace

Verb ApplyVerb() {
  std::vector<Parameter> parameters = {
      Positional("STORE", "the directory of the store, made if it is missing"),
      {.name = "-f,--file",
       .help = "a directory of .yaml and .properties files, or one such file",
       .least = 1},
      Flag("--dry-run", "print what would be done, and write nothing, nor make a store"),
      {.name = "--kind",
       .help = "files and objects of this kind alone; can be repeated",
       .most = 16}};
  for (Parameter& parameter : WriteParameters()) parameters.push_back(std::move(parameter));
  return {
      .name = "apply",
      .summary = "make catalogs, connections and the like what files say, in one version",
      .details =
          "Prints what there is to do, as SQL, does it, and prints the version; or that all is\n"
          "up to date. What has no file is dropped only if it was made from this directory.\n"
          "Files that are broken, or ask for what cannot be, are named on standard error; the\n"
          "rest is done, and the exit status is 1.",
      .parameters = std::move(parameters),
      .run = RunApply};
}

}  // namespace annals::cli
