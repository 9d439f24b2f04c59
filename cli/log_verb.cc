#include "annals/cli/log_verb.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/json.h"
#include "annals/cli/lives.h"
#include "annals/cli/log_walk.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/progress.h"
#include "annals/cli/store_reader.h"
#include "annals/cli/terminal_text.h"
#include "annals/cli/version_json.h"
#include "annals/commands/names.h"
#include "annals/ddl/names.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"

namespace annals::cli {
namespace {

// --- log

// The moment that an option names; nothing without the option.
absl::StatusOr<std::optional<HybridTimestamp>> ReadMoment(const Arguments& arguments,
                                                          std::string_view option) {
  const auto text = arguments.Find(option);
  if (!text.has_value()) return std::nullopt;
  const auto moment = ParseMoment(*text);
  if (moment.has_value()) return moment;
  return MakeError(Reason::INVALID_REQUEST,
                   absl::StrCat("--", ToAbsl(option), ": ", Quoted(*text),
                                " is no time; write 2026-11-01 or 2026-11-01T10:00Z"));
}

// The first version whose timestamp is above `time`, among those from `first` to `last`;
// the one after `last` if there is none. Timestamps only grow, so it is found by halving.
absl::StatusOr<uint64_t> FirstAfter(HybridTimestamp time, uint64_t first, uint64_t last,
                                    const UpdateLog& log) {
  uint64_t end = last + 1;
  while (first < end) {
    const uint64_t middle = first + (end - first) / 2;
    ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, ReadUpdateRecord(log, {middle}));
    if (record.update.timestamp > time) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

// The versions that did something to the object that --object names.
absl::StatusOr<std::set<uint64_t>> VersionsOf(const std::string& object, const UpdateLog& log,
                                              Console& console) {
  const CatalogVersion head = log.Head().version;
  Progress progress(console, "looking for the object", 2 * head.value);
  ANNALS_ASSIGN_OR_RETURN(const std::set<ObjectId> ids,
                          FindEver(log, head, std::nullopt, object, progress));
  ANNALS_ASSIGN_OR_RETURN(const std::vector<Life> lives, LivesOf(log, head, ids, progress));
  std::set<uint64_t> versions;
  for (const Life& life : lives) {
    for (const LifeStep& step : life.steps) versions.insert(step.version.value);
  }
  return versions;
}

// The newest `limit` of what is wanted, and no more.
void Limit(uint64_t limit, WantedVersions& wanted) {
  if (wanted.only) {
    std::erase_if(*wanted.only, [&](uint64_t v) { return v < wanted.first || v > wanted.last; });
    while (wanted.only->size() > limit) wanted.only->erase(wanted.only->begin());
    if (wanted.only->empty()) limit = 0;
    if (limit > 0) wanted.first = *wanted.only->begin();
  }
  if (limit == 0) {
    wanted.first = wanted.last + 1;
  } else if (!wanted.only && limit < wanted.last) {
    wanted.first = std::max(wanted.first, wanted.last - limit + 1);
  }
}

absl::StatusOr<WantedVersions> Choose(const Arguments& arguments, const UpdateLog& log,
                                      Console& console) {
  const UpdateLog::HeadInfo head = log.Head();
  WantedVersions wanted{.first = std::max<uint64_t>(head.snapshot.value, 1),
                        .last = head.version.value};
  ANNALS_ASSIGN_OR_RETURN(const uint64_t limit, ReadCount(arguments, UINT64_MAX));
  ANNALS_ASSIGN_OR_RETURN(const auto since, ReadMoment(arguments, "since"));
  ANNALS_ASSIGN_OR_RETURN(const auto until, ReadMoment(arguments, "until"));
  if (until) {
    ANNALS_ASSIGN_OR_RETURN(const uint64_t after,
                            FirstAfter(*until, wanted.first, wanted.last, log));
    wanted.last = after - 1;
  }
  if (since) {
    // A moment is a whole millisecond, and this one is wanted too.
    const HybridTimestamp before = HybridTimestamp::FromRaw(
        HybridTimestamp(since->physical_ms(), 0).raw() - (since->physical_ms() > 0 ? 1 : 0));
    ANNALS_ASSIGN_OR_RETURN(wanted.first, FirstAfter(before, wanted.first, wanted.last, log));
  }
  if (const auto object = arguments.Find("object")) {
    ANNALS_ASSIGN_OR_RETURN(wanted.only, VersionsOf(*object, log, console));
  }
  Limit(limit, wanted);
  return wanted;
}

std::string FormOf(const Arguments& arguments) {
  if (arguments.Has("stat")) return "stat";
  return arguments.Has("oneline") ? "oneline" : arguments.Get("output", "table");
}

ExitCode RunLog(const Arguments& arguments, Console& console) {
  const std::string form = FormOf(arguments);
  if (arguments.Has("output") && form != arguments.Get("output")) {
    return console.UsageError(
        absl::StrCat("--", form, " and --output are two ways to write it; choose one"));
  }
  const auto reader = StoreReader::Open(arguments, console);
  if (!reader.ok()) return console.Fail(reader.status(), ReadFailure(reader.status()));
  const auto wanted = Choose(arguments, reader->log(), console);
  if (!wanted.ok()) return console.Fail(wanted.status(), ReadFailure(wanted.status()));
  LogWriter writer(form, console);
  const ExitCode code =
      LogWalk(reader->log(), writer, console).Walk(*wanted, arguments.Has("reverse"));
  writer.Finish();
  const bool damaged = code == ExitCode::kDone && !reader->damage_at_head().ok();
  return damaged ? ExitCode::kDamaged : code;
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

std::string ShowText(CatalogVersion version, const UpdateRecord& record, const Console& console) {
  const VersionedUpdate& update = record.update;
  std::string text;
  const std::string_view base = record.is_root ? " (a snapshot)" : "";
  absl::StrAppend(&text,
                  console.Styled(Style::kVersion, absl::StrCat("version    ", version.value)),
                  ToAbsl(base), "\n");
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
  ANNALS_ASSIGN_OR_RETURN(const StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, reader.Find(selector));
  ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, ReadLinked(reader.log(), version));
  return arguments.Get("output") == "json" ? PrettyJsonText(VersionJson(version, record))
                                           : ShowText(version, record, console);
}

ExitCode RunShow(const Arguments& arguments, Console& console) {
  const auto text = Show(arguments, console);
  if (!text.ok()) return console.Fail(text.status(), ReadFailure(text.status()));
  console.Print(*text);
  return ExitCode::kDone;
}

}  // namespace

Verb LogVerb() {
  return {.name = "log",
          .summary = "list the versions, newest first: when, who, why, what",
          .details =
              "An object goes by its id (table #12) where the version's own record does not "
              "tell its name;\n`diff 41..42` tells it. Times are written 2026-11-01 or "
              "2026-11-01T10:00Z. --object reads the whole log,\nand follows the object through "
              "its names. In JSON, hlc is the exact hybrid timestamp.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         Flag("--oneline", "one line a version: number, time, message"),
                         Flag("--stat", "the same, and each entry on a line of its own"),
                         Value("-n", "only this many, the newest"),
                         Value("--since", "only those made at this time or later"),
                         Value("--until", "only those made by this time"),
                         Value("--object", "only those that changed NAME, or #ID"),
                         Flag("--reverse", "oldest first"),
                         Choice("-o,--output", "how to write it (default: table)",
                                {"table", "json", "jsonl"})},
          .run = RunLog,
          .paged = true};
}

Verb ShowVerb() {
  return {
      .name = "show",
      .summary = "tell all about one version: its record, statement and entries",
      .details = "",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Positional("VERSION", "the version"), SalvageFlag(),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunShow,
      .paged = true};
}

}  // namespace annals::cli
