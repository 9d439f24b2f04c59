#pragma once

// The rules of configured objects that the commands share. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "annals/catalog/kind.h"
#include "annals/commands/command.h"
#include "annals/commands/option_setting.h"

namespace annals {

// `connection "PUBLIC"."C"`, `catalog "C"`: as messages call it.
std::string ConfiguredName(ObjectKind kind, std::string_view schema, std::string_view name);
// The same of an object that is there.
std::string NameOf(const CatalogView& catalog, const ObjectDescriptor& object);

// What every command begins with that names a configured object.
//   INVALID_REQUEST          nobody registered the kind
//   INVALID_NAME, BLANK_IDENTIFIER (of the schema), SYSTEM_SCHEMA_FORBIDDEN
absl::Status CheckConfiguredName(ObjectKind kind, std::string_view schema, std::string_view name);
// Of a name that an object is to have: INVALID_NAME.
absl::Status CheckNewName(ObjectKind kind, std::string_view name);

// The object.
//   SCHEMA_NOT_FOUND, OBJECT_NOT_FOUND
absl::StatusOr<ConfiguredDescriptor> FindConfigured(const CatalogView& catalog, ObjectKind kind,
                                                    std::string_view schema, std::string_view name);

// The schema in which objects of `kind` are made; kNoObject for kinds at the root.
//   SCHEMA_NOT_FOUND
absl::StatusOr<ObjectId> ParentOf(const CatalogView& catalog, ObjectKind kind,
                                  std::string_view schema);

// That nobody in the scope has the name, for an object of `kind`.
//   OBJECT_EXISTS, TABLE_EXISTS, INDEX_EXISTS, SYSTEM_VIEW_EXISTS
absl::Status CheckNameIsFree(const CatalogView& catalog, ObjectKind kind, ObjectId parent,
                             std::string_view name);

// Keys in one spelling (OptionKey).
std::vector<OptionSetting> WithKeys(std::vector<OptionSetting> settings);
//   INVALID_NAME
absl::Status CheckOptionKeys(const std::vector<OptionSetting>& settings);
//   INVALID_VALUE
absl::Status CheckComment(std::string_view comment);
// A public key that takes the place of another: INVALID_VALUE.
absl::Status CheckNewKey(std::string_view key);
//   INVALID_NAME, INVALID_VALUE, DUPLICATE_OPTION
absl::Status CheckLabels(const std::vector<Option>& labels);

// Options that are named, before any value of theirs is looked at.
struct OptionNames {
  std::vector<std::string_view> set;
  std::vector<std::string_view> reset;
};
// Views into the arguments.
OptionNames NamesOf(const std::vector<OptionSetting>& set, const std::vector<std::string>& reset);
//   UNKNOWN_OPTION  names all that objects of the kind and type do not take
absl::Status CheckKnown(ObjectKind kind, std::string_view type, const OptionNames& names);
//   DUPLICATE_OPTION, CONFLICTING_ACTIONS
absl::Status CheckOnce(const OptionNames& names);
//   EXCLUSIVE_OPTIONS  more than one of a group, of which one is set
absl::Status CheckExclusive(ObjectKind kind, std::string_view type, const OptionNames& names);

// What options say, with the objects that they name looked up.
struct ResolvedOptions {
  std::vector<Option> options;
  // Why an object that is named is none; told after what is wrong with values.
  absl::Status missing;
};
// Values in one spelling (008 -> 8).
//   INVALID_VALUE  not what the option takes, or a text for an option whose value nobody is
//                  to see
//   EMPTY_LIST     a list without elements
absl::StatusOr<ResolvedOptions> Resolve(const CatalogView& catalog, ObjectKind kind,
                                        std::string_view type,
                                        const std::vector<OptionSetting>& settings);

// `object` as a whole: what is required is there, limits, what the kind and the type check.
//   MISSING_OPTION, EXCLUSIVE_OPTIONS, TOO_MANY_OPTIONS, and those of the type's check
absl::Status CheckWhole(const CatalogView& catalog, const ConfiguredFields& object);

// What `object` refers to, which is there: of a kind and type that its options can refer to,
// and nothing that comes back to the object.
//   REF_KIND, CYCLE
absl::Status CheckReferences(const CatalogView& catalog, const ConfiguredFields& object);

}  // namespace annals
