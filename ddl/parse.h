#pragma once

// SQL text to commands: the library's SQL path. ddl/statement.h says what comes
// out, ddl/script_reader.h reads a script that is too long for memory.

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "annals/ddl/script_reader.h"
#include "annals/ddl/statement.h"

namespace annals::ddl {

// All statements of `sql`; the first error (see ScriptReader::Next) if there is
// one, and then nothing of what stands before it.
absl::StatusOr<std::vector<Statement>> Parse(std::string_view sql);

}  // namespace annals::ddl
