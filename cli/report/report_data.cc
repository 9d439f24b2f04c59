#include "annals/cli/report/report_data.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "annals/catalog/entry_text.h"
#include "annals/cli/object_text.h"
#include "annals/cli/report/object_lives.h"
#include "annals/cli/report/text_pool.h"
#include "annals/cli/terminal_text.h"
#include "annals/commands/utf8.h"
#include "annals/ddl/names.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"
#include "annals/snapshot/replay.h"

namespace annals::cli {
namespace {

// Milliseconds and the counter: together they are more than a number of JavaScript holds.
void AddTime(Json& row, HybridTimestamp time) {
  row.push_back(time.physical_ms());
  row.push_back(time.raw() & 0xFFFF);
}

// Reads records in order, with every check that can be made of one and its neighbours.
class CheckedReader {
 public:
  explicit CheckedReader(const UpdateLog& log) : log_(log), records_(log) {}

  absl::StatusOr<UpdateRecord> Read(CatalogVersion version) {
    ANNALS_ASSIGN_OR_RETURN(UpdateRecord record, records_.Read(version));
    const std::string key = UpdateKey(version);
    ANNALS_RETURN_IF_ERROR(VerifyRecord(key, record.bytes).status());
    const StoreUuid store = log_.Head().store;
    if (record.envelope.store != store) {
      return MakeError(Reason::DAMAGED, absl::StrCat(key, ": found a record of the store ",
                                                     record.envelope.store.ToString(),
                                                     ", expected one of ", store.ToString()));
    }
    return record;
  }

 private:
  const UpdateLog& log_;
  LinkedReader records_;
};

// Walks through a log and gathers what the page needs. After damage there are no more
// catalogs, and the records that can be read still are told.
class Collector {
 public:
  Collector(const StoreReader& reader, const ReportLimits& limits, Progress& progress)
      : log_(reader.log()),
        limits_(limits),
        progress_(progress),
        records_(log_),
        lives_(texts_, limits.objects) {
    const UpdateLog::HeadInfo head = log_.Head();
    last_ = head.version;
    first_ = std::max(head.snapshot, CatalogVersion{std::min<uint64_t>(1, last_.value)});
    kept_ = FirstOfNewest(limits.versions);
  }

  void Walk() {
    CatalogVersion version = first_;
    while (version.value > 0 && version <= last_) {
      progress_.Reach(version.value - first_.value);
      auto record = records_.Read(version);
      if (record.ok()) {
        Tell(version, *record);
        version = version.Next();
      } else {
        version = TellGap(version, record.status()).Next();
      }
    }
  }

  // What opening found, unless the walk has found it too.
  void AddDamageAtHead(const absl::Status& status) {
    const bool lost = ReasonOf(status) == Reason::LOST_VERSIONS;
    if (!status.ok() && (lost || damage_.empty())) AddDamage(status, std::nullopt);
  }

  ReportData Take(std::string_view name);

 private:
  using Range = UpdateLog::VersionRange;

  // The first of the newest `count` versions that have a record; a gap, which can be as
  // large as numbers are, is no reason to show less.
  CatalogVersion FirstOfNewest(size_t count) const {
    CatalogVersion version = last_;
    for (CatalogVersion at = last_; at.value > 0 && at >= first_ && count > 0;) {
      const auto gap = log_.GapAt(at);
      version = gap ? std::max(gap->first, first_) : at;
      if (!gap) --count;
      at = version.Previous();
    }
    return version;
  }

  void AddDamage(const absl::Status& status, std::optional<Range> range) {
    if (code_ != ExitCode::kDamaged) code_ = ReadFailure(status);
    if (damage_.size() == limits_.damage) {
      ++more_damage_;
      return;
    }
    damage_.push_back({{"first", range ? Json(range->first.value) : Json()},
                       {"last", range ? Json(range->last.value) : Json()},
                       {"message", Visible(MessageOf(status))}});
  }

  // The last version of the gap around `version`, which cannot be read.
  CatalogVersion TellGap(CatalogVersion version, const absl::Status& status) {
    const auto gap = log_.GapAt(version);
    const Range range{version, gap ? std::min(gap->last, last_) : version};
    const bool wide = range.first < range.last;
    AddDamage(wide ? MakeError(Reason::DAMAGED,
                               absl::StrCat("the records of the versions ", range.first.value,
                                            " to ", range.last.value, " are missing"))
                   : status,
              range);
    has_catalogs_ = false;
    return range.last;
  }

  void Tell(CatalogVersion version, const UpdateRecord& record) {
    ++records_count_;
    bytes_ += record.bytes.size();
    head_hash_ = version == last_ ? record.hash.ToString() : "";
    const Catalog before = replay_.store()->Latest();
    const auto changed = has_catalogs_ ? Step(version, record) : std::nullopt;
    if (changed) TellObjects(version, before, *changed);
    if (version >= kept_) {
      versions_.push_back(Row(version, record, changed && !record.is_root ? &before : nullptr));
    }
  }

  // Makes the catalog of `version`. The objects that it changed; nothing if it can't be made.
  std::optional<std::vector<ObjectId>> Step(CatalogVersion version, const UpdateRecord& record) {
    const auto changed = record.is_root ? Jump(version) : Continue(version, record);
    if (changed.ok()) return *changed;
    AddDamage(changed.status(), Range{version, version});
    has_catalogs_ = false;
    return std::nullopt;
  }

  absl::StatusOr<std::vector<ObjectId>> Jump(CatalogVersion version) {
    ANNALS_ASSIGN_OR_RETURN(const Snapshot snapshot, ReadSnapshot(log_, version));
    ANNALS_RETURN_IF_ERROR(replay_.Rebase(snapshot));
    ANNALS_ASSIGN_OR_RETURN(const SnapshotInfo info, ReadSnapshotInfo(log_, version));
    snapshot_ = {{"version", version.value}, {"chunks", info.chunks}, {"bytes", info.bytes}};
    return std::vector<ObjectId>();
  }

  absl::StatusOr<std::vector<ObjectId>> Continue(CatalogVersion version,
                                                 const UpdateRecord& record) {
    ANNALS_ASSIGN_OR_RETURN(const RecordView view, OpenRecord(UpdateKey(version), record.bytes));
    ANNALS_ASSIGN_OR_RETURN(
        const Replay::Step step,
        replay_.Next(LogRecord{version, record.hash, record.envelope.commit_id, view.payload}));
    replay_.store()->Truncate(version);
    std::vector<ObjectId> ids;
    for (const Delta::Change& change : step.delta.changes) ids.push_back(change.id);
    return ids;
  }

  void TellObjects(CatalogVersion version, const Catalog& before,
                   const std::vector<ObjectId>& changed) {
    const Catalog after = replay_.store()->Latest();
    last_catalog_ = version;
    if (version < kept_) return;
    if (version == kept_ && log_.Head().snapshot == version) return lives_.Begin(after);
    if (version == kept_) lives_.Begin(before);
    lives_.Add(before, after, changed);
  }

  // [version, ms, counter, ms, counter (of its activation), author, message, statement,
  //  hash, hash before, commit id, is a snapshot, is relaxed, bytes, entries,
  //  [entry, ...], [count, ...]]
  Json Row(CatalogVersion version, const UpdateRecord& record, const Catalog* before) {
    const VersionedUpdate& update = record.update;
    Json row = {version.value};
    AddTime(row, update.timestamp);
    AddTime(row, update.activation);
    row.push_back(texts_.Add(update.author));  // One line: it stands in a comment of SQL.
    row.push_back(texts_.AddLines(update.message));
    row.push_back(texts_.AddLines(StatementOf(version, update)));
    row.push_back(record.hash.ToString());
    row.push_back(record.envelope.previous.ToString());
    row.push_back(record.envelope.commit_id.ToString());
    row.push_back(record.is_root ? 1 : 0);
    row.push_back(update.policy == Policy::kRelaxed ? 1 : 0);
    row.push_back(record.bytes.size());
    row.push_back(update.entries.size());
    row.push_back(Entries(update.entries, before));
    row.push_back(Counts());
    return row;
  }

  // Whether there is room for so many bytes of text more.
  bool TakeRoom(size_t bytes) {
    const bool fits = bytes <= limits_.text_bytes - text_bytes_;
    if (fits) text_bytes_ += bytes;
    return fits;
  }

  std::string StatementOf(CatalogVersion version, const VersionedUpdate& update) {
    const std::string& statement = update.statement;
    const std::string_view kept = CutAtCharacter(statement, limits_.statement_bytes);
    if (kept.size() == statement.size() && TakeRoom(kept.size())) return statement;
    ++cut_statements_;
    const bool room = TakeRoom(kept.size());
    const std::string_view told = room ? kept : std::string_view();
    return absl::StrCat(ToAbsl(told), told.empty() ? "" : "\n",
                        "-- cut here: ", statement.size() - told.size(),
                        " bytes more; annals show STORE ", version.value, " has all of it");
  }

  Json Entries(const std::vector<UpdateEntry>& entries, const Catalog* before) {
    const KnownNames names(entries, before, &ddl::QuoteName);
    Json list = Json::array();
    for (const UpdateEntry& entry : entries) {
      if (list.size() == limits_.entries) break;
      const std::string words = names.WordsOf(entry);
      if (!TakeRoom(words.size())) break;
      list.push_back(texts_.Add(words));
    }
    if (list.size() < entries.size()) ++cut_entries_;
    return list;
  }

  // Of columns, and of each kind that there was up to then; none where the catalog is not
  // known.
  Json Counts() const {
    if (!has_catalogs_) return Json();
    Json list = {lives_.counts().columns};
    for (const int64_t count : lives_.counts().objects) list.push_back(count);
    return list;
  }

  std::vector<std::string> LeftOut() const;

  const UpdateLog& log_;
  const ReportLimits limits_;
  Progress& progress_;
  CheckedReader records_;
  Replay replay_{VersionedStore::Create()};
  CatalogVersion first_;  // Of the log.
  CatalogVersion kept_;   // The first in the page.
  CatalogVersion last_;
  CatalogVersion last_catalog_;
  bool has_catalogs_ = true;
  ExitCode code_ = ExitCode::kDone;

  TextPool texts_;
  ObjectLives lives_;
  Json versions_ = Json::array();
  Json damage_ = Json::array();
  Json snapshot_;
  std::string head_hash_;
  uint64_t records_count_ = 0;
  uint64_t bytes_ = 0;
  size_t text_bytes_ = 0;
  size_t more_damage_ = 0;
  size_t cut_statements_ = 0;
  size_t cut_entries_ = 0;
};

std::vector<std::string> Collector::LeftOut() const {
  std::vector<std::string> sentences;
  if (kept_ > first_) {
    sentences.push_back(absl::StrCat("Of the versions ", first_.value, " to ", last_.value,
                                     " the newest ", limits_.versions, " are shown; versions ",
                                     first_.value, " to ", kept_.value - 1,
                                     " were checked and are left out."));
  }
  if (more_damage_ > 0) {
    sentences.push_back(absl::StrCat(Count(more_damage_, "place"), " of damage beyond the first ",
                                     limits_.damage, " are not told."));
  }
  if (lives_.left_out() > 0) {
    sentences.push_back(absl::StrCat(Count(lives_.left_out(), "object"), " beyond the first ",
                                     limits_.objects, " are counted and not shown."));
  }
  if (cut_statements_ > 0) {
    sentences.push_back(absl::StrCat("Long statements are cut, of ",
                                     Count(cut_statements_, "version"),
                                     "; annals show has all of them."));
  }
  if (cut_entries_ > 0) {
    sentences.push_back(absl::StrCat("Long lists of entries are cut, of ",
                                     Count(cut_entries_, "version"),
                                     "; annals show has all of them."));
  }
  return sentences;
}

ReportData Collector::Take(std::string_view name) {
  const UpdateLog::HeadInfo head = log_.Head();
  ReportData data;
  data.left_out = LeftOut();
  data.code = code_;
  Json warnings = Json::array();
  for (const std::string& warning : log_.warnings()) warnings.push_back(Visible(warning));
  Json objects = lives_.TakeJson();
  Json kinds = Json::array();
  Json plurals = Json::array();
  for (const ObjectKind kind : lives_.counts().kinds) {
    kinds.push_back(std::string(KindName(kind)));
    plurals.push_back(std::string(KindPlural(kind)));
  }
  data.json = {{"program", "annals " ANNALS_VERSION},
               {"written", absl::ToUnixMillis(absl::Now())},
               {"name", Visible(name)},
               {"store", head.store.ToString()},
               {"first", first_.value},
               {"kept", kept_.value},
               {"last", last_.value},
               {"last_catalog", last_catalog_.value},
               {"head_hash", head_hash_},
               {"records", records_count_},
               {"bytes", bytes_},
               {"snapshot", std::move(snapshot_)},
               {"damage", std::move(damage_)},
               {"warnings", std::move(warnings)},
               {"left_out", data.left_out},
               {"kinds", std::move(kinds)},
               {"plurals", std::move(plurals)},
               {"versions", std::move(versions_)},
               {"objects", std::move(objects)},
               {"texts", texts_.TakeJson()}};
  return data;
}

}  // namespace

ReportData CollectReport(const StoreReader& reader, std::string_view name,
                         const ReportLimits& limits, Progress& progress) {
  Collector collector(reader, limits, progress);
  collector.Walk();
  collector.AddDamageAtHead(reader.damage_at_head());
  return collector.Take(name);
}

}  // namespace annals::cli
