#include "annals/cli/blame.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "annals/catalog/diff.h"
#include "annals/cli/json.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/object_text.h"
#include "annals/cli/progress.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"

namespace annals::cli {
namespace {

constexpr size_t kStatementWidth = 80;

// The version that last touched a column.
struct Touch {
  CatalogVersion version;
  HybridTimestamp timestamp;
  std::string author;
  std::string statement;
  bool exact = true;  // No: a snapshot kept the column, so it was this version or one before.
};
using Touches = std::map<ColumnId, Touch>;

// A column of the table as it is now.
struct Line {
  std::string column;
  std::string type;
  Touch touch;
};

// The columns of a table or a view.
std::optional<ColumnList> ColumnsOf(const ObjectDescriptor& object) {
  if (const auto table = As<TableDescriptor>(object)) return table->columns();
  if (const auto view = As<SystemViewDescriptor>(object)) return view->columns();
  return std::nullopt;
}

void TouchAll(const ObjectDescriptor& kept, Touches& touches) {
  const auto columns = ColumnsOf(kept);
  if (!columns) return;
  for (const ColumnDescriptor column : *columns) {
    touches[column.id()] = {.version = kept.from(), .timestamp = kept.updated_at(), .exact = false};
  }
}

void TouchChanged(const VersionStep& step, ObjectId id, Touches& touches) {
  for (const ObjectChange& change : Diff(*step.before, step.after, {id})) {
    for (const ColumnChange& column : ColumnChangesOf(change)) {
      touches[column.id] = {.version = step.after.version(),
                            .timestamp = step.after.timestamp(),
                            .author = step.record.update.author,
                            .statement = step.record.update.statement};
    }
  }
}

absl::StatusOr<Touches> TouchesOf(const UpdateLog& log, CatalogVersion until, ObjectId id,
                                  Progress& progress) {
  Touches touches;
  ANNALS_RETURN_IF_ERROR(ForEachVersion(log, until, [&](const VersionStep& step) {
    progress.Reach(step.after.version().value);
    if (step.before == nullptr) {
      TouchAll(step.after.Find(id), touches);
    } else if (std::ranges::count(step.changed, id) > 0) {
      TouchChanged(step, id, touches);
    }
    return absl::OkStatus();
  }));
  return touches;
}

absl::StatusOr<std::vector<Line>> Blame(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion until, reader.Find(selector));
  ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, reader.CatalogAt(until));
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor table,
                          FindWritten(catalog, std::nullopt, arguments.Get("TABLE")));
  const auto columns = ColumnsOf(table);
  if (!columns) {
    return MakeError(Reason::TABLE_NOT_FOUND,
                     absl::StrCat(ToAbsl(KindName(table.kind())), " ",
                                  QualifiedName(catalog, table), " has no columns"));
  }
  Progress progress(console, "reading the table's life", until.value);
  ANNALS_ASSIGN_OR_RETURN(Touches touches, TouchesOf(reader.log(), until, table.id(), progress));
  std::vector<Line> lines;
  for (const ColumnDescriptor column : *columns) {
    lines.push_back(
        {std::string(column.name()), ColumnText(column), std::move(touches[column.id()])});
  }
  return lines;
}

std::string TextOf(const std::vector<Line>& lines) {
  TextTable table({"COLUMN", "TYPE", "VERSION", "TIME", "AUTHOR", "STATEMENT"});
  for (const Line& line : lines) {
    const Touch& touch = line.touch;
    table.AddRow({line.column, line.type,
                  absl::StrCat(touch.exact ? "" : "<=", touch.version.value),
                  MomentText(touch.timestamp), Shortened(touch.author, 30),
                  Shortened(touch.statement, kStatementWidth)});
  }
  return table.TakeText();
}

std::string JsonOf(const std::vector<Line>& lines) {
  Json list = Json::array();
  for (const Line& line : lines) {
    const Touch& touch = line.touch;
    list.push_back({{"column", line.column},
                    {"type", line.type},
                    {"version", touch.version.value},
                    {"exact", touch.exact},
                    {"timestamp", MomentText(touch.timestamp)},
                    {"hlc", absl::StrCat(touch.timestamp.raw())},
                    {"author", touch.author},
                    {"statement", touch.statement}});
  }
  return PrettyJsonText(list);
}

ExitCode RunBlame(const Arguments& arguments, Console& console) {
  const auto lines = Blame(arguments, console);
  if (!lines.ok()) return console.Fail(lines.status(), ReadFailure(lines.status()));
  console.Print(arguments.Get("output") == "json" ? JsonOf(*lines) : TextOf(*lines));
  return ExitCode::kDone;
}

}  // namespace

Verb BlameVerb() {
  return {
      .name = "blame",
      .summary = "tell for each column of a table which version touched it last",
      .details =
          "TABLE is written as for describe. \"<=7\": what was before the snapshot with "
          "which the store\nbegins is gone; version 7 or one before it touched the column.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Positional("TABLE", "the table, or a system view"),
                     Value("--at", "the version to look at (default: latest)"), SalvageFlag(),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunBlame,
      .paged = true};
}

}  // namespace annals::cli
