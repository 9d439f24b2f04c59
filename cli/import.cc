#include "annals/cli/import.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "annals/cli/importer.h"
#include "annals/cli/input.h"
#include "annals/cli/progress.h"
#include "annals/log/rocksdb/new_store.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

absl::StatusOr<Input> OpenExport(const Arguments& arguments) {
  const std::string file = arguments.Get("file", "-");
  if (file == "-") return Input::OfStandardInput();
  return Input::OfFile(file);
}

// What cannot be put where it is to be is refused; a place where nothing can be is another
// matter.
ExitCode CodeOfBegin(const absl::Status& status) {
  return absl::IsAlreadyExists(status) ? ExitCode::kRefused : ReadFailure(status);
}

// The input is what is damaged, or newer, or nothing that can be imported; the rest are
// failures of writing.
ExitCode CodeOfLines(const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return ExitCode::kUsage;
  if (ReasonOf(status) == Reason::NEWER_FORMAT) return ExitCode::kCannotOpen;
  return WriteFailure(status);
}

ExitCode RunImport(const Arguments& arguments, Console& console) {
  auto input = OpenExport(arguments);
  if (!input.ok()) return console.UsageError(ToStd(input.status().message()));
  const auto store = NewStore::Begin(arguments.Get("STORE"));
  if (!store.ok()) return console.Fail(store.status(), CodeOfBegin(store.status()));
  Progress progress(console, "importing versions");
  const auto imported = ImportLines(*input, (*store)->log(),
                                    [&](CatalogVersion version) { progress.Reach(version.value); });
  if (!imported.ok()) return console.Fail(imported.status(), CodeOfLines(imported.status()));
  if (const absl::Status moved = (*store)->Finish(); !moved.ok()) {
    return console.Fail(moved, WriteFailure(moved));
  }
  console.Print(absl::StrCat("imported the versions ", std::max<uint64_t>(imported->base.value, 1),
                             " to ", imported->head.value, "\n"));
  return ExitCode::kDone;
}

}  // namespace

Verb ImportVerb() {
  return {
      .name = "import",
      .summary = "make a new store of what export wrote",
      .details =
          "The new store has the same versions, times, authors and texts under an identity of "
          "its own, so\nits hashes are others. Each line is checked; after an error there is "
          "no store. What\n`export -o ddl` wrote is for `annals exec -f`.",
      .parameters = {Positional("STORE", "where to; must not exist yet"),
                     Value("-f,--file", "a file of JSON lines; - is standard input (the default)")},
      .run = RunImport};
}

}  // namespace annals::cli
