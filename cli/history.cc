#include "annals/cli/history.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/change_text.h"
#include "annals/cli/json.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/text_table.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"

namespace annals::cli {
namespace {

// --- As JSON.

Json EntriesJson(const std::vector<UpdateEntry>& entries) {
  const KnownNames names(entries);
  Json list = Json::array();
  for (const UpdateEntry& entry : entries) {
    const EntryFacts facts = names.FactsOf(entry);
    list.push_back({{"op", std::string(EntryName(entry))},
                    {"kind", facts.kind ? Json(std::string(KindName(*facts.kind))) : Json()},
                    {"id", facts.id.value},
                    {"name", facts.name.empty() ? Json() : Json(facts.name)}});
  }
  return list;
}

// Hybrid timestamps are strings: JSON's numbers are not exact beyond 2^53 everywhere.
Json VersionJson(CatalogVersion version, const UpdateRecord& record) {
  const VersionedUpdate& update = record.update;
  return {{"version", version.value},
          {"timestamp", MomentText(update.timestamp)},
          {"hlc", absl::StrCat(update.timestamp.raw())},
          {"activation", MomentText(update.activation)},
          {"activation_hlc", absl::StrCat(update.activation.raw())},
          {"author", update.author},
          {"message", update.message},
          {"statement", update.statement},
          {"policy", update.policy == Policy::kRelaxed ? "relaxed" : "strict"},
          {"commit_id", record.envelope.commit_id.ToString()},
          {"hash", record.hash.ToString()},
          {"previous_hash", record.envelope.previous.ToString()},
          {"snapshot", record.is_root},
          {"entries", EntriesJson(update.entries)}};
}

// --- log

constexpr size_t kPartRows = 500;
constexpr size_t kTitleWidth = 100;

// What a version is about, on one line: its message, or its statement, or its entries.
std::string TitleOf(const VersionedUpdate& update) {
  const std::string& text = update.message.empty() ? update.statement : update.message;
  return text.empty() ? SummaryOf(update.entries) : Visible(Shortened(text, kTitleWidth));
}

// Writes versions one after the other in one of the forms of `log`.
class LogWriter {
 public:
  LogWriter(std::string form, Console& console) : form_(std::move(form)), console_(console) {
    if (form_ == "json") console_.Print("[");
  }

  void Write(CatalogVersion version, const UpdateRecord& record) {
    if (form_ == "json" || form_ == "jsonl") return WriteJson(version, record);
    const VersionedUpdate& update = record.update;
    if (form_ == "oneline") {
      console_.Print(absl::StrCat(version.value, "  ", MomentText(update.timestamp), "  ",
                                  TitleOf(update), "\n"));
      return;
    }
    table_.AddRow({absl::StrCat(version.value), MomentText(update.timestamp),
                   Shortened(update.author, 30), Shortened(update.message, kTitleWidth),
                   SummaryOf(update.entries)});
    if (table_.size() == kPartRows) console_.Print(table_.TakeText());
  }

  void Finish() {
    if (form_ == "json") console_.Print(count_ == 0 ? "]\n" : "\n]\n");
    if (form_ == "table") console_.Print(table_.TakeText());
  }

 private:
  void WriteJson(CatalogVersion version, const UpdateRecord& record) {
    const bool array = form_ == "json";
    if (array) console_.Print(count_ == 0 ? "\n" : ",\n");
    console_.Print(JsonText(VersionJson(version, record)));
    if (!array) console_.Print("\n");
    ++count_;
  }

  const std::string form_;
  Console& console_;
  TextTable table_{{"VERSION", "TIME", "AUTHOR", "MESSAGE", "CHANGES"}};
  size_t count_ = 0;
};

// How many versions -n allows; nothing if it is no number.
std::optional<uint64_t> ReadLimit(const Arguments& arguments) {
  uint64_t limit = UINT64_MAX;
  const auto text = arguments.Find("n");
  if (!text.has_value()) return limit;
  const bool digits = !text->empty() && text->find_first_not_of("0123456789") == text->npos;
  if (!digits || !absl::SimpleAtoi(*text, &limit)) return std::nullopt;
  return limit;
}

// The versions to write: the newest, at most `limit`.
std::pair<uint64_t, uint64_t> RangeOf(const UpdateLog::HeadInfo& head, uint64_t limit) {
  const uint64_t last = head.version.value;
  const uint64_t first = std::max<uint64_t>(head.snapshot.value, 1);
  return {limit > last ? first : std::max(first, last - limit + 1), last};
}

// Writes what there is of `log`, one way or the other; what cannot be read is told, and
// the others can still be shown.
class LogWalk {
 public:
  LogWalk(const UpdateLog& log, LogWriter& writer, Console& console)
      : log_(log), records_(log), writer_(writer), console_(console) {}

  // Tells of the versions from `first` to `last`, newest first unless `reverse`.
  ExitCode Walk(uint64_t first, uint64_t last, bool reverse) {
    if (first > last) return code_;
    const uint64_t end = reverse ? last : first;
    uint64_t at = reverse ? first : last;
    while (console_.working()) {
      const UpdateLog::VersionRange told = Tell({at});
      const uint64_t reached = std::clamp((reverse ? told.last : told.first).value, first, last);
      if (reached == end) break;
      at = reverse ? reached + 1 : reached - 1;
    }
    return code_;
  }

 private:
  // Tells of `version`, or of the whole gap that it lies in. Which versions these were.
  UpdateLog::VersionRange Tell(CatalogVersion version) {
    const auto record = records_.Read(version);
    if (record.ok()) {
      writer_.Write(version, *record);
      return {version, version};
    }
    const auto gap = log_.GapAt(version);
    const bool wide = gap && gap->first < gap->last;
    const absl::Status status =
        wide ? MakeError(Reason::DAMAGED,
                         absl::StrCat("the records of the versions ", gap->first.value, " to ",
                                      gap->last.value, " are missing"))
             : record.status();
    console_.Fail(status, ExitCode::kDamaged);
    code_ = ReadFailure(status);
    return wide ? *gap : UpdateLog::VersionRange{version, version};
  }

  const UpdateLog& log_;
  LinkedReader records_;
  LogWriter& writer_;
  Console& console_;
  ExitCode code_ = ExitCode::kDone;
};

ExitCode WriteLog(const StoreReader& reader, uint64_t limit, bool reverse, LogWriter& writer,
                  Console& console) {
  const auto [first, last] = RangeOf(reader.log().Head(), limit);
  const ExitCode code = LogWalk(reader.log(), writer, console).Walk(first, last, reverse);
  writer.Finish();
  const bool damaged = code == ExitCode::kDone && !reader.damage_at_head().ok();
  return damaged ? ExitCode::kDamaged : code;
}

ExitCode RunLog(const Arguments& arguments, Console& console) {
  const auto limit = ReadLimit(arguments);
  if (!limit.has_value()) return console.UsageError("-n wants a number of versions");
  const auto reader = StoreReader::Open(arguments.Get("STORE"), console);
  if (!reader.ok()) return console.Fail(reader.status(), ReadFailure(reader.status()));
  LogWriter writer(arguments.Has("oneline") ? "oneline" : arguments.Get("output", "table"),
                   console);
  return WriteLog(*reader, *limit, arguments.Has("reverse"), writer, console);
}

// --- show

void AddLine(std::string& text, std::string_view label, std::string_view value) {
  absl::StrAppend(&text, ToAbsl(label), std::string(11 - label.size(), ' '), Visible(value), "\n");
}

void AddBlock(std::string& text, std::string_view label, std::string_view lines) {
  if (lines.empty()) return;
  absl::StrAppend(&text, "\n", ToAbsl(label), "\n  ",
                  absl::StrReplaceAll(VisibleLines(lines), {{"\n", "\n  "}}), "\n");
}

std::string ShowText(CatalogVersion version, const UpdateRecord& record) {
  const VersionedUpdate& update = record.update;
  std::string text;
  AddLine(text, "version", absl::StrCat(version.value, record.is_root ? " (a snapshot)" : ""));
  AddLine(text, "time", MomentText(update.timestamp));
  AddLine(text, "activation", MomentText(update.activation));
  if (!update.author.empty()) AddLine(text, "author", update.author);
  AddLine(text, "policy", update.policy == Policy::kRelaxed ? "relaxed" : "strict");
  AddLine(text, "commit id", record.envelope.commit_id.ToString());
  AddLine(text, "hash", record.hash.ToString());
  AddLine(text, "previous", record.envelope.previous.ToString());
  AddBlock(text, "message", update.message);
  AddBlock(text, "statement", update.statement);
  const KnownNames names(update.entries, nullptr, &ddl::QuoteName);
  std::string entries;
  for (const UpdateEntry& entry : update.entries) {
    absl::StrAppend(&entries, entries.empty() ? "" : "\n", Visible(names.WordsOf(entry)));
  }
  AddBlock(text, "entries", entries.empty() ? "none" : entries);
  return text;
}

// With the link to the version before, as far as that can be read.
absl::StatusOr<UpdateRecord> ReadLinked(const UpdateLog& log, CatalogVersion version) {
  LinkedReader records(log);
  if (version.value > 1) records.Read(version.Previous()).IgnoreError();
  return records.Read(version);
}

absl::StatusOr<std::string> Show(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("VERSION")));
  ANNALS_ASSIGN_OR_RETURN(const StoreReader reader,
                          StoreReader::Open(arguments.Get("STORE"), console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, reader.Find(selector));
  ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, ReadLinked(reader.log(), version));
  return arguments.Get("output") == "json" ? PrettyJsonText(VersionJson(version, record))
                                           : ShowText(version, record);
}

ExitCode RunShow(const Arguments& arguments, Console& console) {
  const auto text = Show(arguments, console);
  if (!text.ok()) return console.Fail(text.status(), ReadFailure(text.status()));
  console.Print(*text);
  return ExitCode::kDone;
}

}  // namespace

Verb LogVerb() {
  return {
      .name = "log",
      .summary = "list the versions, newest first: when, who, why, what",
      .details =
          "An object goes by its id (table #12) where the version's own record does not "
          "tell its name;\n`diff 41..42` tells it. In JSON, hlc is the exact hybrid "
          "timestamp.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Flag("--oneline", "one line a version: number, time, message"),
                     Value("-n", "only this many, the newest"), Flag("--reverse", "oldest first"),
                     Choice("-o,--output", "how to write it (default: table)",
                            {"table", "json", "jsonl"})},
      .run = RunLog};
}

Verb ShowVerb() {
  return {
      .name = "show",
      .summary = "tell all about one version: its record, statement and entries",
      .details = "",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Positional("VERSION", "the version"),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunShow};
}

}  // namespace annals::cli
