#include "annals/log/record_copy.h"

#include <utility>

#include "annals/schemas/status.h"

namespace annals {
namespace {

constexpr uint64_t kBatchBytes = uint64_t{1} << 20;

}  // namespace

absl::Status RecordCopier::Add(const RecordView& record) {
  Envelope envelope = record.envelope;
  envelope.store = to_.Head().store;
  envelope.previous = at_.hash;
  PendingRecord sealed{envelope.version, envelope.commit_id, SealRecord(envelope, record.payload)};
  at_ = {sealed.version, HashOfVersion(sealed.bytes)};
  waiting_bytes_ += sealed.bytes.size();
  waiting_.push_back(std::move(sealed));
  const bool is_batch =
      waiting_.size() >= to_.capabilities().max_batch_records || waiting_bytes_ >= kBatchBytes;
  return is_batch ? Flush() : absl::OkStatus();
}

absl::Status RecordCopier::Flush() {
  if (waiting_.empty()) return absl::OkStatus();
  const CatalogVersion head = waiting_.front().version.Previous();
  AppendResult result = to_.Append(waiting_, head, absl::InfiniteFuture());
  waiting_.clear();
  waiting_bytes_ = 0;
  if (result.outcome != AppendResult::Outcome::kConflict) return std::move(result.status);
  return MakeError(Reason::VERSION_CONFLICT, "somebody else writes to the log");
}

}  // namespace annals
