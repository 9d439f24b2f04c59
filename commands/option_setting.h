#pragma once

// How a user says what an option is to be.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "annals/catalog/types.h"

namespace annals {

// An object by its name: SECRET p, MY_SCHEMA.TUNNEL_1.
struct ObjectName {
  std::optional<ObjectKind> kind = std::nullopt;    // None: any that the option may refer to.
  std::string schema = std::string(kPublicSchema);  // Without meaning for kinds at the root.
  std::string name;

  friend bool operator==(const ObjectName&, const ObjectName&) = default;
};

// A text: `'h2'`, `9092`, `true`; an object; or a list: `('b1', 'b2')`, which ListText
// (catalog/kind.h) writes as a text.
using OptionValue = std::variant<std::string, ObjectName, std::vector<std::string>>;

struct OptionSetting {
  std::string key;  // "ssl-mode" (OptionKey in catalog/kind.h)
  OptionValue value;

  friend bool operator==(const OptionSetting&, const OptionSetting&) = default;
};

// Whether what is outside is asked, before anything is written, if the object works:
// VALIDATE = false | true | dependents.
enum class Validation { kNo, kObject, kDependents };

}  // namespace annals
