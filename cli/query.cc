#include "annals/cli/query.h"

#include <string>

#include "annals/cli/rows_text.h"
#include "annals/cli/store_reader.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/query.h"

namespace annals::cli {
namespace {

// The views themselves, as rows. They are the same for every store.
ViewRows ListOfViews() {
  static const auto* const info = new ViewInfo{
      "VIEWS", "each view", {{"VIEW_NAME", TypeId::kString}, {"HAS_A_ROW_FOR", TypeId::kString}}};
  ViewRows answer{info, {}};
  for (const ViewInfo* view : AllViews()) {
    answer.rows.push_back({ValueOf(view->name), ValueOf(view->summary)});
  }
  return answer;
}

absl::StatusOr<ViewRows> Answer(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(StoreReader reader, StoreReader::Open(arguments, console));
  const auto view = arguments.Find("VIEW");
  if (!view.has_value()) return ListOfViews();
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, reader.Find(selector));
  ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, reader.CatalogAt(version));
  return Query(*view, catalog, reader.log());
}

std::string TextOf(const ViewRows& answer, std::string_view output) {
  if (output == "json") return RowsJson(answer);
  if (output == "csv") return RowsCsv(answer);
  return RowsTable(answer);
}

ExitCode RunQuery(const Arguments& arguments, Console& console) {
  const auto answer = Answer(arguments, console);
  if (!answer.ok()) return console.Fail(answer.status(), ReadFailure(answer.status()));
  console.PrintExact(TextOf(*answer, arguments.Get("output", "table")));
  return ExitCode::kDone;
}

}  // namespace

Verb QueryVerb() {
  return {.name = "query",
          .summary = "list the rows of a view: TABLES, INDEX_COLUMNS, VERSIONS, ...",
          .details =
              "Without VIEW, lists the views. Their names are read in upper and lower case. "
              "Views of the\nhistory (VERSIONS, UPDATE_ENTRIES, SNAPSHOTS, OBJECT_HISTORY) go "
              "up to the version of --at.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         {.name = "VIEW",
                          .help = "the view",
                          .kind = Parameter::Kind::kPositional,
                          .least = 0,
                          .most = 1},
                         Value("--at", "the version to look at (default: latest)"),
                         SalvageFlag(),
                         Choice("-o,--output", "how to write it (default: table)",
                                {"table", "json", "csv"})},
          .run = RunQuery,
          .paged = true};
}

}  // namespace annals::cli
