#pragma once

// The rules of names: what may be one, who has one already, how the engine names
// key indexes, and how messages write them. Pure.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/object.h"
#include "annals/commands/command.h"

namespace annals {

// Text from outside as messages show it: what is longer than a name can be is cut to
// some 80 bytes, at a character, and ends in "...".
std::string Shown(std::string_view text);
// "T", and "PUBLIC"."T": as SQL writes them, and cut like that.
std::string Quoted(std::string_view name);
std::string Qualified(std::string_view schema, std::string_view name);
// "A", "B" and 7 more
std::string QuotedList(const std::vector<std::string>& names);

// Checks `name`; `what` says what it would name ("table name").
//   BLANK_IDENTIFIER  empty, or only white space
//   INVALID_NAME      longer than 128 bytes, not UTF-8, or with control characters
absl::Status CheckName(std::string_view name, std::string_view what);

// What every command begins with that names something in a schema: both names,
// then SYSTEM_SCHEMA_FORBIDDEN.
absl::Status CheckTableName(std::string_view schema, std::string_view table);
absl::Status CheckIndexName(std::string_view schema, std::string_view index);

//   SYSTEM_SCHEMA_FORBIDDEN
absl::Status CheckNoSystemSchema(std::string_view schema);

// That `owner`, an object of `catalog`, has the name that is wanted.
//   TABLE_EXISTS, INDEX_EXISTS, SYSTEM_VIEW_EXISTS, OBJECT_EXISTS
absl::Status NameTaken(const CatalogView& catalog, const ObjectDescriptor& owner);

// The first name that is there twice; that of each of `things` is `name_of` it.
std::optional<std::string_view> FirstDuplicateOf(std::span<const std::string_view> names);
template <typename Thing, typename Name = std::identity>
std::optional<std::string_view> FirstDuplicate(const std::vector<Thing>& things,
                                               Name name_of = {}) {
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (const Thing& thing : things) names.push_back(std::invoke(name_of, thing));
  return FirstDuplicateOf(names);
}

// "<table>_PK", or "<table>_PK_<number>" if `number` is not 0; the table's name is
// cut at a character so that the whole fits.
std::string KeyIndexName(std::string_view table, int number);

// The names that one command takes in one schema. Tables, alive indexes and
// system views of a schema share a name space.
//
// Under relaxed, key indexes whose names the engine chose give way: to a user's
// object by being renamed in the same version, to what is there by a number.
class NameTaker {
 public:
  // What will be taken: names that the engine chooses keep clear of it.
  using Wanted = std::vector<std::string_view>;

  // `context`, `schema` and the names in `wanted` must outlive the taker.
  NameTaker(const PlanContext& context, const SchemaDescriptor& schema, Wanted wanted);

  // For what a user names. Appends to `entries` what makes the name free.
  //   INDEX_EXISTS, TABLE_EXISTS, SYSTEM_VIEW_EXISTS
  absl::Status Take(std::string_view name, UpdateEntries& entries);

  // For the key index of the table named `table`.
  //   INDEX_EXISTS, TABLE_EXISTS, SYSTEM_VIEW_EXISTS  under strict only
  absl::StatusOr<std::string> TakeKeyIndexName(std::string_view table);

  // Says that the command gives `name` back, in entries before what takes it.
  void Release(std::string_view name) { released_.emplace_back(name); }

 private:
  bool IsTaken(std::string_view name) const;
  ObjectDescriptor OwnerOf(std::string_view name) const;
  std::string FreeKeyIndexName(std::string_view table);

  const PlanContext& context_;
  const SchemaDescriptor& schema_;
  const Wanted wanted_;
  std::vector<std::string> taken_;
  std::vector<std::string> released_;
};

}  // namespace annals
