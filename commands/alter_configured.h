#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annals/catalog/configured.h"
#include "annals/commands/command.h"
#include "annals/commands/option_setting.h"

namespace annals {

// Changes an object of a configured kind: all that is given, or nothing. What is the same
// afterwards makes no version.
//
// In this order:
//   OBJECT_NOT_FOUND     and `if_exists` is false
//   EMPTY_LIST           `set` or `reset` is there and empty
//   TYPE_CHANGE          `set` or `reset` names `type`
//   INALTERABLE_OPTION   an option is given once, with CREATE
//   UNKNOWN_OPTION       names all options that the type does not take
//   DUPLICATE_OPTION     an option is twice in `set`, or in `reset`
//   CONFLICTING_ACTIONS  an option is in both
//   EXCLUSIVE_OPTIONS    `set` and `reset` together name more than one of options that
//                        exclude each other (setting one drops the others)
//   those of CreateConfigured, of the object as it would be, and a taken new name
//   CYCLE                it would refer to itself, through whomever
//   what dependents say of it as it would be
struct AlterConfigured {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema = std::string(kPublicSchema);  // Without meaning at the root.
  std::string name;
  std::optional<std::vector<OptionSetting>> set = std::nullopt;
  std::optional<std::vector<std::string>> reset = std::nullopt;  // To what they are by default.
  std::optional<std::string> comment = std::nullopt;
  std::optional<std::string> new_name = std::nullopt;
  std::optional<std::vector<Option>> labels = std::nullopt;  // All that there will be.
  // What a secret stands for is another one now: all that refers to it starts again.
  bool refresh = false;
  // The same, and how often that was so in all. Less than there were already is no change.
  std::optional<uint32_t> generation = std::nullopt;
  bool if_exists = false;
  // As in CreateConfigured.
  bool initialize = true;
  std::optional<Validation> validation = std::nullopt;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Makes an object of a configured kind what it was once: what is given, also where it is
// given only once, with CREATE, or has no words in SQL. For those who go back to an earlier
// version (ddl/rollback.h).
//
//   OBJECT_NOT_FOUND
//   those of CreateConfigured, of the object as it would be, but that a text that was stored
//   may be stored again
//   CYCLE, and what dependents say of it as it would be
struct RestoreConfigured {
  ObjectKind kind = ObjectKind::kCatalog;
  std::string schema = std::string(kPublicSchema);  // Without meaning at the root.
  std::string name;
  std::optional<std::vector<OptionSetting>> options = std::nullopt;  // All that there will be.
  std::optional<std::vector<Column>> columns = std::nullopt;
  std::optional<std::vector<Option>> labels = std::nullopt;
  std::optional<uint32_t> generation = std::nullopt;  // It grows to that, if it is lower.

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Makes the second of a connection's two public keys the first, and a new one the second:
// for types with the options `public-key-1` and `public-key-2`.
//
//   OBJECT_NOT_FOUND
//   NOT_SUPPORTED     the type has no such keys, or nobody here makes new ones
struct RotateKeys {
  ObjectKind kind = ObjectKind::kConnection;
  std::string schema = std::string(kPublicSchema);
  std::string name;
  // The engine asks the type's factory for it before it plans; a host may give it itself.
  std::optional<std::string> new_public_key = std::nullopt;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

// Asks what is outside whether an object works, as it is. Makes no version.
//
//   OBJECT_NOT_FOUND
//   NO_PROBE           nobody here can ask for this type
//   VALIDATION_FAILED  it does not work, and why
struct ValidateConfigured {
  ObjectKind kind = ObjectKind::kConnection;
  std::string schema = std::string(kPublicSchema);
  std::string name;

  absl::Status Validate(Policy policy) const;
  absl::StatusOr<UpdateEntries> Plan(PlanContext& context) const;
};

}  // namespace annals
