#include "annals/cli/blame.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/configured.h"
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

// The version that last touched a piece of an object.
struct Touch {
  CatalogVersion version;
  HybridTimestamp timestamp;
  std::string author;
  std::string statement;
  bool exact = true;  // No: a snapshot kept the piece, so it was this version or one before.
};
using Touches = std::map<std::string, Touch>;  // By the keys of pieces.

// A piece of the object as it is now.
struct Line {
  std::string name;
  std::string text;
  Touch touch;
};

// What is blamed: an object, and how its pieces are called.
struct Blamed {
  const char* piece;
  const char* text;
  std::vector<Line> lines;
};

// The columns of whatever has some.
std::optional<ColumnList> ColumnsOf(const ObjectDescriptor& object) {
  if (const auto table = As<TableDescriptor>(object)) return table->columns();
  if (const auto view = As<SystemViewDescriptor>(object)) return view->columns();
  if (const auto other = As<ConfiguredDescriptor>(object)) return other->columns();
  return std::nullopt;
}

// What an object has beside columns that can be set: its options, by key.
std::map<std::string, Option> SettingsOf(const ObjectDescriptor& object) {
  std::map<std::string, Option> options;
  const auto configured = As<ConfiguredDescriptor>(object);
  if (!configured) return options;
  ConfiguredFields fields = configured->ToFields();
  for (Option& option : fields.options) options["option:" + option.key] = std::move(option);
  for (Option& label : fields.labels) options["label:" + label.key] = std::move(label);
  options["comment"].value = std::move(fields.comment);
  options["generation"].value = absl::StrCat(fields.generation);
  return options;
}

std::string KeyOf(ColumnId column) { return absl::StrCat("column ", column.value); }

void TouchAll(const ObjectDescriptor& kept, Touches& touches) {
  const Touch touch = {.version = kept.from(), .timestamp = kept.updated_at(), .exact = false};
  if (const auto columns = ColumnsOf(kept)) {
    for (const ColumnDescriptor column : *columns) touches[KeyOf(column.id())] = touch;
  }
  for (const auto& [key, option] : SettingsOf(kept)) touches[key] = touch;
}

void TouchChanged(const VersionStep& step, ObjectId id, Touches& touches) {
  const Touch touch = {.version = step.after.version(),
                       .timestamp = step.after.timestamp(),
                       .author = step.record.update.author,
                       .statement = step.record.update.statement};
  for (const ObjectChange& change : Diff(*step.before, step.after, {id})) {
    for (const ColumnChange& column : ColumnChangesOf(change)) touches[KeyOf(column.id)] = touch;
  }
  const auto before = SettingsOf(step.before->Find(id));
  for (const auto& [key, option] : SettingsOf(step.after.Find(id))) {
    const auto old = before.find(key);
    if (old == before.end() || old->second != option) touches[key] = touch;
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

// The name of the column of which `key` is the key, where all pieces are columns.
std::string NameOfColumn(const ColumnList& columns, const std::string& key) {
  for (const ColumnDescriptor column : columns) {
    if (KeyOf(column.id()) == key) return std::string(column.name());
  }
  return key;
}

// The pieces of `object` that can be blamed on a version.
absl::StatusOr<Blamed> BlamedOf(const CatalogView& catalog, const ObjectDescriptor& object,
                                Touches touches) {
  const auto columns = ColumnsOf(object);
  if (!columns) {
    return MakeError(Reason::TABLE_NOT_FOUND,
                     absl::StrCat(ToAbsl(KindName(object.kind())), " ",
                                  QualifiedName(catalog, object), " has no columns"));
  }
  const bool configured = IsConfigured(object.kind());
  Blamed blamed{configured ? "piece" : "column", configured ? "value" : "type", {}};
  for (const Property& property : PropertiesOf(catalog, object)) {
    const auto touch = touches.find(property.key);
    if (touch == touches.end()) continue;
    std::string label = property.label;
    if (!configured) label = NameOfColumn(*columns, property.key);
    blamed.lines.push_back({std::move(label), property.text, std::move(touch->second)});
  }
  return blamed;
}

absl::StatusOr<Blamed> Blame(const Arguments& arguments, std::optional<ObjectKind> kind,
                             const std::string& name, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion until, reader.Find(selector));
  ANNALS_ASSIGN_OR_RETURN(const Catalog catalog, reader.CatalogAt(until));
  ANNALS_ASSIGN_OR_RETURN(const ObjectDescriptor object, FindWritten(catalog, kind, name));
  Progress progress(console, "reading the object's life", until.value);
  ANNALS_ASSIGN_OR_RETURN(Touches touches, TouchesOf(reader.log(), until, object.id(), progress));
  return BlamedOf(catalog, object, std::move(touches));
}

std::string TextOf(const Blamed& blamed) {
  TextTable table({absl::AsciiStrToUpper(blamed.piece), absl::AsciiStrToUpper(blamed.text),
                   "VERSION", "TIME", "AUTHOR", "STATEMENT"});
  for (const Line& line : blamed.lines) {
    const Touch& touch = line.touch;
    table.AddRow({line.name, line.text, absl::StrCat(touch.exact ? "" : "<=", touch.version.value),
                  MomentText(touch.timestamp), Shortened(touch.author, 30),
                  Shortened(touch.statement, kStatementWidth)});
  }
  return table.TakeText();
}

std::string JsonOf(const Blamed& blamed) {
  Json list = Json::array();
  for (const Line& line : blamed.lines) {
    const Touch& touch = line.touch;
    list.push_back({{blamed.piece, line.name},
                    {blamed.text, line.text},
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
  const auto object = KindAndNameIn(arguments.List("OBJECT"));
  if (!object.ok()) return console.Fail(object.status(), ExitCode::kUsage);
  const auto blamed = Blame(arguments, object->first, object->second, console);
  if (!blamed.ok()) return console.Fail(blamed.status(), ReadFailure(blamed.status()));
  console.Print(arguments.Get("output") == "json" ? JsonOf(*blamed) : TextOf(*blamed));
  return ExitCode::kDone;
}

}  // namespace

Verb BlameVerb() {
  return {
      .name = "blame",
      .summary = "tell for each column or option which version touched it last",
      .details =
          "OBJECT is [KIND] NAME as for describe: a table, a view, a connection, ... \"<=7\": what "
          "was\nbefore the snapshot with which the store begins is gone; version 7 or one before "
          "it touched this.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     {.name = "OBJECT",
                      .help = "[KIND] NAME",
                      .kind = Parameter::Kind::kPositional,
                      .least = 1,
                      .most = 2},
                     Value("--at", "the version to look at (default: latest)"),
                     SalvageFlag(),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunBlame,
      .paged = true};
}

}  // namespace annals::cli
