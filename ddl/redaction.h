#pragma once

// SQL text as people may see it: what statements look like in the log, in errors, in a
// history. Pure; any thread.

#include <string>
#include <string_view>

namespace annals::ddl {

// `sql` with a `*` for each character that nobody is to see. Behind a key that sounds
// sensitive or that some registered type hides (SoundsSensitive in catalog/kind.h) that is
// all up to the next comma, or to the end of the list or the statement, whatever it is,
// comments too; of a secret it is all but where the secret is. SECRET and a name stay, and so
// do quotes: PASSWORD '*****', PASSWORD SECRET p. Lines and columns stay what they are.
//
// It goes by tokens alone, so it serves statements that are wrong, are cut off anywhere, or
// lack a quote or the `;` between two, and rather hides too much. What makes and alters tables,
// indexes, schemas and zones is as it was.
std::string Redacted(std::string_view sql);

}  // namespace annals::ddl
