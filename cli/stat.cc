#include "annals/cli/stat.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/catalog/catalog.h"
#include "annals/cli/json.h"
#include "annals/cli/moment_text.h"
#include "annals/cli/progress.h"
#include "annals/cli/terminal_text.h"
#include "annals/log/keys.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"

namespace annals::cli {
namespace {

constexpr size_t kLargest = 5;

struct Record {
  CatalogVersion version;
  uint64_t bytes = 0;
};

// What a look at a store finds.
struct Stat {
  UpdateLog::HeadInfo head;
  uint64_t records = 0;
  uint64_t record_bytes = 0;
  uint64_t chunks = 0;  // Of the snapshot with which the log begins.
  uint64_t chunk_bytes = 0;
  std::vector<Record> largest;  // Records, the largest first.
  uint64_t files = 0;
  uint64_t file_bytes = 0;
  CatalogVersion readable;  // The version that `objects` and `time` are of.
  HybridTimestamp time;
  std::map<ObjectKind, uint64_t> objects;
  StoreHealth health;
};

// --- Looking

void AddLargest(const Record& record, std::vector<Record>& largest) {
  const auto place = std::ranges::find_if(
      largest, [&](const Record& other) { return other.bytes < record.bytes; });
  largest.insert(place, record);
  if (largest.size() > kLargest) largest.pop_back();
}

void CountKey(std::string_view key, size_t bytes, Stat& stat) {
  if (const auto version = VersionOfUpdateKey(key)) {
    ++stat.records;
    stat.record_bytes += bytes;
    AddLargest({*version, bytes}, stat.largest);
  } else if (const auto chunk = ParseChunkKey(key)) {
    ++stat.chunks;
    stat.chunk_bytes += bytes;
  }
}

// Chunks that the root does not list are of no use.
void TakeOffLeftovers(const UpdateLog& log, Stat& stat) {
  if (stat.head.snapshot.value == 0) {
    stat.health.leftover_chunks = std::exchange(stat.chunks, 0);
    stat.chunk_bytes = 0;
    return;
  }
  const auto info = ReadSnapshotInfo(log, stat.head.snapshot);
  if (!info.ok()) return;
  stat.health.leftover_chunks = stat.chunks - std::min(stat.chunks, info->chunks);
  stat.chunks = info->chunks;
  stat.chunk_bytes = info->bytes;
}

void CountFiles(const std::string& path, Stat& stat) {
  std::error_code error;  // Beside a live writer files come and go.
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const uint64_t size = at->file_size(gone);
    if (gone) continue;
    ++stat.files;
    stat.file_bytes += size;
  }
}

void MakeVersions(UpdateLog& log, Console& console, Stat& stat) {
  const CatalogVersion head = stat.head.version;
  Progress progress(console, "reading versions", head.value);
  const auto began = std::chrono::steady_clock::now();
  const SoundPart sound =
      ReplaySoundPart(log, [&](CatalogVersion made) { progress.Reach(made.value); });
  stat.health.replay = absl::FromChrono(std::chrono::steady_clock::now() - began);
  stat.health.records_to_replay = head.value - stat.head.snapshot.value;
  const bool newer = ReasonOf(sound.damage) == Reason::NEWER_FORMAT;
  (newer ? stat.health.newer : stat.health.damage) = ToStd(sound.damage.message());
  stat.readable = sound.last;
  if (sound.last.value == 0) return;
  const Catalog catalog = sound.versions->Latest();
  stat.time = catalog.timestamp();
  catalog.ForEachObject([&](const ObjectDescriptor& object) { ++stat.objects[object.kind()]; });
}

// What the log complains of as a whole, such as a head that is damaged.
std::string DamageAtOpen(const std::string& path) {
  const absl::Status opened = OpenRocksDbLog({.path = path, .read_only = true}).status();
  return absl::IsDataLoss(opened) ? std::string(ToStd(opened.message())) : "";
}

absl::StatusOr<Stat> Look(const std::string& path, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const auto log,
                          OpenRocksDbLog({.path = path, .read_only = true, .salvage = true}));
  Stat stat;
  stat.head = log->Head();
  const absl::Status walked =
      log->ForEachKey("", [&](std::string_view key, std::string_view bytes) {
        CountKey(key, bytes.size(), stat);
        return absl::OkStatus();
      });
  TakeOffLeftovers(*log, stat);
  CountFiles(path, stat);
  MakeVersions(*log, console, stat);
  stat.health.mark_problem = log->mark().problem;
  if (const std::string damage = DamageAtOpen(path); !damage.empty()) stat.health.damage = damage;
  if (!walked.ok()) stat.health.damage = ToStd(walked.message());
  return stat;
}

// --- Telling

uint64_t EarliestOf(const Stat& stat) { return std::max<uint64_t>(stat.head.snapshot.value, 1); }

std::string BytesText(uint64_t bytes) {
  constexpr uint64_t kKibi = 1024;
  if (bytes < 10 * kKibi) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  if (bytes < 10 * kKibi * kKibi) return absl::StrCat(bytes / kKibi, " KiB");
  return absl::StrCat(bytes / (kKibi * kKibi), " MiB");
}

std::string SecondsText(absl::Duration duration) {
  return absl::StrFormat("%.2f s", absl::ToDoubleSeconds(duration));
}

std::string ObjectsText(const Stat& stat) {
  std::string text;
  for (const auto& [kind, count] : stat.objects) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ", ToAbsl(KindName(kind)));
  }
  if (text.empty()) text = "none";
  if (stat.readable < stat.head.version) {
    absl::StrAppend(&text, " (of version ", stat.readable.value, ", the newest that can be made)");
  }
  return text;
}

std::string VersionsLine(const Stat& stat) {
  if (stat.head.version.value == 0) return "none yet";
  std::string text = absl::StrCat(EarliestOf(stat), " to ", stat.head.version.value);
  if (stat.readable.value > 0 && stat.readable == stat.head.version) {
    absl::StrAppend(&text, ", the newest of ", MomentText(stat.time));
  }
  return text;
}

std::string SnapshotText(const Stat& stat) {
  if (stat.head.snapshot.value == 0) return "none: nothing was truncated";
  return absl::StrCat("version ", stat.head.snapshot.value, ", ", BytesText(stat.chunk_bytes),
                      " in ", stat.chunks, stat.chunks == 1 ? " chunk" : " chunks");
}

std::string LargestText(const Stat& stat) {
  std::string text;
  for (const Record& record : stat.largest) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", "version ", record.version.value, " ",
                    BytesText(record.bytes));
  }
  return text.empty() ? "none" : text;
}

void AddLine(std::string_view label, std::string_view value, std::string& text) {
  absl::StrAppend(&text, ToAbsl(label), std::string(11 - label.size(), ' '), Visible(value), "\n");
}

std::string TextOf(const Stat& stat, const std::vector<std::string>& advice) {
  std::string text;
  AddLine("store", stat.head.store.ToString(), text);
  AddLine("versions", VersionsLine(stat), text);
  AddLine("snapshot", SnapshotText(stat), text);
  AddLine("objects", ObjectsText(stat), text);
  AddLine("records", absl::StrCat(stat.records, ", ", BytesText(stat.record_bytes)), text);
  AddLine("largest", LargestText(stat), text);
  AddLine("on disk", absl::StrCat(BytesText(stat.file_bytes), " in ", stat.files, " files"), text);
  AddLine("replay",
          absl::StrCat(SecondsText(stat.health.replay), " for ", stat.health.records_to_replay,
                       " records"),
          text);
  for (const std::string& one : advice) AddLine("advice", one, text);
  return text;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json JsonOf(const Stat& stat, const std::vector<std::string>& advice) {
  Json objects = Json::object();
  for (const auto& [kind, count] : stat.objects) objects[std::string(KindName(kind))] = count;
  Json largest = Json::array();
  for (const Record& record : stat.largest) {
    largest.push_back({{"version", record.version.value}, {"bytes", record.bytes}});
  }
  const bool snapshot = stat.head.snapshot.value > 0;
  return {{"store", stat.head.store.ToString()},
          {"earliest", EarliestOf(stat)},
          {"latest", stat.head.version.value},
          {"readable", stat.readable.value},
          {"timestamp", stat.readable.value > 0 ? Json(MomentText(stat.time)) : Json()},
          {"snapshot", snapshot ? Json{{"version", stat.head.snapshot.value},
                                       {"chunks", stat.chunks},
                                       {"bytes", stat.chunk_bytes}}
                                : Json()},
          {"objects", std::move(objects)},
          {"records", {{"count", stat.records}, {"bytes", stat.record_bytes}}},
          {"largest", std::move(largest)},
          {"files", {{"count", stat.files}, {"bytes", stat.file_bytes}}},
          {"replay",
           {{"seconds", absl::ToDoubleSeconds(stat.health.replay)},
            {"records", stat.health.records_to_replay}}},
          {"leftover_chunks", stat.health.leftover_chunks},
          {"damage", TextOrNull(stat.health.damage)},
          {"newer", TextOrNull(stat.health.newer)},
          {"mark", TextOrNull(stat.health.mark_problem)},
          {"advice", advice}};
}

ExitCode RunStat(const Arguments& arguments, Console& console) {
  const std::string path = arguments.Get("STORE");
  const auto stat = Look(path, console);
  if (!stat.ok()) return console.Fail(stat.status(), ReadFailure(stat.status()));
  const std::vector<std::string> advice = AdviceFor(stat->health, path);
  console.Print(arguments.Get("output") == "json" ? PrettyJsonText(JsonOf(*stat, advice))
                                                  : TextOf(*stat, advice));
  if (!stat->health.damage.empty()) return ExitCode::kDamaged;
  return stat->health.newer.empty() ? ExitCode::kDone : ExitCode::kCannotOpen;
}

}  // namespace

std::vector<std::string> AdviceFor(const StoreHealth& health, std::string_view store) {
  constexpr absl::Duration kLong = absl::Seconds(2);
  std::vector<std::string> advice;
  if (!health.damage.empty()) {
    advice.push_back(absl::StrCat("the store is damaged: ", health.damage, "; `annals verify ",
                                  ToAbsl(store), "` tells all of it"));
  }
  if (!health.newer.empty()) {
    advice.push_back(absl::StrCat("the store needs a newer annals: ", health.newer));
  }
  if (!health.mark_problem.empty()) {
    advice.push_back(absl::StrCat(health.mark_problem,
                                  "; the next writer makes the mark anew, or `annals repair ",
                                  ToAbsl(store), " --rebuild-mark`"));
  }
  if (health.replay > kLong && health.records_to_replay > 0) {
    advice.push_back(absl::StrCat("opening takes about ", SecondsText(health.replay),
                                  ": `annals snapshot ", ToAbsl(store),
                                  "` makes that short, and drops the versions below it"));
  }
  if (health.leftover_chunks > 0) {
    advice.push_back(absl::StrCat(health.leftover_chunks,
                                  " chunks of a snapshot that was cut off are left over; the "
                                  "next writer sweeps them"));
  }
  return advice;
}

Verb StatVerb() {
  return {
      .name = "stat",
      .summary = "tell how large a store is, what is in it, and what to do about it",
      .details =
          "Makes all versions, and so knows how long opening the store takes: about what "
          "`replay` says, on\none thread. Where there is damage, the objects are those of "
          "the newest version that can be made,\nand it exits with 4.",
      .parameters = {Positional("STORE", "the directory of the store"),
                     Choice("-o,--output", "how to write it (default: table)", {"table", "json"})},
      .run = RunStat};
}

}  // namespace annals::cli
