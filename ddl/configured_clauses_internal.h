#pragma once

// The pieces of statements about configured objects (catalog/configured.h). Names are those
// of the catalog that is given; what nobody is to see is `***`. Any thread.

#include <string>
#include <string_view>

#include "annals/catalog/catalog_view.h"
#include "annals/catalog/configured.h"
#include "annals/catalog/kind.h"

namespace annals::ddl {

// "PUBLIC.C", and "C" at the root.
std::string FullName(const CatalogView& catalog, const ObjectDescriptor& object);

// "KAFKA", "SSH TUNNEL", "\"any type\"", which reads back as `type`.
std::string TypeSql(const KindDefinition& kind, std::string_view type);

// "SSL MODE", or "'ssl-mode'" for kinds that quote them; reads back as `key`.
std::string KeySql(const KindDefinition& kind, const std::string& key);

// "'require'", "9092", "('b1', 'b2')", "SECRET PUBLIC.P", "PUBLIC.TUNNEL"
std::string ValueSql(const CatalogView& catalog, const ConfiguredDescriptor& object,
                     const OptionDescriptor& option);

// "SSL MODE 'require'", "'ssl-mode' = 'require'"
std::string OptionSql(const CatalogView& catalog, const ConfiguredDescriptor& object,
                      const KindDefinition& kind, const OptionDescriptor& option);

// The clause that can say what `option` is; null if none can.
const Clause* ClauseOf(const KindDefinition& kind, const OptionDescriptor& option);

}  // namespace annals::ddl
