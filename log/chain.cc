#include "annals/log/chain.h"

#include "absl/strings/str_cat.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

template <typename Expected, typename Found>
absl::Status OutOfPlace(CatalogVersion version, std::string_view what, const Expected& expected,
                        const Found& found) {
  return MakeError(Reason::DAMAGED,
                   absl::StrCat("version ", version.value, ": ", UpdateKey(version),
                                " is not the record that belongs there: ", ToAbsl(what),
                                ": expected ", expected, ", found ", found));
}

std::string_view NameOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kUpdate:
      return "an update";
    case RecordKind::kRoot:
      return "the root of a snapshot";
    case RecordKind::kChunk:
      return "a chunk of a snapshot";
  }
  return "nothing known";
}

}  // namespace

absl::StatusOr<RecordView> OpenRecordAt(const StoreUuid& store, CatalogVersion version,
                                        std::string_view bytes) {
  auto record = OpenRecord({}, bytes);
  if (!record.ok()) {
    // Asked again for the message, so that a good record costs no key.
    return WithContext(OpenRecord(UpdateKey(version), bytes).status(),
                       absl::StrCat("version ", version.value));
  }
  const Envelope& envelope = record->envelope;
  if (envelope.store != store) {
    return OutOfPlace(version, "store", store.ToString(), envelope.store.ToString());
  }
  if (envelope.version != version) {
    return OutOfPlace(version, "version", version.value, envelope.version.value);
  }
  return record;
}

absl::StatusOr<LogPosition> PositionOf(const StoreUuid& store, CatalogVersion version,
                                       std::string_view bytes) {
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(store, version, bytes));
  switch (record.envelope.kind) {
    case RecordKind::kUpdate:
      return LogPosition{version, HashOfVersion(bytes)};
    case RecordKind::kRoot:
      return LogPosition{version, record.envelope.previous};
    case RecordKind::kChunk:
      break;
  }
  return OutOfPlace(version, "kind", "an update or a root", ToAbsl(NameOf(record.envelope.kind)));
}

absl::Status CheckKind(const RecordView& record, RecordKind kind) {
  const Envelope& envelope = record.envelope;
  if (envelope.kind == kind) return absl::OkStatus();
  return OutOfPlace(envelope.version, "kind", ToAbsl(NameOf(kind)), ToAbsl(NameOf(envelope.kind)));
}

absl::StatusOr<LogRecord> RecordChain::Next(CatalogVersion version, std::string_view bytes) {
  const CatalogVersion next = at_.version.Next();
  if (version > next) return Missing(version.Previous());
  if (version < next) {
    return OutOfPlace(version, "order", absl::StrCat("version ", next.value), version.value);
  }
  ANNALS_ASSIGN_OR_RETURN(const RecordView record, OpenRecordAt(store_, version, bytes));
  const Envelope& envelope = record.envelope;
  ANNALS_RETURN_IF_ERROR(CheckKind(record, RecordKind::kUpdate));
  if (envelope.previous != at_.hash) {
    return OutOfPlace(version, "hash of the version before", at_.hash.ToString(),
                      envelope.previous.ToString());
  }
  at_ = {version, HashOfVersion(bytes)};
  return LogRecord{version, at_.hash, envelope.commit_id, record.payload};
}

absl::Status RecordChain::Missing(CatalogVersion last) const {
  const CatalogVersion first = at_.version.Next();
  const std::string which =
      first == last ? absl::StrCat("version ", first.value, " is missing")
                    : absl::StrCat("versions ", first.value, " to ", last.value, " are missing");
  return MakeError(Reason::DAMAGED,
                   absl::StrCat(which, ": expected ", UpdateKey(first), " after version ",
                                at_.version.value, ", found no such key"));
}

namespace {

absl::Status CheckLimits(const UpdateLog::Capabilities& limits,
                         std::span<const PendingRecord> records) {
  if (records.empty() || records.size() > limits.max_batch_records) {
    return MakeError(Reason::INVALID_REQUEST,
                     absl::StrCat("an append has 1 to ", limits.max_batch_records, " records, not ",
                                  records.size()));
  }
  for (const PendingRecord& record : records) {
    if (record.bytes.size() > limits.max_record_bytes) {
      return MakeError(
          Reason::RECORD_TOO_LARGE,
          absl::StrCat("the record of version ", record.version.value, " has ", record.bytes.size(),
                       " bytes; this log takes at most ", limits.max_record_bytes));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LogRecord>> CheckAppend(const StoreUuid& store, const LogPosition& head,
                                                   const UpdateLog::Capabilities& limits,
                                                   std::span<const PendingRecord> records) {
  ANNALS_RETURN_IF_ERROR(CheckLimits(limits, records));
  std::vector<LogRecord> checked;
  checked.reserve(records.size());
  RecordChain chain(store, head);
  for (const PendingRecord& record : records) {
    const auto next = chain.Next(record.version, record.bytes);
    if (!next.ok()) {
      return MakeError(Reason::INTERNAL, absl::StrCat("the record to append does not fit: ",
                                                      next.status().message()));
    }
    if (next->commit_id != record.commit_id) {
      return MakeError(Reason::INTERNAL, "the record to append was sealed with another commit id");
    }
    // A record is longer than a string's inline buffer, so it lies where operator
    // new put it, and its payload is as aligned as the envelope's size is.
    static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ % 8 == 0 && kEnvelopeSize % 8 == 0);
    checked.push_back(*next);
  }
  return checked;
}

absl::Status CheckRoot(const StoreUuid& store, const LogPosition& replaced,
                       std::string_view attempt, std::string_view root) {
  const auto record = OpenRecordAt(store, replaced.version, root);
  if (!record.ok()) return MakeError(Reason::INTERNAL, ToStd(record.status().message()));
  const Envelope& envelope = record->envelope;
  if (envelope.kind == RecordKind::kRoot && envelope.previous == replaced.hash &&
      envelope.commit_id.ToString() == attempt) {
    return absl::OkStatus();
  }
  return MakeError(Reason::INTERNAL,
                   absl::StrCat("the root does not stand for version ", replaced.version.value,
                                ", or is not of attempt ", ToAbsl(attempt)));
}

absl::Status NoSuchVersion(CatalogVersion version, CatalogVersion head) {
  return MakeError(
      Reason::CATALOG_VERSION_NOT_FOUND,
      absl::StrCat("version ", version.value, " does not exist; the newest is ", head.value));
}

absl::Status TruncatedVersion(CatalogVersion version, CatalogVersion snapshot) {
  return MakeError(
      Reason::VERSION_TRUNCATED,
      absl::StrCat("version ", version.value, " was truncated; the earliest is ", snapshot.value));
}

}  // namespace annals
