#include "annals/snapshot/replay.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/apply.h"
#include "annals/catalog/catalog.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

absl::Status CheckTimes(const VersionedUpdate& update, const ReplayHead& head) {
  if (update.timestamp > head.timestamp && update.activation > head.activation) {
    return absl::OkStatus();
  }
  return MakeError(Reason::DAMAGED,
                   absl::StrCat("its timestamp ", update.timestamp.raw(), " and activation ",
                                update.activation.raw(), " are not after ", head.timestamp.raw(),
                                " and ", head.activation.raw(), " of the version before"));
}

// Takes records until it has the version that is wanted.
class BoundedSink final : public LogSink {
 public:
  BoundedSink(Replay& replay, CatalogVersion until, const ReplayProgress& progress)
      : replay_(replay), until_(until), progress_(progress) {}

  absl::Status OnRecord(const LogRecord& record) override {
    if (record.version > until_) return absl::CancelledError("that is enough");
    ANNALS_RETURN_IF_ERROR(replay_.Next(record).status());
    if (progress_) progress_(record.version);
    return absl::OkStatus();
  }
  void OnLagged(CatalogVersion earliest) override {
    lagged_ = MakeError(Reason::VERSION_TRUNCATED,
                        absl::StrCat("the log was truncated up to version ", earliest.value,
                                     " while it was read; try again"));
  }
  const absl::Status& lagged() const { return lagged_; }

 private:
  Replay& replay_;
  const CatalogVersion until_;
  const ReplayProgress& progress_;
  absl::Status lagged_;
};

absl::Status CheckRange(const UpdateLog::HeadInfo& head, CatalogVersion version) {
  if (version > head.version) {
    return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                     absl::StrCat("version ", version.value, " does not exist; the latest is ",
                                  head.version.value));
  }
  if (version < head.snapshot) {
    return MakeError(
        Reason::VERSION_TRUNCATED,
        absl::StrCat("version ", version.value, " was truncated; the earliest that can be read is ",
                     head.snapshot.value));
  }
  return absl::OkStatus();
}

// Takes an empty `replay` up to `version`, or as far as that goes.
absl::Status ReplayLog(Replay& replay, UpdateLog& log, CatalogVersion version,
                       const ReplayProgress& progress) {
  if (const CatalogVersion snapshot = log.Head().snapshot; snapshot.value > 0) {
    ANNALS_ASSIGN_OR_RETURN(const Snapshot found, ReadSnapshot(log, snapshot));
    ANNALS_RETURN_IF_ERROR(replay.Rebase(found));
  }
  if (replay.head().version >= version) return absl::OkStatus();
  BoundedSink sink(replay, version, progress);
  const absl::Status status = log.Subscribe(replay.head().version.Next(), &sink);
  log.Unsubscribe();
  ANNALS_RETURN_IF_ERROR(sink.lagged());
  if (replay.head().version >= version) return absl::OkStatus();
  if (!status.ok()) return status;
  return MakeError(Reason::DAMAGED,
                   absl::StrCat("the log ends at version ", replay.head().version.value,
                                ", expected ", version.value));
}

}  // namespace

absl::Status ApplyNext(VersionedUpdate update, const ReplayHead& head, CatalogDraft& draft) {
  ANNALS_RETURN_IF_ERROR(CheckTimes(update, head));
  return Apply(std::move(update), draft);
}

absl::StatusOr<DecodedRecord> Decode(const LogRecord& record) {
  auto update = DecodeUpdate(record.payload);
  if (update.ok()) return DecodedRecord{record.version, record.hash, *std::move(update)};
  return WithContext(update.status(), absl::StrCat("version ", record.version.value));
}

absl::StatusOr<Replay::Step> Replay::Next(DecodedRecord record) {
  const ReplayHead head{record.version, record.hash, record.update.timestamp,
                        record.update.activation};
  const Catalog base = store_->Latest();
  CatalogDraft draft(base, head.version, head.timestamp);
  if (const absl::Status fits = ApplyNext(std::move(record.update), head_, draft); !fits.ok()) {
    return WithContext(fits, absl::StrCat("version ", head.version.value));
  }
  Step step{head, std::move(draft).TakeDelta()};
  Next(step);
  return step;
}

void Replay::Next(const Step& step) {
  store_->Install(step.delta, step.head.timestamp);
  store_->Activate(step.head.version, step.head.activation);
  head_ = step.head;
}

absl::StatusOr<Replay::Step> Replay::Next(const LogRecord& record) {
  ANNALS_ASSIGN_OR_RETURN(DecodedRecord decoded, Decode(record));
  return Next(std::move(decoded));
}

absl::Status Replay::Rebase(const Snapshot& snapshot) {
  ANNALS_RETURN_IF_ERROR(store_->Rebase(snapshot.image));
  head_ = {snapshot.image.version, snapshot.hash, snapshot.image.timestamp,
           snapshot.image.activation};
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<VersionedStore>> ReplayUpTo(UpdateLog& log, CatalogVersion version,
                                                           const ReplayProgress& progress) {
  ANNALS_RETURN_IF_ERROR(CheckRange(log.Head(), version));
  Replay replay(VersionedStore::Create());
  ANNALS_RETURN_IF_ERROR(ReplayLog(replay, log, version, progress));
  return replay.store();
}

SoundPart ReplaySoundPart(UpdateLog& log, const ReplayProgress& progress) {
  Replay replay(VersionedStore::Create());
  const absl::Status damage = ReplayLog(replay, log, log.Head().version, progress);
  return {replay.store(), replay.head().version, damage};
}

}  // namespace annals
