#include "annals/cli/history_verb.h"

#include "absl/strings/str_cat.h"
#include "annals/cli/json.h"
#include "annals/cli/lives.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/object_lookup.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// An object that the snapshot kept was made what it is by this version or an earlier one.
std::string VersionText(const LifeStep& step) {
  return absl::StrCat(step.change == "kept" ? "<=" : "", step.version.value);
}

std::string TextOf(const Life& life) {
  TextTable table({"  VERSION", "TIME", "AUTHOR", "CHANGE"});
  for (const LifeStep& step : life.steps) {
    table.AddRow({"  " + VersionText(step), MomentText(step.timestamp), Shortened(step.author, 30),
                  step.text});
  }
  return absl::StrCat(ToAbsl(KindName(life.kind)), " ", Visible(life.name), " (id ", life.id.value,
                      life.ended ? ", dropped" : "", ")\n", table.TakeText());
}

Json JsonOf(const Life& life) {
  Json steps = Json::array();
  for (const LifeStep& step : life.steps) {
    steps.push_back({{"version", step.version.value},
                     {"timestamp", MomentText(step.timestamp)},
                     {"hlc", absl::StrCat(step.timestamp.raw())},
                     {"author", step.author},
                     {"statement", step.statement},
                     {"change", step.change},
                     {"text", step.text}});
  }
  return {{"kind", std::string(KindName(life.kind))},
          {"id", life.id.value},
          {"name", life.name},
          {"dropped", life.ended},
          {"steps", std::move(steps)}};
}

std::string TextOf(const std::vector<Life>& lives, std::string_view output) {
  if (output == "json") {
    Json list = Json::array();
    for (const Life& life : lives) list.push_back(JsonOf(life));
    return PrettyJsonText(list);
  }
  std::string text;
  for (const Life& life : lives) absl::StrAppend(&text, text.empty() ? "" : "\n", TextOf(life));
  return text;
}

absl::StatusOr<std::vector<Life>> Lives(const Arguments& arguments, std::optional<ObjectKind> kind,
                                        const std::string& name, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(const StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion until, reader.Find(selector));
  Progress finding(console, "looking for the name", until.value);
  ANNALS_ASSIGN_OR_RETURN(const std::set<ObjectId> ids,
                          FindEver(reader.log(), until, kind, name, finding));
  Progress reading(console, "reading its life", until.value);
  return LivesOf(reader.log(), until, ids, reading);
}

ExitCode RunHistory(const Arguments& arguments, Console& console) {
  const auto object = KindAndNameIn(arguments.List("OBJECT"));
  if (!object.ok()) return console.Fail(object.status(), ExitCode::kUsage);
  const auto lives = Lives(arguments, object->first, object->second, console);
  if (!lives.ok()) return console.Fail(lives.status(), ReadFailure(lives.status()));
  console.Print(TextOf(*lives, arguments.Get("output", "table")));
  return ExitCode::kDone;
}

}  // namespace

Verb HistoryVerb() {
  return {
      .name = "history",
      .summary = "tell the whole life of an object, through all its names",
      .details =
          "OBJECT is [KIND] NAME as for describe, or #12, the object with that id. A name "
          "that several\nobjects had, one after the other, tells the life of each. \"<=7\": "
          "what was before the snapshot\nwith which the store begins is gone; version 7 or "
          "one before it did this.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     {.name = "OBJECT",
                      .help = "[KIND] NAME, or #ID",
                      .kind = Parameter::Kind::kPositional,
                      .least = 1,
                      .most = 2},
                     Value("--at", "the version up to which to read (default: latest)"),
                     SalvageFlag(),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunHistory,
      .paged = true};
}

}  // namespace annals::cli
