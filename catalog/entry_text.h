#pragma once

// Entries of the log in words. An entry names its object by id, and the record does
// not always tell the name: then the words are "table #12". Pure; what comes out may
// hold control characters. Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/update.h"

namespace annals {

// What is known of the object that an entry speaks of.
struct EntryFacts {
  std::optional<ObjectKind> kind;
  ObjectId id;
  std::string name;  // Empty: unknown.
};

// The names that `entries` tell themselves, and those of `catalog` if there is one,
// which must outlive this. `write` says how words have a name.
class KnownNames {
 public:
  using WriteName = std::string (*)(std::string_view name);
  explicit KnownNames(const std::vector<UpdateEntry>& entries, const CatalogView* catalog = nullptr,
                      WriteName write = &CanonicalName);

  EntryFacts FactsOf(const UpdateEntry& entry) const;
  // "add column STATE VARCHAR(16) to table SHOP.ORDERS"
  std::string WordsOf(const UpdateEntry& entry) const;

 private:
  struct Known {
    ObjectId id;
    ObjectKind kind;
    std::string name;
  };
  std::optional<Known> Find(ObjectId id) const;
  std::string Named(ObjectId id, std::string_view kind) const;
  std::string ColumnWords(const Column& column) const;
  std::string ObjectWords(const ObjectDescriptor& object) const;

  absl::flat_hash_map<ObjectId, Known> known_;
  const CatalogView* catalog_;
  WriteName write_;
};

}  // namespace annals
