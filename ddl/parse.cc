#include "annals/ddl/parse.h"

#include <optional>
#include <string>
#include <utility>

#include "annals/schemas/status.h"

namespace annals::ddl {

absl::StatusOr<std::vector<Statement>> Parse(std::string_view sql) {
  ScriptReader script([rest = sql]() mutable -> absl::StatusOr<std::string> {
    return std::string(std::exchange(rest, {}));
  });
  std::vector<Statement> statements;
  for (;;) {
    ANNALS_ASSIGN_OR_RETURN(std::optional<Statement> next, script.Next());
    if (!next.has_value()) return statements;
    statements.push_back(*std::move(next));
  }
}

}  // namespace annals::ddl
