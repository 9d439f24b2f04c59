#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annals/catalog/configured.h"
#include "annals/commands/column_definition.h"
#include "annals/commands/command.h"
#include "annals/commands/option_setting.h"

namespace annals {

// Makes an object of a configured kind (catalog/kind.h): a catalog, a connection, ...
//
//   INVALID_NAME            empty, blank, too long, ..., or reserved: SYSTEM
//   INVALID_REQUEST         the kind has no types, no columns or no generation, or is not
//                           registered
//   SCHEMA_NOT_FOUND
//   OBJECT_EXISTS           the kind at the root has one of this name and `if_not_exists` is
//                           false; in a schema any kind of object has it (TABLE_EXISTS, ...)
//   UNKNOWN_TYPE            names the types that there are
//   UNKNOWN_OPTION          names all options that the type does not take, and those it does
//   DUPLICATE_OPTION        an option is given twice
//   EXCLUSIVE_OPTIONS       of options that exclude each other, more than one is given
//   MISSING_OPTION          names all that must be given
//   INVALID_VALUE           of an option, never telling a value that nobody is to see. A
//                           text for a sensitive option, which is to come from a secret
//   REF_KIND                an option refers to an object of a kind or type it cannot refer to
//   OBJECT_NOT_FOUND        an option refers to what is not there
//   TOO_MANY_OPTIONS, TOO_MANY_COLUMNS
struct CreateConfigured {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema = std::string(kPublicSchema);  // Without meaning at the root.
  std::string name;
  std::string type = {};
  std::vector<OptionSetting> options = {};
  std::vector<ColumnDefinition> columns = {};
  std::string comment = {};
  std::vector<Option> labels = {};
  // Of a secret that is made anew: what it was, so that its fingerprint is the same.
  uint32_t generation = 0;
  bool if_not_exists = false;
  // For the engine's factories, if there is one for the type: whether a handle is built
  // before anything is written, and whether it is probed (none: as the factory says).
  bool initialize = true;
  std::optional<Validation> validation = std::nullopt;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
