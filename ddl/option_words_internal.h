#pragma once

// The words of configured kinds (catalog/kind.h) that are names of options and types: what
// they are is not known here. Each function looks at the front of a text, as those of
// ddl/lexer_internal.h do, and says how many bytes it takes, 0 if there is none.

#include <cstddef>
#include <string_view>

#include "annals/catalog/kind.h"

namespace annals::ddl {

// The kind's word, in upper case: CONNECTION, and CONNECTIONS. Valid for ever.
std::string_view WordOf(const KindDefinition& kind);
std::string_view PluralWordOf(const KindDefinition& kind);

// The name of an option in front of its value: SSL MODE of `SSL MODE 'require'`. Of words
// alone the last is the value, which SECRET goes with: SSH TUNNEL of `SSH TUNNEL t`,
// PASSWORD of `PASSWORD SECRET s.p`. A word alone is a name without a value.
size_t OptionNameLength(std::string_view text);

// The name of an option that has no value: all words.
size_t OptionKeyLength(std::string_view text);

// The name of a type of `kind`: CONFLUENT SCHEMA REGISTRY, sql-server, "any".
size_t TypeNameLength(std::string_view text, const KindDefinition& kind);

// The clause of `kind` whose words are in front of `text`; null if there is none.
const Clause* ClauseAt(std::string_view text, const KindDefinition& kind);

// Whether `clause` of `kind` is followed by a name, and not by a string.
bool IsReference(const Clause& clause, const KindDefinition& kind);

}  // namespace annals::ddl
