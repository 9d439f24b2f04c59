#pragma once

// SQL text as people may see it: what statements look like in the log, in errors, in a
// history. Pure; any thread.

#include <string>
#include <string_view>

namespace annals::ddl {

// `sql` with a `*` for each character of a value that nobody is to see: what follows a key
// that sounds sensitive or that some registered type hides (SoundsSensitive in
// catalog/kind.h), and what is neither ENV nor FILE of a secret. SECRET and a name stay, and
// so do quotes: PASSWORD '*****', PASSWORD SECRET p. Lines and columns stay what they are.
//
// It goes by tokens alone, so it serves statements that are wrong, are cut off anywhere, or
// lack a quote, and rather hides too much. What makes and alters tables, indexes, schemas
// and zones is as it was.
std::string Redacted(std::string_view sql);

}  // namespace annals::ddl
