#include "annals/snapshot/verify.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "annals/catalog/update.h"
#include "annals/log/chain.h"
#include "annals/log/keys.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"
#include "annals/snapshot/snapshot.h"

namespace annals {
namespace {

constexpr std::string_view kMark = "CATALOG-HEAD";

// "version 3", "versions 3 to 5"
std::string VersionsText(CatalogVersion first, CatalogVersion last) {
  return first == last ? absl::StrCat("version ", first.value)
                       : absl::StrCat("versions ", first.value, " to ", last.value);
}

std::string TextOf(const absl::Status& status) { return std::string(ToStd(status.message())); }

// What one look at a log finds, step by step.
class Verifier {
 public:
  Verifier(UpdateLog& log, const VerifyOptions& options)
      : log_(log), options_(options), first_(std::max(log.Head().snapshot, CatalogVersion{1})) {
    seen_.head = log.Head();
  }

  Verification Run() {
    const absl::Status walked = WalkKeys();
    CheckMark();
    TakeOffListedChunks();
    if (options_.from.value == 0) {
      CheckSnapshotHere();
      CheckRecords(first_);
      CheckVersions();
    } else {
      RememberBefore(options_.from);
      CheckRecords(options_.from);
    }
    CheckExpected();
    // What cannot be read belongs to something that was found, or to nothing known.
    if (!walked.ok() && !seen_.damaged()) Damage("", std::nullopt, TextOf(walked));
    std::stable_sort(seen_.findings.begin(), seen_.findings.end(), ComesBefore);
    return std::move(seen_);
  }

 private:
  static bool ComesBefore(const Finding& a, const Finding& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return a.version.value_or(CatalogVersion{}) < b.version.value_or(CatalogVersion{});
  }

  void Damage(std::string key, std::optional<CatalogVersion> version, std::string what) {
    seen_.findings.push_back(
        {Finding::Severity::kDamage, std::move(key), version, std::move(what)});
  }
  void DamageAt(CatalogVersion version, const absl::Status& status) {
    Tell(UpdateKey(version), version, status);
  }
  void Tell(std::string key, std::optional<CatalogVersion> version, const absl::Status& status) {
    const bool newer = ReasonOf(status) == Reason::NEWER_FORMAT;
    seen_.findings.push_back({newer ? Finding::Severity::kNewer : Finding::Severity::kDamage,
                              std::move(key), version, TextOf(status)});
  }
  void Warn(std::string key, std::string what) {
    seen_.findings.push_back(
        {Finding::Severity::kWarning, std::move(key), std::nullopt, std::move(what)});
  }

  // --- The keys.

  absl::Status WalkKeys() {
    const absl::Status walked =
        log_.ForEachKey("", [this](std::string_view key, std::string_view bytes) {
          VisitKey(key, bytes);
          return absl::OkStatus();
        });
    if (absl::IsUnimplemented(walked)) return absl::OkStatus();  // Its keys are not ours to see.
    ANNALS_RETURN_IF_ERROR(walked);
    if (!has_product_) Missing(kProductKey, "which store this is");
    if (!has_head_) Missing(kHeadKey, "the newest version");
    if (!has_snapshot_ && seen_.head.snapshot.value > 0) {
      Missing(kSnapshotKey, absl::StrCat("version ", seen_.head.snapshot.value));
    }
    TellOutside(below_, absl::StrCat("below the earliest version, ", first_.value));
    TellOutside(seen_.above, absl::StrCat("above the head, version ", seen_.head.version.value));
    return absl::OkStatus();
  }

  void VisitKey(std::string_view key, std::string_view bytes) {
    if (key == kProductKey) {
      has_product_ = true;
      CheckValue(key, ParseProductValue(bytes).status());
    } else if (key == kHeadKey) {
      has_head_ = true;
      CheckVersionKey(key, ParseVersionValue(key, bytes), seen_.head.version);
    } else if (key == kSnapshotKey) {
      has_snapshot_ = true;
      CheckVersionKey(key, ParseVersionValue(key, bytes), seen_.head.snapshot);
    } else if (const auto version = VersionOfUpdateKey(key)) {
      if (*version < first_) Extend(below_, *version);
      if (*version > seen_.head.version) Extend(seen_.above, *version);
    } else if (const auto chunk = ParseChunkKey(key)) {
      ++seen_.leftover_chunks;  // Those that the root lists are taken off later.
    } else if (key.starts_with("catalog.update.") || key.starts_with("catalog.snapshot.")) {
      Damage(std::string(key), std::nullopt, absl::StrCat(ToAbsl(key), " is no key of a record"));
    } else if (!IsReservedKey(key)) {
      Warn(std::string(key), absl::StrCat(ToAbsl(key), " is no key of Annals"));
    }
  }

  // The log may know better than its keys.
  void CheckVersionKey(std::string_view key, const absl::StatusOr<CatalogVersion>& found,
                       CatalogVersion expected) {
    CheckValue(key, found.status());
    if (!found.ok() || *found == expected) return;
    Damage(std::string(key), std::nullopt,
           absl::StrCat(ToAbsl(key), " is damaged: expected version ", expected.value, ", found ",
                        found->value));
  }

  void CheckValue(std::string_view key, const absl::Status& status) {
    if (!status.ok()) Tell(std::string(key), std::nullopt, status);
  }

  void Missing(std::string_view key, const std::string& what) {
    Damage(std::string(key), std::nullopt,
           absl::StrCat(ToAbsl(key), " is missing: expected ", what, ", found no such key"));
  }

  static void Extend(std::optional<UpdateLog::VersionRange>& range, CatalogVersion version) {
    if (!range) range = {version, version};
    range->last = version;
  }

  void TellOutside(const std::optional<UpdateLog::VersionRange>& range, const std::string& where) {
    if (!range) return;
    const std::string keys =
        range->first == range->last
            ? UpdateKey(range->first) + " is "
            : absl::StrCat("records of ", VersionsText(range->first, range->last), " are ");
    Damage(UpdateKey(range->first), range->first, keys + where);
  }

  // --- The mark.

  void CheckMark() {
    const UpdateLog::MarkState mark = log_.mark();
    if (!mark.problem.empty()) Warn(std::string(kMark), mark.problem);
    if (!mark.loss.empty()) Damage(std::string(kMark), std::nullopt, mark.loss);
  }

  // --- The snapshot and the records.

  void TakeOffListedChunks() {
    if (seen_.head.snapshot.value == 0) return;
    const auto info = ReadSnapshotInfo(log_, seen_.head.snapshot);
    const uint64_t listed = info.ok() ? info->chunks : seen_.leftover_chunks;
    seen_.leftover_chunks -= std::min(listed, seen_.leftover_chunks);
  }

  void CheckSnapshotHere() {
    const CatalogVersion snapshot = seen_.head.snapshot;
    if (snapshot.value == 0) return;
    const SnapshotCheck check = CheckSnapshot(log_, snapshot);
    for (const absl::Status& damage : check.damage) DamageAt(snapshot, damage);
    seen_.checked_chunks = check.chunks;
    seen_.checked_bytes += check.bytes;
    root_is_whole_ = check.root_is_whole;
  }

  // So that the link of the first record that is checked is.
  void RememberBefore(CatalogVersion version) {
    if (version <= first_) return;
    const auto bytes = log_.ReadRecord(version.Previous());
    if (!bytes.ok()) return;
    const auto position = PositionOf(seen_.head.store, version.Previous(), *bytes);
    if (position.ok()) before_ = Before{*position, std::nullopt};
  }

  void CheckRecords(CatalogVersion from) {
    CatalogVersion version = from;
    while (version <= seen_.head.version) {
      const CatalogVersion last = CheckRecord(version);
      if (last >= seen_.head.version) return;  // Before it wraps around.
      version = last.Next();
    }
  }

  // Checks the record of `version`. The last version that this told of: a gap is one thing.
  CatalogVersion CheckRecord(CatalogVersion version) {
    const auto bytes = log_.ReadRecord(version);
    if (!bytes.ok()) {
      before_.reset();
      const auto gap = log_.GapAt(version);
      if (!gap) {
        DamageAt(version, bytes.status());
        return version;
      }
      Damage(UpdateKey(version), version,
             absl::StrCat(VersionsText(version, gap->last), gap->last == version ? " is" : " are",
                          " missing: expected ", UpdateKey(version), ", found no such key"));
      return gap->last;
    }
    ++seen_.checked_records;
    seen_.checked_bytes += bytes->size();
    if (options_.progress) options_.progress(seen_.checked_records);
    const bool is_root = version == seen_.head.snapshot;
    // All of it was checked with the snapshot, unless that is below what is to be checked.
    const absl::Status sound = is_root && options_.from.value == 0
                                   ? absl::OkStatus()
                                   : CheckBytes(version, *bytes, is_root);
    if (!sound.ok()) {
      DamageAt(version, sound);
      before_.reset();
      return version;
    }
    CheckPlace(version, *bytes, is_root);
    return version;
  }

  absl::Status CheckBytes(CatalogVersion version, const std::string& bytes, bool is_root) const {
    const std::string key = UpdateKey(version);
    ANNALS_ASSIGN_OR_RETURN(const RecordView record,
                            OpenRecordAt(seen_.head.store, version, bytes));
    ANNALS_RETURN_IF_ERROR(VerifyRecord(key, bytes).status());
    return CheckKind(record, is_root ? RecordKind::kRoot : RecordKind::kUpdate);
  }

  // Its link to the version before, and what it says.
  void CheckPlace(CatalogVersion version, const std::string& bytes, bool is_root) {
    const auto position = PositionOf(seen_.head.store, version, bytes);
    const auto record = OpenRecord(UpdateKey(version), bytes);
    if (!position.ok() || !record.ok()) {  // A root that was told of.
      before_.reset();
      return;
    }
    if (position->hash == options_.expected_head) seen_.expected_at = version;
    if (version == seen_.head.version) seen_.head_hash = position->hash;

    Before here{*position, std::nullopt};
    bool sound = !is_root || root_is_whole_;
    if (!is_root) {
      if (before_ && record->envelope.previous != before_->position.hash) {
        sound = false;
        TellBrokenLink(version, record->envelope.previous);
      }
      // A string this long lies aligned, and so does what follows the envelope.
      const auto update = DecodeUpdate(record->payload);
      if (update.ok()) {
        here.times = Times{update->timestamp, update->activation};
        CheckTimes(version, *here.times);
      } else {
        sound = false;
        DamageAt(version, WithContext(update.status(), absl::StrCat("version ", version.value)));
      }
    }
    if (sound) AddSound(version);
    before_ = here;
  }

  void TellBrokenLink(CatalogVersion version, const Sha256Hash& found) {
    Damage(UpdateKey(version), version,
           absl::StrCat("version ", version.value, ": ", UpdateKey(version),
                        " does not follow the version before: hash of version ", version.value - 1,
                        ": expected ", before_->position.hash.ToString(), ", found ",
                        found.ToString()));
  }

  struct Times {
    HybridTimestamp timestamp;
    HybridTimestamp activation;
  };
  void CheckTimes(CatalogVersion version, const Times& times) {
    if (!before_ || !before_->times) return;
    if (times.timestamp > before_->times->timestamp &&
        times.activation > before_->times->activation) {
      return;
    }
    Damage(UpdateKey(version), version,
           absl::StrCat("version ", version.value, ": its timestamp ", times.timestamp.raw(),
                        " and activation ", times.activation.raw(), " are not after ",
                        before_->times->timestamp.raw(), " and ", before_->times->activation.raw(),
                        " of the version before"));
  }

  void AddSound(CatalogVersion version) {
    auto& records = seen_.records;
    if (!records.empty() && records.back().last.Next() == version) {
      records.back().last = version;
    } else {
      records.push_back({version, version});
    }
  }

  // --- The versions that the records make.

  void CheckVersions() {
    const SoundPart sound = ReplaySoundPart(log_, [this](CatalogVersion made) {
      if (options_.progress) options_.progress(seen_.checked_records + made.value - first_.value);
    });
    seen_.readable = sound.last;
    if (sound.damage.ok()) return;
    const CatalogVersion next = std::max(sound.last.Next(), first_);
    const bool known = std::ranges::any_of(seen_.findings, [&](const Finding& finding) {
      return finding.severity != Finding::Severity::kWarning && finding.version == next;
    });
    if (!known) DamageAt(next, sound.damage);
  }

  void CheckExpected() {
    if (!options_.expected_head || seen_.expected_at) return;
    const CatalogVersion from = std::max(first_, options_.from);
    Damage("", std::nullopt,
           absl::StrCat("no version from ", from.value, " to ", seen_.head.version.value,
                        " has the expected hash ", options_.expected_head->ToString()));
  }

  struct Before {
    LogPosition position;
    std::optional<Times> times;
  };

  UpdateLog& log_;
  const VerifyOptions& options_;
  const CatalogVersion first_;
  Verification seen_;

  bool has_product_ = false;
  bool has_head_ = false;
  bool has_snapshot_ = false;
  bool root_is_whole_ = true;  // As far as it was checked.
  std::optional<UpdateLog::VersionRange> below_;
  std::optional<Before> before_;  // The version before, if it could be read.
};

}  // namespace

bool Verification::damaged() const {
  return std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.severity == Finding::Severity::kDamage;
  });
}

bool Verification::newer() const {
  return std::ranges::count(findings, Finding::Severity::kNewer, &Finding::severity) > 0;
}

Verification Verify(UpdateLog& log, const VerifyOptions& options) {
  return Verifier(log, options).Run();
}

}  // namespace annals
