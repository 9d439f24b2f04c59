#include "annals/snapshot/history_views.h"

#include <algorithm>
#include <optional>
#include <string>

#include "annals/catalog/apply.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/entry_text.h"
#include "annals/log/chain.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/history.h"
#include "annals/snapshot/snapshot.h"

namespace annals {
namespace {

using Rows = std::vector<ViewRow>;

absl::Status AddVersions(const UpdateLog& log, CatalogVersion until, Rows& rows) {
  return ForEachRecord(log, until, [&](CatalogVersion version, const UpdateRecord& record) {
    const VersionedUpdate& update = record.update;
    rows.push_back(
        {ValueOf(version), update.timestamp, update.activation, ValueOrNull(update.author),
         ValueOrNull(update.message), ValueOrNull(update.statement),
         update.policy == Policy::kRelaxed ? "RELAXED" : "STRICT",
         ValueOf(uint64_t{update.entries.size()}), ValueOf(uint64_t{record.bytes.size()}),
         record.hash.ToString(), record.envelope.commit_id.ToString()});
    return absl::OkStatus();
  });
}

// What was before an entry is what the entries before it left. At a snapshot nobody knows
// that any more, but for what the record tells by itself.
absl::Status AddUpdateEntries(const UpdateLog& log, CatalogVersion until, Rows& rows) {
  return ForEachVersion(log, until, [&](const VersionStep& step) {
    const std::vector<UpdateEntry>& entries = step.record.update.entries;
    std::optional<CatalogDraft> before;
    if (step.before != nullptr) {
      before.emplace(*step.before, step.after.version(), step.after.timestamp());
    }
    const KnownNames names(entries, before ? &*before : nullptr);
    int64_t ordinal = 0;
    for (const UpdateEntry& entry : entries) {
      const EntryFacts facts = names.FactsOf(entry);
      rows.push_back({ValueOf(step.after.version()), ordinal++, ValueOf(EntryName(entry)),
                      facts.kind ? WordValue(KindName(*facts.kind)) : ViewValue(),
                      ValueOf(facts.id), ValueOrNull(facts.name), names.WordsOf(entry)});
      if (before) ANNALS_RETURN_IF_ERROR(Apply(entry, *before));
    }
    return absl::OkStatus();
  });
}

absl::Status AddSnapshots(const UpdateLog& log, CatalogVersion until, Rows& rows) {
  const UpdateLog::HeadInfo head = log.Head();
  if (until > head.version) return NoSuchVersion(until, head.version);
  if (until < head.snapshot) return TruncatedVersion(until, head.snapshot);
  if (head.snapshot.value == 0) return absl::OkStatus();
  ANNALS_ASSIGN_OR_RETURN(const SnapshotInfo info, ReadSnapshotInfo(log, head.snapshot));
  // A log keeps one snapshot, the one with which it begins.
  constexpr bool kIsBase = true;
  rows.push_back(
      {ValueOf(head.snapshot), info.attempt, ValueOf(info.chunks), ValueOf(info.bytes), kIsBase});
  return absl::OkStatus();
}

// --- OBJECT_HISTORY

void AddObject(const CatalogView& catalog, const ObjectDescriptor& object, CatalogVersion version,
               HybridTimestamp timestamp, ViewValue change, Rows& rows) {
  const ObjectDescriptor schema = catalog.Find(object.parent());
  rows.push_back({ValueOf(object.id()), WordValue(KindName(object.kind())), ValueOf(object.name()),
                  schema ? ValueOf(schema.name()) : ViewValue(), ValueOf(version), timestamp,
                  std::move(change)});
}

// Which change made an object what it is in a snapshot is not known any more.
void AddBase(const Catalog& base, Rows& rows) {
  std::vector<ObjectDescriptor> objects;
  base.ForEachObject([&](const ObjectDescriptor& object) { objects.push_back(object); });
  std::ranges::stable_sort(objects, {}, &ObjectDescriptor::from);
  for (const ObjectDescriptor& object : objects) {
    AddObject(base, object, object.from(), object.updated_at(), ViewValue(), rows);
  }
}

void AddChange(const VersionStep& step, const ObjectChange& change, Rows& rows) {
  const bool gone = change.kind == ObjectChange::Kind::kDropped;
  AddObject(gone ? *step.before : step.after, gone ? change.before : change.after,
            step.after.version(), step.after.timestamp(), WordValue(ChangeName(change.kind)), rows);
}

absl::Status AddObjectHistory(const UpdateLog& log, CatalogVersion until, Rows& rows) {
  return ForEachVersion(log, until, [&](const VersionStep& step) {
    if (step.before == nullptr) {
      AddBase(step.after, rows);
      return absl::OkStatus();
    }
    std::vector<ObjectChange> changes = Diff(*step.before, step.after, step.changed);
    std::ranges::sort(changes, {}, &ObjectChange::id);
    for (const ObjectChange& change : changes) AddChange(step, change, rows);
    return absl::OkStatus();
  });
}

}  // namespace

const std::vector<HistoryView>& HistoryViews() {
  using enum TypeId;
  static const auto* const views = new std::vector<HistoryView>{
      {{"VERSIONS",
        "each version",
        {{"VERSION", kInt64},
         {"TIMESTAMP", kTimestamp},
         {"ACTIVATION", kTimestamp},
         {"AUTHOR", kString},
         {"MESSAGE", kString},
         {"STATEMENT", kString},
         {"POLICY", kString},
         {"ENTRY_COUNT", kInt64},
         {"BYTES", kInt64},
         {"HASH", kString},
         {"COMMIT_ID", kString}}},
       AddVersions},
      {{"UPDATE_ENTRIES",
        "each update entry of a version",
        {{"VERSION", kInt64},
         {"ORDINAL", kInt32},
         {"OP", kString},
         {"KIND", kString},
         {"OBJECT_ID", kInt64},
         {"NAME", kString},
         {"DETAIL", kString}}},
       AddUpdateEntries},
      {{"SNAPSHOTS",
        "each snapshot in the log",
        {{"VERSION", kInt64},
         {"ATTEMPT", kString},
         {"CHUNKS", kInt64},
         {"BYTES", kInt64},
         {"IS_BASE", kBoolean}}},
       AddSnapshots},
      {{"OBJECT_HISTORY",
        "each change of an object",
        {{"OBJECT_ID", kInt64},
         {"KIND", kString},
         {"NAME", kString},
         {"SCHEMA_NAME", kString},
         {"VERSION", kInt64},
         {"TIMESTAMP", kTimestamp},
         {"CHANGE", kString}}},
       AddObjectHistory},
  };
  return *views;
}

}  // namespace annals
