#include "annals/snapshot/history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"

namespace annals {
namespace {

absl::StatusOr<Delta> Continue(Replay& replay, CatalogVersion version, const UpdateRecord& record) {
  ANNALS_ASSIGN_OR_RETURN(const RecordView view, OpenRecord(UpdateKey(version), record.bytes));
  ANNALS_ASSIGN_OR_RETURN(
      Replay::Step step,
      replay.Next({version, record.hash, record.envelope.commit_id, view.payload}));
  return std::move(step.delta);
}

absl::Status Jump(Replay& replay, const UpdateLog& log, CatalogVersion version) {
  ANNALS_ASSIGN_OR_RETURN(const Snapshot snapshot, ReadSnapshot(log, version));
  return replay.Rebase(snapshot);
}

absl::Status Step(Replay& replay, CatalogVersion version, const UpdateRecord& record,
                  VisitStep visit) {
  const Catalog before = replay.store()->Latest();
  ANNALS_ASSIGN_OR_RETURN(const Delta delta, Continue(replay, version, record));
  const Catalog after = replay.store()->Latest();
  std::vector<ObjectId> changed;
  for (const Delta::Change& change : delta.changes) changed.push_back(change.id);
  return visit({record, &before, after, std::move(changed)});
}

}  // namespace

absl::StatusOr<UpdateRecord> LinkedReader::Read(CatalogVersion version) {
  ANNALS_ASSIGN_OR_RETURN(UpdateRecord record, ReadUpdateRecord(log_, version));
  const Place place{version, record.hash, record.envelope.previous};
  const std::optional<Place> last = std::exchange(last_, place);
  if (last && last->version == version.Next()) {
    ANNALS_RETURN_IF_ERROR(CheckLink(place, *last));
  }
  if (last && last->version.Next() == version) {
    ANNALS_RETURN_IF_ERROR(CheckLink(*last, place));
  }
  return record;
}

absl::Status LinkedReader::CheckLink(const Place& below, const Place& above) {
  if (above.previous == below.hash) return absl::OkStatus();
  return MakeError(
      Reason::DAMAGED,
      absl::StrCat("version ", above.version.value, " follows a version with the hash ",
                   above.previous.ToString(), ", and version ", below.version.value, " has ",
                   below.hash.ToString()));
}

absl::Status ForEachRecord(const UpdateLog& log, CatalogVersion until, VisitRecord visit) {
  const UpdateLog::HeadInfo head = log.Head();
  if (until > head.version) return NoSuchVersion(until, head.version);
  if (until < head.snapshot) return TruncatedVersion(until, head.snapshot);
  LinkedReader reader(log);
  CatalogVersion version = std::max(head.snapshot, CatalogVersion{1});
  for (; version <= until; version = version.Next()) {
    ANNALS_ASSIGN_OR_RETURN(const UpdateRecord record, reader.Read(version));
    ANNALS_RETURN_IF_ERROR(visit(version, record));
  }
  return absl::OkStatus();
}

absl::Status ForEachVersion(const UpdateLog& log, CatalogVersion until, VisitStep visit) {
  Replay replay(VersionedStore::Create());
  return ForEachRecord(log, until,
                       [&](CatalogVersion version, const UpdateRecord& record) -> absl::Status {
                         if (record.is_root) {
                           ANNALS_RETURN_IF_ERROR(Jump(replay, log, version));
                           return visit({record, nullptr, replay.store()->Latest(), {}});
                         }
                         ANNALS_RETURN_IF_ERROR(Step(replay, version, record, visit));
                         replay.store()->Truncate(version);
                         return absl::OkStatus();
                       });
}

}  // namespace annals
