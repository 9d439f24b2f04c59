#include "annals/cli/store_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "annals/cli/progress.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/replay.h"

namespace annals::cli {
namespace {

// Looks at every record, and wants nothing of it.
class CheckingSink final : public LogSink {
 public:
  absl::Status OnRecord(const LogRecord& /*record*/) override { return absl::OkStatus(); }
  void OnLagged(CatalogVersion /*earliest*/) override {}
};

bool CountsFromLatest(const Selector& selector) { return std::holds_alternative<Latest>(selector); }

bool IsAbove(const Selector& selector, CatalogVersion head) {
  const auto* const version = std::get_if<CatalogVersion>(&selector);
  return version != nullptr && *version > head;
}

}  // namespace

absl::StatusOr<StoreReader> StoreReader::Open(const std::string& path, Console& console) {
  auto log = OpenRocksDbLog({.path = path, .read_only = true});
  const absl::Status damage = log.status();
  // A record of a newer release is in the way of what is above it, and of no more.
  if (absl::IsDataLoss(damage) || ReasonOf(damage) == Reason::NEWER_FORMAT) {
    log = OpenRocksDbLog({.path = path, .read_only = true, .salvage = true});
    if (!log.ok()) return damage;
  }
  ANNALS_RETURN_IF_ERROR(log.status());
  for (const std::string& warning : (*log)->warnings()) console.Warning(warning);
  return StoreReader(*std::move(log), damage, console);
}

absl::StatusOr<StoreReader> StoreReader::Open(const Arguments& arguments, Console& console) {
  if (const StoreInUse* store = arguments.store_in_use()) return StoreReader(*store, console);
  auto reader = Open(arguments.Get("STORE"), console);
  if (reader.ok()) reader->salvage_ = arguments.Has("salvage");
  return reader;
}

absl::StatusOr<CatalogVersion> StoreReader::FindSalvaged(const Latest& latest) const {
  const SoundPart sound = ReplaySoundPart(*opened_);
  const absl::Status damage = damage_at_head_.ok() ? sound.damage : damage_at_head_;
  if (damage.ok()) return Resolve(latest, *log_);
  if (sound.last.value == 0) return damage;
  console_->Damage(absl::StrCat(MessageOf(damage), "; the newest version that can be made is ",
                                sound.last.value));
  if (latest.back < sound.last.value)
    return Resolve(CatalogVersion{sound.last.value - latest.back}, *log_);
  return MakeError(Reason::CATALOG_VERSION_NOT_FOUND,
                   absl::StrCat("latest~", latest.back, " is before all versions"));
}

absl::StatusOr<CatalogVersion> StoreReader::Find(const Selector& selector) const {
  if (CountsFromLatest(selector)) {
    if (salvage_) return FindSalvaged(std::get<Latest>(selector));
    ANNALS_RETURN_IF_ERROR(damage_at_head_);
  }
  // What lies beyond a lost end is lost.
  const bool lost = ReasonOf(damage_at_head_) == Reason::LOST_VERSIONS;
  if (lost && IsAbove(selector, log_->Head().version)) return damage_at_head_;
  return Resolve(selector, *log_);
}

absl::StatusOr<std::shared_ptr<VersionedStore>> StoreReader::VersionsUpTo(CatalogVersion version) {
  Progress progress(*console_, "reading versions", version.value);
  return ReplayUpTo(*opened_, version, [&](CatalogVersion made) { progress.Reach(made.value); });
}

absl::StatusOr<Catalog> StoreReader::CatalogAt(CatalogVersion version) {
  if (versions_ != nullptr) return versions_->At(version);
  ANNALS_ASSIGN_OR_RETURN(const auto store, VersionsUpTo(version));
  WarnOfDamageAbove(version);
  return store->At(version);
}

absl::StatusOr<std::pair<Catalog, Catalog>> StoreReader::CatalogsAt(CatalogVersion a,
                                                                    CatalogVersion b) {
  if (versions_ != nullptr) {
    ANNALS_ASSIGN_OR_RETURN(Catalog first, versions_->At(a));
    ANNALS_ASSIGN_OR_RETURN(Catalog second, versions_->At(b));
    return std::pair(std::move(first), std::move(second));
  }
  ANNALS_ASSIGN_OR_RETURN(const auto store, VersionsUpTo(std::max(a, b)));
  WarnOfDamageAbove(std::max(a, b));
  ANNALS_ASSIGN_OR_RETURN(Catalog first, store->At(a));
  ANNALS_ASSIGN_OR_RETURN(Catalog second, store->At(b));
  return std::pair(std::move(first), std::move(second));
}

void StoreReader::WarnOfDamageAbove(CatalogVersion version) {
  if (!damage_at_head_.ok() || version >= log_->Head().version) return;
  CheckingSink sink;
  const absl::Status status = opened_->Subscribe(version.Next(), &sink);
  opened_->Unsubscribe();
  if (!status.ok()) {
    console_->Warning(
        absl::StrCat("damage above version ", version.value, ": ", MessageOf(status)));
  }
}

Parameter SalvageFlag() {
  return Flag("--salvage", "of a damaged store, take the newest version that can be made");
}

absl::StatusOr<Catalog> OpenCatalog(const Arguments& arguments, Console& console) {
  ANNALS_ASSIGN_OR_RETURN(const Selector selector, ParseSelector(arguments.Get("at", "latest")));
  ANNALS_ASSIGN_OR_RETURN(StoreReader reader, StoreReader::Open(arguments, console));
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, reader.Find(selector));
  return reader.CatalogAt(version);
}

}  // namespace annals::cli
