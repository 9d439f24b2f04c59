#include "annals/tests/support/test_log.h"

#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {

PendingRecord RecordWriter::Peek(std::string_view payload) const {
  const Envelope envelope{.store = store_,
                          .version = at_.version.Next(),
                          .previous = at_.hash,
                          .commit_id = CommitId::Random()};
  return {envelope.version, envelope.commit_id, SealRecord(envelope, payload)};
}

PendingRecord RecordWriter::Next(std::string_view payload) {
  PendingRecord record = Peek(payload);
  at_ = {record.version, HashOfVersion(record.bytes)};
  return record;
}

std::string SealRoot(const StoreUuid& store, const LogPosition& at, CommitId attempt,
                     std::string_view update) {
  const Envelope envelope{.kind = RecordKind::kRoot,
                          .store = store,
                          .version = at.version,
                          .previous = at.hash,
                          .commit_id = attempt};
  return SealRecord(envelope, absl::StrCat("a root: ", ToAbsl(update), ToAbsl("and more")));
}

absl::Status RecordingSink::OnRecord(const LogRecord& record) {
  misaligned |= reinterpret_cast<uintptr_t>(record.payload.data()) % 8 != 0;
  lines.push_back(absl::StrCat("record ", record.version.value, " ", ToAbsl(record.payload)));
  position = {record.version, record.hash};
  seen.push_back({record.version, record.hash, record.commit_id, {}});
  return answer;
}

void RecordingSink::OnSnapshotMoved(CatalogVersion snapshot) {
  lines.push_back(absl::StrCat("snapshot ", snapshot.value));
}

void RecordingSink::OnLagged(CatalogVersion earliest) {
  lines.push_back(absl::StrCat("lagged ", earliest.value));
}

void RecordingSink::OnClosed(const absl::Status& status) {
  lines.push_back(absl::StrCat("closed ", status.ToString()));
}

}  // namespace annals
