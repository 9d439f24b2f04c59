#pragma once

// Options as texts, for what knows nothing but texts: files of a mirror, catalog stores.
//
//   h1             the text itself
//   ${ENV:V}       a placeholder, as it is
//   ${SECRET:P}    the object; ${CONNECTION:S.C} is in the schema S
//   $${SECRET:P}   a text that would mean an object
//   ***            what nobody is to see
//
// Pure.

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/kind.h"
#include "annals/commands/option_setting.h"

namespace annals::mirror {

// The name of the schema that `object` lives in; empty at the root.
std::string SchemaOf(const CatalogView& catalog, const ObjectDescriptor& object);

std::string OptionText(const CatalogView& catalog, const ConfiguredDescriptor& object,
                       const OptionDescriptor& option);

// What `text` says. An option that can be nothing but an object may have its name alone.
//   INVALID_VALUE  it would name an object, and that is no name; `key` is for the message
absl::StatusOr<OptionValue> ReadOptionText(std::string_view key, std::string_view text,
                                           const OptionDefinition* definition);

// Whether `option` is what `value` says already. What is hidden is what it was.
bool IsSame(const CatalogView& catalog, const ConfiguredDescriptor& object,
            const OptionDescriptor& option, const OptionValue& value);

}  // namespace annals::mirror
