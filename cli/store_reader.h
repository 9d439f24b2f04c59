#pragma once

// A store as the reading verbs see it: no lock, no engine, nothing written, so
// beside a live writer, on a copy or on a read-only mount. One thread.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog.h"
#include "annals/cli/console.h"
#include "annals/cli/selector.h"
#include "annals/cli/verb.h"
#include "annals/engine/catalog_service.h"
#include "annals/log/update_log.h"

namespace annals::cli {

// A store that somebody has open: whoever reads from it opens nothing, and sees what they
// see. Both must outlive their readers.
struct StoreInUse {
  const UpdateLog* log;
  const CatalogService* versions;
};

class StoreReader {
 public:
  // Opens the store at `path`; what the log noticed goes to `console` as warnings. A
  // store whose head is damaged, or whose end is missing, opens too: damage_at_head()
  // says so, and what lies below can be read.
  static absl::StatusOr<StoreReader> Open(const std::string& path, Console& console);
  // The one that a verb's arguments name: STORE, with --salvage, or that of a shell.
  static absl::StatusOr<StoreReader> Open(const Arguments& arguments, Console& console);

  const UpdateLog& log() const { return *log_; }
  const absl::Status& damage_at_head() const { return damage_at_head_; }

  // The version that `selector` means. On a damaged store a selector that counts
  // from the latest version is refused: nobody knows which that is. With --salvage it
  // counts from the newest version that can be made, and the damage is told.
  //   as annals::cli::Resolve, or the damage
  absl::StatusOr<CatalogVersion> Find(const Selector& selector) const;

  // The catalog of a version whose whole way, from the snapshot on, is sound; a
  // warning if there is damage above it.
  absl::StatusOr<Catalog> CatalogAt(CatalogVersion version);
  // The catalogs of two versions.
  absl::StatusOr<std::pair<Catalog, Catalog>> CatalogsAt(CatalogVersion a, CatalogVersion b);

 private:
  StoreReader(std::unique_ptr<UpdateLog> log, absl::Status damage, Console& console)
      : opened_(std::move(log)),
        log_(opened_.get()),
        damage_at_head_(std::move(damage)),
        console_(&console) {}
  StoreReader(const StoreInUse& store, Console& console)
      : log_(store.log), versions_(store.versions), console_(&console) {}

  absl::StatusOr<CatalogVersion> FindSalvaged(const Latest& latest) const;
  // All versions up to that one; says its progress.
  absl::StatusOr<std::shared_ptr<VersionedStore>> VersionsUpTo(CatalogVersion version);
  void WarnOfDamageAbove(CatalogVersion version);

  std::unique_ptr<UpdateLog> opened_;  // Null if somebody else has it open.
  const UpdateLog* log_;
  const CatalogService* versions_ = nullptr;  // Theirs.
  absl::Status damage_at_head_;
  Console* console_;
  bool salvage_ = false;
};

// --salvage, for verbs that show a catalog.
Parameter SalvageFlag();

// The catalog that a verb's arguments STORE and --at name; `latest` without --at.
absl::StatusOr<Catalog> OpenCatalog(const Arguments& arguments, Console& console);

}  // namespace annals::cli
