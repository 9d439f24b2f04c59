#pragma once

// Entries of the log in words. An entry names its object by id, and the record does
// not always tell the name: then the words are "table #12". Pure; what comes out may
// hold control characters. Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/hash/hash.h"
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

// The names that `entries` tell themselves, and those of `catalog`, as it was before them,
// if there is one; both must outlive this. `write` says how words have a name.
class KnownNames {
 public:
  using WriteName = std::string (*)(std::string_view name);
  explicit KnownNames(const std::vector<UpdateEntry>& entries, const CatalogView* catalog = nullptr,
                      WriteName write = &CanonicalName);

  EntryFacts FactsOf(const UpdateEntry& entry) const;
  // "add column STATE VARCHAR(16) to table SHOP.ORDERS". What is changed is told with what
  // it was before, where that is known.
  std::string WordsOf(const UpdateEntry& entry) const;

 private:
  // A part of an object that is replaced or changed by options, in words.
  struct Part {
    std::string name;
    std::string text;
  };

  ObjectDescriptor Find(ObjectId id) const;
  std::string Path(const ObjectDescriptor& object) const;
  std::string Named(ObjectId id, std::string_view kind) const;
  std::string ColumnName(ObjectId table, ColumnId column) const;
  template <typename Ids>
  std::string ColumnNames(ObjectId table, const Ids& columns) const;
  std::string ColumnWords(const Column& column) const;
  std::string CreatedWords(const ObjectDescriptor& object) const;
  std::string ReplacedWords(const ObjectDescriptor& object) const;
  std::string OptionsWords(const SetOptions& entry) const;
  std::string AlteredWords(const AlterColumn& entry) const;
  std::string ValueWords(const ObjectDescriptor& owner, const Option& option) const;
  std::vector<Part> PartsOf(const ObjectDescriptor& object) const;

  std::unordered_map<ObjectId, ObjectDescriptor, absl::Hash<ObjectId>> known_;
  const CatalogView* catalog_;
  WriteName write_;
};

}  // namespace annals
