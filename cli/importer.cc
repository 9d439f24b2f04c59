#include "annals/cli/importer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/cli/line_reader.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

// A record as base64, and six bytes at most for each one of its texts as JSON.
constexpr size_t kMostLineBytes = size_t{512} << 20;
constexpr std::string_view kRecord = "record";

absl::Status Damaged(std::string_view expected, std::string_view found) {
  return MakeError(Reason::DAMAGED,
                   absl::StrCat("expected ", ToAbsl(expected), ", found ", ToAbsl(found)));
}

absl::Status CheckSame(const Json& found, const Json& expected) {
  const auto difference = DifferenceOf(found, expected);
  return difference ? MakeError(Reason::DAMAGED, *difference) : absl::OkStatus();
}

}  // namespace

absl::Status Importer::Take(std::string_view line) {
  const auto json = ParseJson(line);
  if (!json.ok() && !header_) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("this is no export: ", json.status().message()));
  }
  if (!json.ok()) return Damaged(Expected(), ToStd(json.status().message()));
  if (!header_) return TakeHeader(*json);
  if (const std::string found = NameOfLine(*json); found != Expected()) {
    return Damaged(Expected(), found);
  }
  ANNALS_ASSIGN_OR_RETURN(std::string record, RecordOf(*json));
  if (records_) return TakeVersion(*json, std::move(record));
  if (root_) return TakeChunk(*json, record);
  return TakeSnapshot(*json, record);
}

// As NameOfLine names it.
std::string Importer::Expected() const {
  if (!header_) return "the header of an export";
  if (!records_ && !root_) {
    return absl::StrCat("the snapshot of version ", header_->base.value);
  }
  if (!records_) return absl::StrCat("chunk ", chunks_.size());
  if (version() < header_->head) return absl::StrCat("version ", version().Next().value);
  return "the end";
}

absl::Status Importer::TakeHeader(const Json& line) {
  ANNALS_ASSIGN_OR_RETURN(header_, ReadHeader(line));
  if (header_->base.value == 0) records_.emplace(to_);
  return absl::OkStatus();
}

absl::Status Importer::TakeSnapshot(const Json& line, const std::string& record) {
  ANNALS_RETURN_IF_ERROR(VerifyRecord(kRecord, record).status());
  ANNALS_ASSIGN_OR_RETURN(root_, OpenSnapshotRoot(header_->base, record));
  ANNALS_RETURN_IF_ERROR(VerifyRecord("the update in the record", root_->update.bytes).status());
  ANNALS_RETURN_IF_ERROR(CheckStore(root_->store));
  ANNALS_RETURN_IF_ERROR(CheckStore(root_->update.envelope.store));
  ANNALS_RETURN_IF_ERROR(CheckSnapshotRoot(*root_, root_->store));
  ANNALS_RETURN_IF_ERROR(CheckSame(line, SnapshotLine(*root_, record)));
  ANNALS_RETURN_IF_ERROR(CheckHash(root_->update));
  snapshot_ = std::make_unique<SnapshotCopier>(*root_, to_);
  return root_->chunks.empty() ? FinishSnapshot() : absl::OkStatus();
}

absl::Status Importer::TakeChunk(const Json& line, const std::string& record) {
  const auto number = static_cast<uint32_t>(chunks_.size());
  ANNALS_ASSIGN_OR_RETURN(SnapshotChunk chunk, OpenSnapshotChunk(*root_, number, record));
  ANNALS_RETURN_IF_ERROR(CheckSame(line, ChunkLine(number, chunk, record)));
  ANNALS_RETURN_IF_ERROR(snapshot_->Add(chunk));
  chunks_.push_back(std::move(chunk));
  return chunks_.size() == root_->chunks.size() ? FinishSnapshot() : absl::OkStatus();
}

absl::Status Importer::FinishSnapshot() {
  ANNALS_ASSIGN_OR_RETURN(const Snapshot snapshot,
                          AssembleSnapshot(*root_, std::exchange(chunks_, {})));
  ANNALS_RETURN_IF_ERROR(replay_.Rebase(snapshot));
  ANNALS_ASSIGN_OR_RETURN(const LogPosition position, snapshot_->Finish());
  snapshot_ = nullptr;
  chain_.emplace(root_->store, LogPosition{root_->version, root_->update.hash});
  records_.emplace(to_, position);
  return absl::OkStatus();
}

absl::Status Importer::TakeVersion(const Json& line, std::string bytes) {
  const CatalogVersion next = version().Next();
  ANNALS_ASSIGN_OR_RETURN(UpdateRecord record, OpenUpdateRecord(kRecord, std::move(bytes), next));
  ANNALS_ASSIGN_OR_RETURN(const RecordView view, VerifyRecord(kRecord, record.bytes));
  ANNALS_RETURN_IF_ERROR(CheckStore(view.envelope.store));
  if (!chain_) chain_.emplace(view.envelope.store, LogPosition{});
  ANNALS_RETURN_IF_ERROR(chain_->Next(next, record.bytes).status());
  ANNALS_RETURN_IF_ERROR(CheckSame(line, VersionLine(record)));
  ANNALS_RETURN_IF_ERROR(CheckHash(record));
  ANNALS_RETURN_IF_ERROR(
      replay_.Next(DecodedRecord{next, record.hash, std::move(record.update)}).status());
  replay_.store()->Truncate(next);  // One version at a time is enough.
  return records_->Add(view);
}

absl::Status Importer::CheckStore(const StoreUuid& store) const {
  if (store.ToString() == header_->store) return absl::OkStatus();
  return Damaged("a record of the store " + header_->store, "one of " + store.ToString());
}

absl::Status Importer::CheckHash(const UpdateRecord& record) const {
  const std::string hash = record.hash.ToString();
  if (record.envelope.version < header_->head || hash == header_->head_hash) {
    return absl::OkStatus();
  }
  return Damaged(absl::StrCat("the hash ", header_->head_hash, ", which the header names"), hash);
}

absl::Status Importer::Finish() {
  if (!header_) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("expected ", Expected(), ", found nothing"));
  }
  if (!records_ || version() < header_->head) return Damaged(Expected(), "the end");
  return records_->Flush();
}

absl::StatusOr<ExportHeader> ImportLines(Input& input, UpdateLog& to,
                                         const ReplayProgress& progress) {
  LineReader lines(input, kMostLineBytes);
  Importer importer(to);
  for (uint64_t number = 1;; ++number) {
    const auto line = lines.Next();
    if (!line.ok()) return MakeError(Reason::INVALID_REQUEST, ToStd(line.status().message()));
    const bool at_end = !line->has_value();
    absl::Status taken;
    if (at_end) {
      taken = importer.Finish();
    } else if ((*line)->too_long) {
      taken = Damaged(absl::StrCat("a line of at most ", kMostLineBytes, " bytes"), "a longer one");
    } else {
      taken = importer.Take((*line)->text);
    }
    if (!taken.ok()) return WithContext(taken, absl::StrCat(input.name(), ":", number));
    if (at_end) return importer.header();
    if (progress) progress(importer.version());
  }
}

}  // namespace annals::cli
