#pragma once

// Catalogs as a plain store of named descriptions, for hosts that know no more than that:
// open, close, store, remove, get, list, contains. A thin adapter over a CatalogManager:
// what is stored is an object of the kind catalog in the log, with its history and its
// checks, and whoever has the manager sees the same.
//
//   annals::CatalogStore store({.path = "shop.annals"});
//   auto opened = store.Open();
//   auto stored = store.Store("hive", {.type = "hive", .options = {{"uri", "thrift://h:9083"}}});
//
// Any thread may call anything, with one exception: Open and Close wait for each other, and
// Close for calls that are under way, so neither may be called by what these call (factories,
// handles, listeners, followers). All else waits for neither: until Open has returned, and
// from when Close is called, it answers STORE_NOT_OPEN, also to a factory of what Open
// preloads.

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/engine/catalog_manager.h"

namespace annals {

struct StoredCatalog {
  std::string type;
  // Texts; `${ENV:V}` is where one is, `${SECRET:PUBLIC.P}` an object (docs/mirror.md). What
  // nobody is to see is `***` when it is read.
  std::map<std::string, std::string> options = {};
  std::string comment = {};

  friend bool operator==(const StoredCatalog&, const StoredCatalog&) = default;
};

class CatalogStore {
 public:
  explicit CatalogStore(OpenOptions options) : options_(std::move(options)) {}
  CatalogStore(const CatalogStore&) = delete;
  CatalogStore& operator=(const CatalogStore&) = delete;
  ~CatalogStore();

  // An open store stays as it is. Fails as CatalogManager::Open does.
  absl::Status Open();
  // Lets calls that are under way end as if nothing had happened, closes handles, and then
  // what is on disk: it can be opened again at once, unless somebody still has manager(). A
  // store that is closed stays so, and it is closed after an error too.
  //   INTERNAL  names all handles that did not close, and what they said
  absl::Status Close();

  //   OBJECT_EXISTS  there is a catalog of this name; and as CreateConfigured
  absl::Status Store(const std::string& name, const StoredCatalog& catalog);
  //   OBJECT_NOT_FOUND  and `ignore_if_missing` is false
  //   HAS_DEPENDENTS
  absl::Status Remove(const std::string& name, bool ignore_if_missing);
  //   OBJECT_NOT_FOUND
  absl::StatusOr<StoredCatalog> Get(const std::string& name) const;
  absl::StatusOr<std::vector<std::string>> List() const;  // Sorted.
  absl::StatusOr<bool> Contains(const std::string& name) const;

  // Null while the store is not open. Close does not wait for who has it: the manager is
  // closed then and refuses what comes, and keeps its files locked until it is let go, so
  // that Open is STORE_LOCKED.
  std::shared_ptr<CatalogManager> manager() const;

 private:
  class Use;

  absl::StatusOr<Use> Opened() const;

  const OpenOptions options_;
  std::mutex change_mutex_;  // Of Open and Close; taken before mutex_.
  mutable std::mutex mutex_;
  mutable std::condition_variable unused_;
  // All guarded by mutex_.
  std::shared_ptr<CatalogManager> manager_;
  mutable size_t uses_ = 0;  // Calls that have the manager.
};

}  // namespace annals
