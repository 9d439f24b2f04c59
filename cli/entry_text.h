#pragma once

// Entries of the log in words. An entry names its object by id, and the record does
// not always tell the name: then the words are "table #12". Pure; what comes out may
// hold control characters.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/update.h"

namespace annals::cli {

// What is known of the object that an entry speaks of.
struct EntryFacts {
  std::optional<ObjectKind> kind;
  ObjectId id;
  std::string name;  // Empty: unknown.
};

// The names that `entries` tell themselves, and those of `catalog` if there is one.
class KnownNames {
 public:
  explicit KnownNames(const std::vector<UpdateEntry>& entries,
                      const CatalogView* catalog = nullptr);

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

  std::vector<Known> known_;
  const CatalogView* catalog_;
};

// All entries on one line, as SummaryOf (cli/change_text.h) has it.
std::string SummaryOf(const std::vector<UpdateEntry>& entries);

}  // namespace annals::cli
